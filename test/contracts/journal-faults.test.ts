// What the journal of queues survives: kill -9, a second process, another kind of file, a disk that refuses.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Message } from '../../src/message/message.ts';
import type { QueueDelivery } from '../../src/queue/consumer.ts';
import type { Queues } from '../../src/relay/queues.ts';
import { newJournal, queuesOver, removeJournals, usualLimits } from './journal-folder.ts';
import { seeded } from './sqlite-folder.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
afterEach(removeJournals);

const worker = fileURLToPath(new URL('./journal-worker.ts', import.meta.url));
const dead = '/queue/dead-letter';

/** Lets a process send and take until it has noted so much and kills itself. @returns what it noted */
async function workUntil(file: string, run: number, lines: number): Promise<readonly string[]> {
  const notes = `${file}-notes-${run}`;
  const child = spawn(process.execPath, [worker, file, String(run), notes, String(lines)], {
    stdio: 'inherit',
  });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  return readFileSync(notes, 'utf8').trimEnd().split('\n');
}

const messageOf = (id: string, destination = '/queue/a'): Message =>
  new Message({ destination, id, body: Buffer.from(`body of ${id}`), headers: ['own', id] });

/** Takes all that waits in a queue, and acknowledges nothing. */
async function allIn(queues: Queues, destination: string): Promise<QueueDelivery[]> {
  const given: QueueDelivery[] = [];
  const take = (delivery: QueueDelivery): void => void given.push(delivery);
  const consumption = await queues.consume(destination, { prefetch: 0, auto: false, take });
  consumption.begin();
  return given;
}

async function idsIn(queues: Queues, destination: string): Promise<string[]> {
  return (await allIn(queues, destination)).map(({ message }) => message.id);
}

function named(said: readonly string[], what: string): string[] {
  return said.filter((line) => line.startsWith(`${what} `)).map((line) => line.split(' ')[1]!);
}

