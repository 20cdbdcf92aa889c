// Queues that take their time: frames behind a SEND or an ACK do not wait for it, RECEIPTs do.
import { beforeEach, describe, expect, it } from 'vitest';
import { StompwireError } from '../../src/errors.ts';
import { Gate } from '../broker/gate.ts';
import { type Client, type Heard, World } from './world.ts';

let world: World;
let client: Client;
let gate: Gate;
beforeEach(async () => {
  world = new World();
  client = await world.connected();
  client.say('SUBSCRIBE', { id: 'e', destination: '/user/queue/errors' });
  gate = new Gate();
});

const shown = (frames: readonly Heard[]): string[] =>
  frames.map(({ command, headers, body }) => `${command} ${headers['receipt-id'] ?? body}`);

describe('a SEND to a queue that takes its time', () => {
  beforeEach(() => {
    const { enqueue } = world.queues;
    world.queues.enqueue = (message, terms) => {
      void enqueue.call(world.queues, message, terms);
      return gate.opened;
    };
  });

  it('holds up no later frame, but later RECEIPTs', async () => {
    client.say('SEND', { destination: '/queue/a', receipt: '1' }, 'one');
    client.say('SEND', { destination: '/queue/a', receipt: '2' }, 'two');
    client.say('SUBSCRIBE', { id: 's', destination: '/queue/a' });
    expect(shown(await client.heard())).toEqual(['MESSAGE one', 'MESSAGE two']);
    gate.resolve();
    expect(shown(await client.heard())).toEqual(['RECEIPT 1', 'RECEIPT 2']);
  });

  it('is told when it fails, in the place of its RECEIPT', async () => {
    client.say('SEND', { destination: '/queue/a', receipt: '1' }, 'one');
    gate.reject(new StompwireError('relay-unavailable'));
    const { headers, body } = await client.hears('MESSAGE');
    expect([headers['receipt-id'], JSON.parse(body).code]).toEqual(['1', 'relay-unavailable']);
  });
});

describe('an ACK of a queue that takes its time', () => {
  it.each([
    [true, 'RECEIPT'],
    [false, 'ERROR'],
  ])('holds up no other, and when it is told %s there is a %s', async (known, command) => {
    const { consume } = world.queues;
    world.queues.consume = (...asked) => {
      const consumption = consume.apply(world.queues, asked);
      return {
        ...consumption,
        acknowledge: (tag) => {
          void consumption.acknowledge(tag);
          return gate.opened.then(() => known);
        },
      };
    };
    client.say('SUBSCRIBE', { id: 's', destination: '/queue/a', ack: 'client-individual' });
    for (const body of ['1', '2']) client.say('SEND', { destination: '/queue/a' }, body);
    const [one, two] = await client.heard();
    client.say('ACK', { id: one!.headers.ack!, receipt: 'a' }).say('ACK', { id: two!.headers.ack! });
    expect(world.queues.size.outstanding).toBe(0);
    expect(await client.heard()).toEqual([]);
    gate.resolve();
    const { headers } = await client.hears(command);
    expect([headers['receipt-id'], headers.code]).toEqual(['a', known ? undefined : 'unknown-delivery']);
  });
});
