// Subscribers that read nothing or too slowly: cut with the documented code, at nobody else's expense.
import { describe, expect, it } from 'vitest';
import type { RawClient } from '../clients/raw-client.ts';
import { UnderAttack } from './under-attack.ts';

/** More than the operating system's buffers hold for a connection, several times. */
const flood = 2000;
const body = (n: number): string => `${n} `.padEnd(16_000, 'x');

interface Crowd {
  readonly slow: RawClient;
  readonly reader: RawClient;
  readonly publisher: RawClient;
}

/** One that reads nothing, one that reads everything, one that sends. */
async function crowd(open: () => Promise<RawClient>): Promise<Crowd> {
  const [slow, reader, publisher] = await Promise.all([open(), open(), open()]);
  await Promise.all([slow, reader, publisher].map((client) => client.connect()));
  await Promise.all([slow, reader].map((client) => client.subscribe('/topic/flood', '0')));
  slow.socket.pause();
  return { slow, reader, publisher };
}

/** Sends the flood, a few confirmed messages at a time, so that who reads is never behind. */
async function publish({ publisher, reader }: Crowd): Promise<void> {
  for (let n = 0; n < flood; n += 10) {
    for (let more = n; more < n + 9; more++)
      publisher.frame('SEND', { destination: '/topic/flood' }, body(more));
    await publisher.confirmed('SEND', { destination: '/topic/flood' }, body(n + 9));
    await reader.message(body(n + 9));
  }
}

function expectWhole({ messages }: RawClient): void {
  expect(messages.every(({ body: bytes }, n) => String(bytes) === body(n))).toBe(true);
}

/** Longer than any test waits: who was cut has the time to read why. */
const patient = { closeTimeout: 60_000 };

describe('outboxBytes', () => {
  const attack = new UnderAttack({ outboxBytes: 256 * 1024, outboxTime: 60_000, ...patient });

  it.each(attack.kinds)('bounds what waits for one that reads nothing: %s', async (_kind, open) => {
    const all = await crowd(open);
    await publish(all);
    expectWhole(all.reader);
    expect(all.reader.messages.length).toBe(flood);
    all.slow.socket.resume();
    await attack.refused(all.slow, { code: 'slow-client', says: /outboxBytes=262144/, close: 4500 });
    expectWhole(all.slow);
    expect(all.slow.messages.length).toBeLessThan(flood);
    expect(await attack.service.metric('stompwire_errors_total{code="slow-client"}')).toBeGreaterThan(0);
  });
});

describe('closeTimeout', () => {
  const attack = new UnderAttack({ outboxBytes: 256 * 1024, outboxTime: 60_000, closeTimeout: 1000 });

  it.each(attack.kinds)('leaves nothing of one that never reads again: %s', async (_kind, open) => {
    const all = await crowd(open);
    await publish(all);
    all.reader.drop();
    all.publisher.drop();
    await attack.calm();
  });
});

describe('outboxTime', () => {
  const attack = new UnderAttack({ outboxBytes: 64 * 1024 * 1024, outboxTime: 1200, ...patient });

  const cuts = async (): Promise<number> =>
    (await attack.service.metric('stompwire_errors_total{code="slow-client"}')) || 0;

  it.each(attack.kinds)('bounds how long one may read nothing: %s', async (_kind, open) => {
    const before = await cuts();
    const all = await crowd(open);
    await publish(all);
    expect(all.reader.messages.length).toBe(flood);
    await expect.poll(cuts, { timeout: 30_000 }).toBe(before + 1);
    all.slow.socket.resume();
    await attack.refused(all.slow, { code: 'slow-client', says: /outboxTime=1200 ms/, close: 4500 });
    expectWhole(all.slow);
  });
});

describe('outboxTime of one that is behind and reads', () => {
  const outboxTime = 4000;
  const attack = new UnderAttack({ outboxBytes: 64 * 1024 * 1024, outboxTime });

  it.each(attack.kinds)('has no end: %s', async (_kind, open) => {
    const begun = performance.now();
    const all = await crowd(open);
    const gulps = readInGulps(all.slow);
    await publish(all);
    await all.slow.message(body(flood - 1));
    clearInterval(gulps);
    expectWhole(all.slow);
    expect(all.slow.messages.length).toBe(flood);
    expect(performance.now() - begun).toBeGreaterThan(outboxTime);
  });
});

/** Reads little by little, for much longer than outboxTime. */
function readInGulps({ socket }: RawClient): NodeJS.Timeout {
  socket.on('data', () => socket.pause());
  return setInterval(() => socket.resume(), 10);
}