describe('the journal of queues', () => {
  it('after kill -9 has what was confirmed and not acknowledged, and nothing that was', async () => {
    const file = newJournal();
    const random = seeded(Number(process.env.STOMPWIRE_TEST_SEED ?? 11));
    const sent = new Set<string>();
    const acknowledging = new Set<string>();
    const acknowledged = new Set<string>();
    for (let run = 0; run < 6; run++) {
      const said = await workUntil(file, run, 20 + random(900));
      for (const id of named(said, 'given')) expect([id, acknowledged.has(id)]).toEqual([id, false]);
      for (const id of named(said, 'sent')) sent.add(id);
      for (const id of named(said, 'acknowledging')) acknowledging.add(id);
      for (const id of named(said, 'acknowledged')) acknowledged.add(id);
    }
    expect(acknowledged.size).toBeGreaterThan(100);
    const queues = await queuesOver(file);
    const found = new Map<string, string>();
    for (const queue of ['/queue/a', '/queue/b', dead])
      for (const { message } of await allIn(queues, queue)) {
        expect([message.id, found.get(message.id)]).toEqual([message.id, undefined]);
        expect(message.body.equals(Buffer.alloc(message.body.length, message.id))).toBe(true);
        found.set(message.id, queue);
      }
    expect([...sent].filter((id) => !found.has(id) && !acknowledging.has(id))).toEqual([]);
    expect([...found.keys()].filter((id) => acknowledged.has(id))).toEqual([]);
    // what is not persistent ends with its process
    expect([...found.keys()].filter((id) => Number(id.split('-').at(-1)) % 5 === 4)).toEqual([]);
  });

  it('gives back what was kept whole, in its order, with its priority and how often it was delivered', async () => {
    const file = newJournal();
    const first = await queuesOver(file);
    const whole = new Message({
      ...messageOf('whole'),
      ...{ contentType: 'text/plain', sender: 'ann', headers: ['a', 'b', 'c', 'd'] },
    });
    await first.enqueue(messageOf('1'), { persistent: true });
    await first.enqueue(messageOf('passing'));
    await first.enqueue(whole, { persistent: true });
    await first.enqueue(messageOf('urgent'), { persistent: true, priority: 9 });
    const given = await allIn(first, '/queue/a');
    expect(given.map(({ message }) => message.id)).toEqual(['urgent', '1', 'passing', 'whole']);
    await first.enqueue(messageOf('later'), { persistent: true });
    await first.close();
    const second = await queuesOver(file);
    const again = await allIn(second, '/queue/a');
    expect(again.map(({ message, deliveries }) => [message.id, deliveries])).toEqual([
      ['urgent', 2],
      ['1', 2],
      ['whole', 2],
      ['later', 2],
    ]);
    expect(again[2]!.message).toEqual(whole);
  });

  it('keeps a dead letter that was persistent, and not the message that it was', async () => {
    const file = newJournal();
    const first = await queuesOver(file);
    await first.enqueue(messageOf('1'), { persistent: true });
    const given: QueueDelivery[] = [];
    const take = (delivery: QueueDelivery): void => void given.push(delivery);
    const consumption = first.consume('/queue/a', { prefetch: 0, auto: false, take });
    consumption.begin();
    expect(await consumption.refuse(given[0]!.tag, false)).toBe(true);
    await first.close();
    const second = await queuesOver(file);
    expect(await idsIn(second, '/queue/a')).toEqual([]);
    const [letter] = await allIn(second, dead);
    expect(letter!.message.headers).toEqual([
      ...['own', '1', 'dead-letter-reason', 'refused'],
      ...['dead-letter-destination', '/queue/a', 'delivery-count', '1'],
    ]);
  });

  it('drops what expired while nobody ran, counts it, and forgets it', async () => {
    const file = newJournal();
    let now = 1000;
    const first = await queuesOver(file, { now: () => now });
    await first.enqueue(messageOf('short'), { persistent: true, expires: 5000 });
    await first.enqueue(messageOf('long'), { persistent: true, expires: 50_000 });
    await first.close();
    now = 5000;
    const dropped: string[] = [];
    const options = {
      now: () => now,
      dropped: ({ id }: Message, why: string) => dropped.push(`${id} ${why}`),
    };
    const second = await queuesOver(file, options);
    expect(second.size.waiting).toBe(1);
    await second.close();
    now = 50_000;
    await queuesOver(file, options);
    expect(dropped).toEqual(['short expired', 'long expired']);
  });

  it('keeps bindings, and what topics filled their queues with, until they end', async () => {
    const file = newJournal();
    const first = await queuesOver(file);
    await first.bindings.bind('/durable/ann', '/topic/a');
    await first.bindings.bind('/durable/ben', '/topic/*');
    const told = new Message({ ...messageOf('1', '/topic/a'), headers: ['persistent', 'true'] });
    await first.bindings.fill(told);
    await first.bindings.unbind('/durable/ben');
    await first.close();
    const second = await queuesOver(file);
    expect(await idsIn(second, '/durable/ben')).toEqual([]);
    await second.bindings.fill(new Message({ ...told, id: '2' }));
    expect(await idsIn(second, '/durable/ann')).toEqual(['1', '2']);
  });

  it('takes all that was kept, whatever the limits are now', async () => {
    const file = newJournal();
    const first = await queuesOver(file);
    for (const id of ['1', '2', '3']) await first.enqueue(messageOf(id), { persistent: true });
    await first.close();
    const second = await queuesOver(file, { limits: { ...usualLimits, count: 1 }, queues: 1 });
    expect(second.size.waiting).toBe(3);
    expect(() => second.enqueue(messageOf('4'))).toThrow(/queueCount=1/);
  });

  it('is one service', async () => {
    const file = newJournal();
    await queuesOver(file);
    await expect(queuesOver(file)).rejects.toMatchObject({
      code: 'queues-unavailable',
      message: `${file} is in use by another service`,
    });
  });

  it('refuses a file of another kind, and one that is damaged', async () => {
    const other = newJournal();
    new Database(other).exec('CREATE TABLE a (b)').close();
    await expect(queuesOver(other)).rejects.toMatchObject({
      code: 'queues-damaged',
      message: expect.stringContaining('is a database, but no journal of queues'),
    });
    const noise = newJournal();
    writeFileSync(noise, 'noise '.repeat(1000));
    await expect(queuesOver(noise)).rejects.toMatchObject({
      code: 'queues-damaged',
      message: expect.stringContaining('move it and the files beside it'),
    });
  });

  it('refuses what it cannot write, delivers it to nobody, and goes on when it can', async () => {
    const file = newJournal();
    const queues = await queuesOver(file);
    await queues.enqueue(messageOf('before'), { persistent: true });
    const blocker = new Database(file);
    blocker.exec("CREATE TRIGGER full BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'no room'); END");
    await expect(queues.enqueue(messageOf('refused'), { persistent: true })).rejects.toMatchObject({
      code: 'queues-unavailable',
    });
    blocker.exec('DROP TRIGGER full');
    blocker.close();
    await queues.enqueue(messageOf('after'), { persistent: true });
    expect(await idsIn(queues, '/queue/a')).toEqual(['before', 'after']);
  });

  it('tells who acknowledges that it cannot be written, and writes it later all the same', async () => {
    const file = newJournal();
    const queues = await queuesOver(file);
    for (const id of ['1', '2']) await queues.enqueue(messageOf(id), { persistent: true });
    const given: QueueDelivery[] = [];
    const take = (delivery: QueueDelivery): void => void given.push(delivery);
    const consumption = queues.consume('/queue/a', { prefetch: 0, auto: false, take });
    consumption.begin();
    const blocker = new Database(file);
    blocker.exec("CREATE TRIGGER full BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'no room'); END");
    await expect(consumption.acknowledge(given[0]!.tag)).rejects.toMatchObject({
      code: 'queues-unavailable',
    });
    blocker.exec('DROP TRIGGER full');
    await vi.waitFor(
      () => expect(blocker.prepare('SELECT count(*) FROM message').pluck().get()).toBe(1),
      5000,
    );
    blocker.close();
    await queues.close();
    expect(await idsIn(await queuesOver(file), '/queue/a')).toEqual(['2']);
  });

  it('answers for what is gone again while something else is written', async () => {
    const queues = await queuesOver(newJournal());
    const consumption = queues.consume('/queue/a', { prefetch: 0, auto: true, take: () => {} });
    consumption.begin();
    const other = queues.enqueue(messageOf('1', '/queue/b'), { persistent: true });
    await Promise.resolve();
    await Promise.resolve(); // the commit is under way
    await queues.enqueue(messageOf('2'), { persistent: true });
    await other;
    expect(queues.size).toEqual({ waiting: 1, outstanding: 0 });
  });

  it('never writes what is gone before it would be written', async () => {
    const file = newJournal();
    const queues = await queuesOver(file);
    const taken: string[] = [];
    const consumption = queues.consume('/queue/a', {
      prefetch: 0,
      auto: true,
      take: ({ message }) => void taken.push(message.id),
    });
    consumption.begin();
    const before = new Database(file, { readonly: true });
    const pages = before.pragma('data_version', { simple: true });
    await queues.enqueue(messageOf('1'), { persistent: true });
    expect(taken).toEqual(['1']);
    expect(before.pragma('data_version', { simple: true })).toBe(pages);
    before.close();
  });
});
