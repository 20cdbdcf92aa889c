// A durable subscriber who was away while a message was redacted, or all was cleared, is not told on its return.
import { afterEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp, type TestClient } from '../../src/testing.ts';

const room = '/topic/room/1';
let kit: TestApp;
afterEach(() => kit.close());

const start = async (policy = ''): Promise<void> => {
  kit = await startTestApp(() => {}, {
    options: { logged: [`/topic/room/* ${policy}`.trim()], data: 'memory' },
  });
};

/** @returns what its durable subscription gives it */
async function subscribed(client: TestClient, ack: 'auto' | 'client-individual' = 'auto') {
  return client.subscribe(room, { id: 'mine', durable: 'true', ack });
}

async function away(publish: () => Promise<void>): Promise<void> {
  const ann = await kit.connect({ login: 'ann' });
  await subscribed(ann);
  await ann.disconnect();
  await publish();
}

const say = async (...bodies: string[]): Promise<string[]> => {
  const ids: string[] = [];
  for (const body of bodies)
    ids.push((await kit.server.publish(room, body, { headers: { own: body } })).messageId!);
  return ids;
};

describe('a durable subscriber', () => {
  it.each(['', 'deliver=stored'])(
    'who was away while a message was redacted gets a tombstone, as who resumes does (%s)',
    async (policy) => {
      await start(policy);
      await away(async () => {
        const [, second] = await say('one', 'secret', 'three');
        expect(await kit.server.history.redact(room, second!)).toBe(true);
      });
      const mine = await subscribed(await kit.connect({ login: 'ann' }));
      const replayed = await (await kit.connect()).subscribe(room, { 'resume-from': 'first' });
      for (const heard of [mine, replayed]) {
        expect((await heard.next()).body).toBe('one');
        const tombstone = await heard.next();
        expect([tombstone.body, tombstone.headers.tombstone, tombstone.headers.own]).toEqual([
          '',
          'redacted',
          undefined,
        ]);
        expect((await heard.next()).headers.own).toBe('three');
      }
    },
  );

  it('is given a message that it had again as a tombstone, and may acknowledge it', async () => {
    await start();
    const ann = await kit.connect({ login: 'ann' });
    const mine = await subscribed(ann, 'client-individual');
    const [id] = await say('secret');
    const { headers } = await mine.next();
    await kit.server.history.redact(room, id!);
    ann.say('NACK', { id: headers.ack! });
    const again = await mine.next();
    expect([again.body, again.headers.tombstone, again.headers.redelivered]).toEqual([
      '',
      'redacted',
      'true',
    ]);
    ann.say('ACK', { id: again.headers.ack! });
    await ann.disconnect();
  });

  it('of a plain subscription is given no body either that waited for its ACK', async () => {
    await start();
    const ann = await kit.connect({ login: 'ann' });
    const mine = await ann.subscribe(room, { ack: 'client-individual', 'prefetch-count': '1' });
    const [had, waits] = await say('had', 'waits', 'whole');
    const { headers } = await mine.next();
    for (const id of [had, waits]) await kit.server.history.redact(room, id!);
    ann.say('NACK', { id: headers.ack! });
    const seen: unknown[] = [];
    for (const _ of [1, 2, 3]) {
      const { body, headers } = await mine.next();
      seen.push([body, headers.tombstone, headers.own]);
      ann.say('ACK', { id: headers.ack! });
    }
    expect(seen).toEqual([
      ['', 'redacted', undefined],
      ['', 'redacted', undefined],
      ['whole', undefined, 'whole'],
    ]);
  });

  it('hears a message whole whose place was named before it was said', async () => {
    await start();
    const ann = await kit.connect({ login: 'ann' });
    const mine = await ann.subscribe(room, { ack: 'client-individual' });
    await say('one');
    const { headers } = await mine.next();
    const next = headers['message-id']!.replace(/-1$/, '-2');
    expect(await kit.server.history.redact(room, next)).toBe(false);
    await say('two');
    expect((await mine.next()).body).toBe('two');
  });

  it('who was away while all was cleared hears only what was said later', async () => {
    await start();
    await away(async () => {
      await say('one', 'two');
      await kit.server.history.clear(room);
      await say('three');
    });
    const mine = await subscribed(await kit.connect({ login: 'ann' }));
    expect((await mine.next()).body).toBe('three');
  });
});
