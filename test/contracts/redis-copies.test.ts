// How copies of redacted messages are found in queues over a Redis: in small steps, at the right place, whoever overtakes.
import { Buffer } from 'node:buffer';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { usualPolicy } from '../../src/message/policies.ts';
import type { Position } from '../../src/message/position.ts';
import { encodeMessage } from '../../src/relay/envelope.ts';
import { changeCopiesScript, findCopiesScript } from '../../src/relay/redis/copies-script.ts';
import type { Script } from '../../src/relay/redis/scripts.ts';
import type { RedisRelay } from '../../src/relay/redis.ts';
import { requires } from '../servers/requires.ts';
import { Taker } from './bindings.ts';
import { RedisNodes } from './redis-nodes.ts';

const url = requires('redis');
const room = '/topic/a';
const ann = 'durable:user:ann:/a';
const dead = '/queue/dead-letter';
const policy = { ...usualPolicy, pattern: room, count: 10_000 };
const limits = { count: 10_000, bytes: 1e8, age: 0, overflow: 'reject', tries: 3 } as const;

describe.runIf(url)('copies in queues over a Redis', () => {
  let commands: Redis;
  let nodes: RedisNodes;
  let relay: RedisRelay;
  beforeAll(() => {
    commands = new Redis(url!);
  });
  afterAll(() => commands.disconnect());
  beforeEach(async () => {
    const queues = { limits, deadLetters: dead, queues: 200, bindings: 12 };
    nodes = new RedisNodes({ address: url!, commands }, [policy], { queues, history: false });
    relay = await nodes.node();
    await relay.start(() => {});
    await relay.queues!.bindings.bind(ann, room);
  });
  afterEach(() => relay.close());

  const say = async (count: number, bytes = 10): Promise<Position[]> => {
    const append = async (at: number): Promise<Position> => {
      const body = Buffer.alloc(bytes, `${at} `);
      return (await relay.log.append(new Message({ destination: room, id: '', body }), policy)).position;
    };
    const places: Position[] = [];
    while (places.length < count) {
      const together = Math.min(200, count - places.length);
      places.push(
        ...(await Promise.all(Array.from({ length: together }, (_, at) => append(places.length + at)))),
      );
    }
    return places;
  };
  /** The queue that the topic fills: it lies with the topic, under a name of its own there. */
  const queue = (): string => nodes.keys.queueIn(nodes.keys.partitionOf(room), ann);
  const run = async ({ source }: Script, ...args: (string | Buffer)[]): Promise<unknown[]> => {
    const { all } = nodes.keys.queues(nodes.keys.partitionOf(room));
    return (await commands.call(
      'EVAL',
      source,
      '2',
      nodes.keys.queue(queue()),
      all,
      '0',
      queue(),
      ...args,
    )) as unknown[];
  };
  const stepsThrough = async (): Promise<number> => {
    let steps = 0;
    for (let ended = '0'; steps === 0 || ended !== '0'; steps++)
      [ended] = (await run(findCopiesScript, ended, 'x')) as [string];
    return steps;
  };

  it('are looked for in steps of a few hundred messages, and of few where they are large', async () => {
    await say(5000);
    expect(await stepsThrough()).toBeGreaterThanOrEqual(8);
    await relay.queues!.bindings.clear(room, { epoch: Number.MAX_SAFE_INTEGER, seq: 0 });
    await say(80, 50_000);
    expect(await stepsThrough()).toBeGreaterThanOrEqual(5);
  });

  it('that are cleared leave nothing of their queue behind', async () => {
    const places = await say(3);
    await relay.queues!.bindings.clear(room, places[2]!);
    expect(await commands.keys(`*${nodes.keys.queue(queue())}*`)).toEqual([]);
  });

  it('are left alone where something else stands in their place by now', async () => {
    await say(1);
    const stale = encodeMessage(new Message({ destination: room, id: 'stale', body: Buffer.alloc(9) }));
    await run(changeCopiesScript, '1', '1', stale, Buffer.from('!'));
    const taker = await new Taker().from(relay);
    await taker.has(1);
    expect(taker.ids).toEqual(['0 0 0 0 0 ']);
  });

  it('that die while they are redacted are so among the dead letters', async () => {
    const [first] = await say(1);
    const taker = await new Taker().from(relay);
    await taker.has(1);
    const queues = relay.queues!;
    const enqueue = queues.enqueue.bind(queues);
    queues.enqueue = async (...letter) => {
      await queues.bindings.redact(room, first!); // overtakes the letter
      await enqueue(...letter);
    };
    expect(await taker.consumption!.refuse(taker.given[0]!.tag, false)).toBe(true);
    const letters = await new Taker().from(relay, dead);
    await letters.has(1);
    expect(letters.given[0]!.message.headers.slice(0, 4)).toEqual([
      ...['tombstone', 'redacted'],
      ...['dead-letter-reason', 'refused'],
    ]);
    expect(letters.ids).toEqual(['']);
  });

  it('that somebody else has dealt with are no dead letters', async () => {
    await say(1);
    const taker = await new Taker().from(relay);
    await taker.has(1);
    await commands.del(`${nodes.keys.queue(queue())}\0body`);
    expect(await taker.consumption!.refuse(taker.given[0]!.tag, false)).toBe(true);
    expect(await commands.exists(`${nodes.keys.queue(dead)}\0body`)).toBe(0);
  });
});
