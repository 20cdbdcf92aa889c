// The contract of transactions over Redis: all of one, or nothing, for whoever looks from another node.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import type { LogPolicy } from '../../src/message/policies.ts';
import type { QueueLimits } from '../../src/queue/consumer.ts';
import type { RedisRelay } from '../../src/relay/redis.ts';
import { QueueTaker } from '../cluster/queue-nodes.ts';
import { type Behind, RedisNodes } from './redis-nodes.ts';
import { Changing } from './transport-sides.ts';

const usual: QueueLimits = { count: 100, bytes: 1_000_000, age: 0, overflow: 'reject', tries: 3 };
const logged: LogPolicy = {
  pattern: '/topic/log/**',
  count: 1000,
  age: 0,
  window: 60_000,
  receipt: 'brokered',
  deliver: 'at-once',
};

/** What a node hears. */
class Heard extends Changing {
  readonly ids: string[] = [];

  readonly deliver = ({ body }: Message): void => {
    this.ids.push(String(body));
    this.changed();
  };

  has(count: number): Promise<void> {
    return this.until(() => this.ids.length >= count);
  }
}

const messageOf = (destination: string, id: string): Message =>
  new Message({ destination, id, body: Buffer.from(id) });

/** Tests transactions over what is behind. */
export function redisCommitsContract(name: string, behind: () => Behind): void {
  describe(`transactions of ${name}`, () => {
    let nodes: RedisNodes;
    let all: RedisRelay[];
    let one: RedisRelay;
    let heard: Heard;
    let undone: number;
    let dropped: string[];

    const node = async (deliver: (message: Message) => void = () => {}): Promise<RedisRelay> => {
      const made = await nodes.node();
      all.push(made);
      await made.start(deliver);
      return made;
    };
    const open = async (limits: Partial<QueueLimits> = {}): Promise<void> => {
      const queues = {
        limits: { ...usual, ...limits },
        deadLetters: '/queue/dead-letter',
        queues: 40,
        bindings: 40,
        dropped: ({ id }: Message, why: string) => dropped.push(`${id} ${why}`),
      };
      nodes = new RedisNodes(behind(), [logged], { queues, history: false });
      heard = new Heard();
      one = await node();
      await (await node(heard.deliver)).interest('/topic/**');
    };
    const close = async (): Promise<void> => {
      for (const relay of all.splice(0)) await relay.close();
    };
    beforeEach(async () => {
      all = [];
      undone = 0;
      dropped = [];
      await open();
    });
    afterEach(close);

    /** A destination that begins so and lies where `/queue/a` does, or elsewhere. */
    const near = (begin: string, isThere = true): string => {
      const home = nodes.keys.partitionOf('/queue/a');
      for (let at = 0; ; at++)
        if ((nodes.keys.partitionOf(`${begin}${at}`) === home) === isThere) return `${begin}${at}`;
    };
    const commit = async (...steps: (() => unknown)[]): Promise<void> =>
      one.together(
        () => Promise.all(steps.map((step) => step())).then(() => {}),
        () => undone++,
      );
    const taker = async (relay: RedisRelay, prefetch = 0, queue = '/queue/a'): Promise<QueueTaker> => {
      const taker = new QueueTaker(prefetch);
      taker.consumption = await relay.queues!.consume(queue, taker);
      taker.consumption.begin();
      return taker;
    };
    const publish = (destination: string, id: string) => () => one.publish(messageOf(destination, id));
    const append = (destination: string, id: string, key?: string) => () =>
      one.log!.append(messageOf(destination, id), logged, key);
    const enqueue =
      (id: string, queue = '/queue/a') =>
      () =>
        one.queues!.enqueue(messageOf(queue, id));
    /** What was heard when all that was published so far has come. */
    const soFar = async (): Promise<readonly string[]> => {
      const end = `end ${Math.random()}`;
      await one.publish(messageOf(near('/topic/'), end));
      await heard.until(() => heard.ids.includes(end));
      return heard.ids.filter((id) => !id.startsWith('end'));
    };

    it('do all of their parts: topics, logs, queues, acknowledgements', async () => {
      await enqueue('old 1')();
      await enqueue('old 2')();
      const mine = await taker(one, 2);
      await mine.has(2);
      const positions: unknown[] = [];
      await commit(
        publish(near('/topic/'), 'plain'),
        async () => positions.push(await append(near('/topic/log/'), 'logged', 'key')()),
        enqueue('new'),
        () => mine.acknowledge(0).then((known) => expect(known).toBe(true)),
        () => mine.consumption.refuse(mine.given[1]!.tag, true),
      );
      expect(await soFar()).toEqual(['plain', 'logged']);
      expect(positions).toEqual([{ position: { epoch: expect.any(Number), seq: 1 }, again: false }]);
      expect(await append(near('/topic/log/'), 'logged', 'key')()).toMatchObject({ again: true });
      await mine.has(4);
      expect(mine.ids).toEqual(['old 1', 'old 2', 'old 2', 'new']);
      expect(mine.given[2]!.deliveries).toBe(2);
      expect(await mine.acknowledge(0)).toBe(false);
      expect(undone).toBe(0);
    });

    it('stand in one piece among what others publish, behind what was sent before them', async () => {
      const [plain, log] = [near('/topic/'), near('/topic/log/')];
      const others = await node();
      const publishing = (async () => {
        for (let n = 0; n < 300; n++)
          await Promise.all([
            others.publish(messageOf(plain, `other ${n}`)),
            others.log.append(messageOf(log, `logged ${n}`), logged),
          ]);
      })();
      for (let n = 0; n < 60; n++) {
        const before = [publish(plain, `${n} 0`)(), append(log, `${n} 1`)()];
        await commit(
          ...[2, 4, 6].flatMap((at) => [publish(plain, `${n} ${at}`), append(log, `${n} ${at + 1}`)]),
        );
        await Promise.all(before);
      }
      await publishing;
      const ids = await soFar();
      expect(ids).toHaveLength(600 + 60 * 8);
      for (let n = 0; n < 60; n++) {
        const places = ids.map((id, at) => [id, at] as const).filter(([id]) => id.startsWith(`${n} `));
        const parts = places.filter(([id]) => Number(id.split(' ')[1]) > 1);
        expect(parts.map(([id]) => id)).toEqual([2, 3, 4, 5, 6, 7].map((at) => `${n} ${at}`));
        expect(parts.at(-1)![1] - parts[0]![1]).toBe(5);
        expect(Math.max(ids.indexOf(`${n} 0`), ids.indexOf(`${n} 1`))).toBeLessThan(parts[0]![1]);
      }
    });

    it('come behind what was sent before them, however much waits', async () => {
      const topic = near('/topic/');
      const before = Array.from({ length: 300 }, (_, n) => publish(topic, `${n}`)());
      await commit(publish(topic, 'committed'));
      await Promise.all(before);
      expect((await soFar()).indexOf('committed')).toBe(300);
    });

    it('do nothing when a queue has no room for all of it, and can be done when it has', async () => {
      await close();
      await open({ count: 2 });
      const other = await node();
      await enqueue('old')();
      const mine = await taker(one, 1);
      await mine.has(1);
      await enqueue('waits')();
      const parts = [
        publish(near('/topic/'), 'plain'),
        append(near('/topic/log/'), 'logged'),
        enqueue('1'),
        enqueue('2'),
        () => mine.acknowledge(0),
      ];
      await expect(commit(...parts)).rejects.toMatchObject({ code: 'queue-full' });
      expect(undone).toBe(1);
      expect(await soFar()).toEqual([]);
      const theirs = await taker(other);
      await theirs.has(1);
      expect(theirs.ids).toEqual(['waits']);
      await theirs.acknowledge(0);
      await commit(...parts);
      await theirs.has(2);
      await mine.has(2);
      expect([...theirs.ids, ...mine.ids].sort()).toEqual(['1', '2', 'old', 'waits']);
      expect([...(await soFar())].sort()).toEqual(['logged', 'plain']);
    });

    it('tell what had expired of the queues that they ask for room, also when nothing is done', async () => {
      await close();
      await open({ count: 1 });
      const other = near('/queue/');
      await one.queues!.enqueue(messageOf('/queue/a', 'old'), { expires: 1 });
      await enqueue('full', other)();
      await expect(commit(enqueue('1'), enqueue('2', other))).rejects.toMatchObject({ code: 'queue-full' });
      expect(dropped).toEqual(['old expired']);
    });

    it('give back to a queue and send to it, where there is room for what is sent', async () => {
      await close();
      await open({ count: 2 });
      const mine = await taker(one, 1);
      await enqueue('1')();
      await mine.has(1);
      await enqueue('2')();
      await commit(() => mine.consumption.refuse(mine.given[0]!.tag, true), enqueue('3'));
      await mine.has(2);
      const theirs = await taker(one);
      await theirs.has(2);
      expect([mine.ids, theirs.ids]).toEqual([
        ['1', '1'],
        ['2', '3'],
      ]);
    });

    it('do nothing when somebody else has what they acknowledge', async () => {
      await enqueue('1')();
      const mine = await taker(one);
      await mine.has(1);
      const { commands } = nodes.behind;
      await commands.hset(`${nodes.keys.queue('/queue/a')}\0out`, '1', 'somebody 1 1 4 0');
      const known: boolean[] = [];
      await expect(
        commit(publish(near('/topic/'), 'plain'), async () => {
          known.push(await mine.acknowledge(0));
          if (!known[0]) throw new Error('unknown');
        }),
      ).rejects.toThrow('unknown');
      expect([known, undone, await soFar()]).toEqual([[false], 1, []]);
    });

    it('do nothing when they span two partitions', async () => {
      await enqueue('1')();
      const mine = await taker(one);
      await mine.has(1);
      await expect(
        commit(
          publish(near('/topic/'), 'no'),
          () => mine.acknowledge(0),
          publish(near('/topic/', false), 'no'),
        ),
      ).rejects.toMatchObject({ code: 'transaction-too-wide' });
      expect([undone, await soFar()]).toEqual([1, []]);
      expect(await mine.acknowledge(0)).toBe(true);
    });

    it('make a dead letter, wherever those are, when they are done, and none when they are not', async () => {
      await enqueue('1')();
      const mine = await taker(one);
      await mine.has(1);
      const refuse = () => mine.consumption.refuse(mine.given[0]!.tag, false);
      await expect(
        commit(refuse, publish(near('/topic/'), 'no'), publish(near('/topic/', false), 'no')),
      ).rejects.toMatchObject({ code: 'transaction-too-wide' });
      await commit(refuse, publish(near('/topic/'), 'yes'));
      const dead = await taker(one, 0, '/queue/dead-letter');
      await dead.has(1);
      expect(dead.ids).toEqual(['1']);
      expect(await soFar()).toEqual(['yes']);
      expect(one.queues!.size).toEqual({ waiting: 0, outstanding: 1 });
    });

    it('make a dead letter when they do nothing else', async () => {
      await enqueue('1')();
      const mine = await taker(one);
      await mine.has(1);
      await commit(() => mine.consumption.refuse(mine.given[0]!.tag, false));
      const dead = await taker(one, 0, '/queue/dead-letter');
      await dead.has(1);
      expect(dead.ids).toEqual(['1']);
    });

    it('fill the queues of who is away, and acknowledge what was found there', async () => {
      const topic = near('/topic/');
      const away = 'durable:guest:a/s';
      await one.queues!.bindings.bind(away, topic);
      await commit(publish(topic, '1'), publish(topic, '2'));
      const back = await taker(one, 0, away);
      await back.has(2);
      await commit(() => back.acknowledge(0), publish(topic, '3'));
      await back.has(3);
      expect(back.ids).toEqual(['1', '2', '3']);
      expect(await back.acknowledge(0)).toBe(false);
      expect(await back.acknowledge(1)).toBe(true);
    });
  });
}
