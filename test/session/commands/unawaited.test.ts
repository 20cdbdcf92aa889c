// SENDs that the relay takes its time with: later frames go on behind them, RECEIPTs wait, refusals are told.
import { beforeEach, describe, expect, it } from 'vitest';
import { StompwireError } from '../../../src/errors.ts';
import type { Message } from '../../../src/message/message.ts';
import type { Relay } from '../../../src/relay/relay.ts';
import { Gate } from '../../broker/gate.ts';
import { type Client, World } from '../world.ts';

let world: World;
let client: Client;
/** What the relay was given and has not answered. */
let given: { readonly text: string; readonly gate: Gate }[];

/** Answers when the test says so. */
const slow: Relay = {
  start: () => {},
  publish: ({ body }: Message) => {
    const gate = new Gate();
    given.push({ text: String(body), gate });
    return gate.opened;
  },
  interest: () => {},
  disinterest: () => {},
  close: () => {},
};

const texts = (): string[] => given.map(({ text }) => text);
const say = (text: string, receipt?: string): Client =>
  client.say('SEND', { destination: '/topic/a', ...(receipt && { receipt }) }, text);
const receipts = async (): Promise<(string | undefined)[]> =>
  (await client.heard()).map(({ headers }) => headers['receipt-id']);

beforeEach(async () => {
  given = [];
  world = new World({ relay: slow });
  client = await world.connected();
});

describe('a SEND that the relay has under way', () => {
  it('does not keep the next from the relay', () => {
    say('1');
    say('2');
    say('3');
    expect(texts()).toEqual(['1', '2', '3']);
  });

  it('holds up its RECEIPT and later ones, whether it asked for one or not', async () => {
    say('1');
    say('2', 'two');
    client.say('SUBSCRIBE', { id: '0', destination: '/topic/b', receipt: 'three' });
    given[1]!.gate.resolve();
    expect(await receipts()).toEqual([]);
    given[0]!.gate.resolve();
    expect(await receipts()).toEqual(['two', 'three']);
  });

  it('is told when it is refused, before the RECEIPTs behind it', async () => {
    client.say('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' });
    say('1', 'one');
    say('2', 'two');
    given[1]!.gate.resolve();
    given[0]!.gate.reject(new StompwireError('relay-unavailable', 'it is away'));
    await world.settled();
    const [error, receipt, ...more] = await client.heard();
    expect(error).toMatchObject({ command: 'MESSAGE', headers: { 'receipt-id': 'one' } });
    expect(error!.body).toContain('relay-unavailable');
    expect(receipt).toMatchObject({ command: 'RECEIPT', headers: { 'receipt-id': 'two' } });
    expect(more).toEqual([]);
  });

  it('holds up the RECEIPT of a DISCONNECT, so that a refusal is not lost', async () => {
    client.say('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' });
    say('1');
    client.say('DISCONNECT', { receipt: 'bye' });
    await world.settled();
    expect(await client.heard()).toEqual([]);
    given[0]!.gate.reject(new StompwireError('relay-unavailable', 'it is away'));
    await world.settled();
    expect((await client.heard()).map(({ command }) => command)).toEqual(['MESSAGE', 'RECEIPT']);
  });

  it('makes the session wait when there are too many', async () => {
    for (let at = 0; at < 100; at++) say(String(at));
    await world.settled();
    expect(given).toHaveLength(65);
    given[0]!.gate.resolve();
    await world.settled();
    expect(given).toHaveLength(65);
    for (let at = 0; at < given.length; at++) {
      given[at]!.gate.resolve();
      await world.settled();
    }
    expect(texts()).toEqual(Array.from({ length: 100 }, (_, at) => String(at)));
  });

  it('is waited for when an interceptor looks at it again behind its publication', async () => {
    const seen: string[] = [];
    world.inbound.use(async ({ body }, next) => {
      const text = String(body);
      await next();
      seen.push(text);
    });
    say('1');
    say('2');
    expect(texts()).toEqual(['1']);
    given[0]!.gate.resolve();
    await world.settled();
    expect(texts()).toEqual(['1', '2']);
    expect(seen).toEqual(['1']);
  });
});

describe('a handler that answers at once', () => {
  it('is run for the next SEND too, and its RECEIPT waits for what it publishes', async () => {
    world.app.message('/say/{text}', { sendTo: '/topic/said' }, ({ params }) => params.text);
    for (const text of ['1', '2']) client.say('SEND', { destination: `/app/say/${text}`, receipt: text });
    expect(texts()).toEqual(['1', '2']);
    given[1]!.gate.resolve();
    expect(await receipts()).toEqual([]);
    given[0]!.gate.resolve();
    expect(await receipts()).toEqual(['1', '2']);
  });

  it('comes behind one that does not', async () => {
    const first = new Gate<string>();
    world.app.message('/slow', { sendTo: '/topic/said' }, () => first.opened);
    world.app.message('/fast', { sendTo: '/topic/said' }, () => 'fast');
    client.say('SEND', { destination: '/app/slow' });
    client.say('SEND', { destination: '/app/fast' });
    await world.settled();
    expect(texts()).toEqual([]);
    first.resolve('slow');
    await world.settled();
    given[0]!.gate.resolve();
    await world.settled();
    expect(texts()).toEqual(['slow', 'fast']);
  });
});
