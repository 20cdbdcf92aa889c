// The light clients of the chaos runs, against a server that says what the test wants.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cut } from './connection.ts';
import { readFrame, writeFrame } from './frame-text.ts';
import { Listener } from './listener.ts';
import { Notes } from './notes.ts';
import { Publisher } from './publisher.ts';
import { Random } from './random.ts';
import { ScriptedServer } from './scripted-server.ts';

describe('frames', () => {
  it('are read as STOMP 1.2 says: escapes, and the first of a name', () => {
    expect(readFrame('MESSAGE\na\\cb:c\\n\\\\d\nx:1\nx:2\n\nbody\n\nmore\0')).toEqual({
      command: 'MESSAGE',
      headers: new Map([
        ['a:b', 'c\n\\d'],
        ['x', '1'],
      ]),
      body: 'body\n\nmore',
    });
  });

  it('are written so that they are read again, without what is left out', () => {
    const text = writeFrame('SEND', { 'a:b': 'c\n\\d\r', gone: undefined }, 'body');
    expect(text).toBe('SEND\na\\cb:c\\n\\\\d\\r\n\nbody\0');
    expect(readFrame(text)?.headers).toEqual(new Map([['a:b', 'c\n\\d\r']]));
  });

  it('are told from heart-beats and from what is none', () => {
    expect(readFrame('\n')).toBeUndefined();
    expect(() => readFrame('MESSAGE\n\nbody')).toThrow('no STOMP frame');
  });
});

describe('numbers from a seed', () => {
  const take = (random: Random): number[] => Array.from({ length: 5 }, () => random.next());

  it('are the same for the same seed, and others for another', () => {
    expect(take(new Random(1))).toEqual(take(new Random(1)));
    expect(take(new Random(1))).not.toEqual(take(new Random(2)));
  });

  it('of a branch change nothing for the others', () => {
    const [one, other] = [new Random(1), new Random(1)];
    take(one.branch());
    other.branch();
    expect(take(one)).toEqual(take(other));
  });
});

let server: ScriptedServer;
let notes: Notes;
const random = new Random(1);
const leaving: { leave(): void }[] = [];

beforeEach(async () => {
  server = await ScriptedServer.start();
  notes = new Notes();
});
afterEach(() => {
  for (const actor of leaving.splice(0)) actor.leave();
  server.close();
});

function actor<T extends Listener | Publisher>(one: T): T {
  leaving.push(one);
  one.open();
  return one;
}
const who = { login: 'one', address: () => server.url };
const cutBy = (cut: Cut) => ({ stays: [60_000, 60_000], away: [0, 0], cuts: [cut] }) as const;
const listener = (begins?: string, cut: Cut = 'destroy'): Listener =>
  actor(new Listener(who, [{ name: 'r', destination: '/topic/r' }], begins, notes, random, cutBy(cut)));
const message = (subscription: string, id: string, body: string) =>
  ['MESSAGE', { subscription, 'message-id': id, destination: '/topic/r' }, body] as const;

describe('a listener', () => {
  it('writes down what it sees, and resumes from what it heard last', async () => {
    const client = listener('first');
    const asked = await server.subscribe();
    expect(asked.headers.get('resume-from')).toBe('first');
    asked.answer('RECEIPT', { 'receipt-id': '0', resume: 'complete' });
    asked.answer(...message('0', 'h.1-1', 'a'));
    asked.drop();
    const again = await server.subscribe();
    expect(again.headers.get('resume-from')).toBe('h.1-1');
    const [view] = client.views;
    expect(view?.seen).toEqual([
      { kind: 'asked', from: 'first', tick: 0 },
      { kind: 'answered', resume: 'complete', tick: 1 },
      { kind: 'message', id: 'h.1-1', body: 'a', discontinuity: false },
      { kind: 'cut' },
      { kind: 'asked', from: 'h.1-1', tick: 2 },
    ]);
  });

  it.each(['mute', 'close'] as const)('hears nothing more of a connection after its %s', async (cut) => {
    const client = listener(undefined, cut);
    const asked = await server.subscribe();
    client.cut();
    asked.answer(...message('0', 'h.1-1', 'a'));
    const again = await server.subscribe();
    asked.answer(...message('0', 'h.1-2', 'b'));
    again.answer(...message('1', 'h.1-3', 'c'));
    await expect.poll(() => client.views[0]?.seen.filter(({ kind }) => kind === 'message')).toHaveLength(1);
    expect(client.views[0]?.seen.at(-1)).toMatchObject({ id: 'h.1-3' });
    expect(notes.counts.has('a message of a subscription that was over')).toBe(false);
  });

  it('brings back the token that it was given', async () => {
    const client = listener();
    expect((await server.next('CONNECT')).headers.has('client-token')).toBe(false);
    await server.subscribe();
    client.cut();
    expect((await server.next('CONNECT')).headers.get('client-token')).toBe('token');
  });

  it('asks again when its subscription was ended, and writes down when it is refused', async () => {
    const client = listener('last-5');
    const first = await server.subscribe();
    const error = (id: string) =>
      ['MESSAGE', { subscription: 'errors', 'subscription-id': id }, '{"code":"lost"}'] as const;
    first.answer('RECEIPT', { 'receipt-id': '0', resume: 'complete' });
    first.answer(...error('0'));
    const second = await server.subscribe();
    second.answer(...error('1'));
    await server.subscribe();
    const kinds = client.views[0]?.seen.map(({ kind }) => kind);
    expect(kinds).toEqual(['asked', 'answered', 'cut', 'asked', 'refused', 'asked']);
  });
});

const publisher = (): Publisher =>
  actor(
    new Publisher(
      who,
      { room: 'r', destination: '/app/r', every: [1, 1], levels: [], usual: 'brokered', inFlight: 2 },
      notes,
      random,
      cutBy('destroy'),
    ),
  );

describe('a publisher', () => {
  it('sends again under the same key what was not receipted, and nothing else', async () => {
    const client = publisher();
    client.publish('stored', true);
    client.publish(undefined, true);
    let settled = false;
    void client.settled().then(() => {
      settled = true;
    });
    const first = await server.next('SEND');
    await server.next('SEND');
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'idempotency-key': 'one/0',
      'receipt-level': 'stored',
    });
    first.answer('RECEIPT', { 'receipt-id': 'one/0' });
    await expect.poll(() => client.unsettled).toEqual(['one/1']);
    expect(settled).toBe(false);
    first.drop();
    const again = await server.next('SEND');
    expect(again.headers.get('idempotency-key')).toBe('one/1');
    again.answer('RECEIPT', { 'receipt-id': 'one/1' });
    await expect.poll(() => settled).toBe(true);
    expect(client.sendings.map(({ level, receipted }) => [level, receipted !== undefined])).toEqual([
      ['stored', true],
      ['brokered', true],
    ]);
  });

  it('gives up what has no key when it does not know whether it arrived', async () => {
    const client = publisher();
    client.publish('accepted', false);
    const sent = await server.next('SEND');
    expect(sent.headers.has('idempotency-key')).toBe(false);
    sent.drop();
    await client.settled();
    expect(client.sendings[0]?.receipted).toBeUndefined();
  });

  it('tries again what was refused', async () => {
    const client = publisher();
    client.publish('stored', true);
    const sent = await server.next('SEND');
    sent.answer('MESSAGE', { subscription: 'errors', 'receipt-id': 'one/0' }, '{"code":"history-full"}');
    const again = await server.next('SEND');
    expect(notes.counts.get('refused: history-full')).toBe(1);
    again.answer('RECEIPT', { 'receipt-id': 'one/0' });
    await client.settled();
  });
});
