// The contract of consumers of a pattern: all queues that fit it, those that are there and those to come, on any node.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import type { Queues } from '../../src/relay/queues.ts';
import { type QueuesKind, type QueuesUnderTest, Taker, usual } from './queues.ts';

const dead = '/queue/dead';
const pattern = '/queue/a/**';

/** Tests a kind of queues. */
export function patternQueuesContract(kind: QueuesKind): void {
  describe(`consumers of patterns over the queues of ${kind.name}`, () => {
    let opened: QueuesUnderTest;
    let queues: Queues;
    let other: Queues;
    beforeEach(async () => {
      opened = await kind.open(usual, dead);
      queues = opened.queues;
      other = await opened.another();
    });
    afterEach(() => opened.close());

    /** Sends to a queue, by way of one node and the other. */
    const send = async (destination: string, ...ids: string[]): Promise<void> => {
      for (const [at, id] of ids.entries())
        await (at % 2 === 0 ? queues : other).enqueue(
          new Message({ destination, id, body: Buffer.from(id) }),
        );
    };
    const taker = (prefetch = 0, destination = pattern, from = queues, owner?: string): Promise<Taker> =>
      new Taker(prefetch, false, owner).from(from, destination);
    const acknowledge = async (one: Taker, id: string): Promise<boolean> =>
      one.acknowledge(one.ids.lastIndexOf(id));
    const of = (one: Taker, queue: string): string[] =>
      one.given.filter(({ message }) => message.destination === queue).map(({ message }) => message.id);
    /** Nothing more is there than was found: what is sent now comes next. */
    const andNoMore = async (one: Taker, queue = '/queue/a/last'): Promise<void> => {
      const before = one.given.length;
      await send(queue, 'last');
      await one.has(before + 1);
      expect(one.ids.slice(before)).toEqual(['last']);
    };

    it('take what waits and what comes, of each queue in its order, and of no other queue', async () => {
      await send('/queue/a/x', 'x1', 'x2');
      await send('/queue/b', 'no');
      const one = await taker();
      await send('/queue/a/y/z', 'y1');
      await send('/queue/a/x', 'x3');
      await send('/queue/a', 'a1');
      await one.has(5);
      expect(of(one, '/queue/a/x')).toEqual(['x1', 'x2', 'x3']);
      expect([of(one, '/queue/a/y/z'), of(one, '/queue/a')]).toEqual([['y1'], ['a1']]);
      await andNoMore(one);
    });

    it('hear of a queue that comes into being on another node, again and again', async () => {
      const one = await taker();
      for (const round of ['1', '2', '3']) {
        await other.enqueue(new Message({ destination: '/queue/a/x', id: round, body: Buffer.alloc(1) }));
        await one.has(Number(round));
        expect(await acknowledge(one, round)).toBe(true);
      }
    });

    it('are given nothing before they begin', async () => {
      await send('/queue/a/x', '1');
      const one = new Taker();
      const consumption = await queues.consume(pattern, one);
      await send('/queue/a/y', '2');
      const plain = await taker(0, '/queue/a/y');
      await plain.has(1);
      expect(one.ids).toEqual([]);
      consumption.begin();
      await one.has(1);
      expect(one.ids).toEqual(['1']);
    });

    it('have so many unacknowledged over all of their queues, and go on when they acknowledge one', async () => {
      for (const queue of ['b', 'c', 'd', 'e', 'f'])
        await send(`/queue/a/${queue}`, `${queue}1`, `${queue}2`);
      const one = await taker(3);
      for (let at = 0; at < 10; at++) {
        await one.has(Math.min(10, at + 3));
        expect(one.given.length).toBe(Math.min(10, at + 3));
        expect(await one.acknowledge(at)).toBe(true);
        expect(await one.acknowledge(at)).toBe(false);
      }
      for (const queue of ['b', 'c', 'd', 'e', 'f'])
        expect(of(one, `/queue/a/${queue}`)).toEqual([`${queue}1`, `${queue}2`]);
    });

    it('with room for one message hear of each queue in the end, whatever the others bring', async () => {
      const one = await taker(1);
      await send('/queue/a/x', 'x0');
      await one.has(1);
      for (const queue of ['x', 'y', 'z']) await send(`/queue/a/${queue}`, `${queue}1`, `${queue}2`);
      for (let at = 0; at < 7; at++) {
        await one.has(at + 1);
        expect(await one.acknowledge(at)).toBe(true);
      }
      await send('/queue/a/y', 'y3');
      await one.has(8);
      expect(of(one, '/queue/a/y')).toEqual(['y1', 'y2', 'y3']);
    });

    it('with room for one message are kept by no queue from the others', async () => {
      const one = await taker(1);
      await send('/queue/a/x', ...Array.from({ length: 60 }, (_, at) => `x${at}`));
      await one.has(1);
      await send('/queue/a/y', 'y1', 'y2');
      const poll = await taker(0, '/queue/none'); // what was sent is known on this node
      await send('/queue/none', 'known', 'known');
      await poll.has(2);
      for (let at = 0; of(one, '/queue/a/y').length < 2; at++) {
        await one.has(at + 1);
        expect(await one.acknowledge(at)).toBe(true);
      }
      expect(of(one, '/queue/a/x').length).toBeLessThan(60);
    });

    it('leave to others what they have no room for', async () => {
      const full = await taker(1);
      await send('/queue/a/x', '1');
      await full.has(1);
      const quick = await taker(0, pattern, other);
      await send('/queue/a/x', '2', '3');
      await send('/queue/a/y', '4');
      await quick.has(3);
      expect(full.ids).toEqual(['1']);
      expect([...quick.ids].sort()).toEqual(['2', '3', '4']);
    });

    it('share with who takes the queue itself, and with each other', async () => {
      await send('/queue/a/x', '0');
      const takers = [
        await taker(1),
        await taker(1, '/queue/a/x', other),
        await taker(1, '/queue/a/*', other),
      ];
      const all = (): string[] => takers.flatMap(({ ids }) => ids);
      await send('/queue/a/x', '1', '2');
      await Promise.all(takers.map((one) => one.has(1)));
      expect(all().sort()).toEqual(['0', '1', '2']);
    });

    it('settle each message with the queue that gave it', async () => {
      const one = await taker();
      await send('/queue/a/x', 'x1');
      await send('/queue/a/y', 'y1');
      await one.has(2);
      expect(await one.refuse(one.ids.indexOf('x1'))).toBe(true);
      await one.has(3);
      expect(of(one, '/queue/a/x')).toEqual(['x1', 'x1']);
      expect(one.given[2]!.deliveries).toBe(2);
      expect(await acknowledge(one, 'x1')).toBe(true);
      expect(await one.refuse(one.ids.indexOf('y1'), false)).toBe(true);
      const reader = await taker(0, dead);
      await reader.has(1);
      expect(reader.given[0]!.message.headers).toEqual([
        ...['dead-letter-reason', 'refused'],
        ...['dead-letter-destination', '/queue/a/y', 'delivery-count', '1'],
      ]);
    });

    it('give everything back when they end, in its old place, and take nothing more', async () => {
      const one = await taker(2);
      await send('/queue/a/x', '1', '2', '3');
      await one.has(2);
      await one.consumption!.cancel();
      await one.consumption!.cancel();
      await send('/queue/a/y', '4');
      const [x, y] = [await taker(0, '/queue/a/x', other), await taker(0, '/queue/a/y')];
      await Promise.all([x.has(3), y.has(1)]);
      expect([x.ids, y.ids, one.ids]).toEqual([['1', '2', '3'], ['4'], ['1', '2']]);
      expect(x.given.map(({ deliveries }) => deliveries)).toEqual([2, 2, 1]);
      expect(await one.acknowledge(0)).toBe(false);
    });

    it('go on with a queue that was removed while they took from it, and have room for it', async () => {
      const one = await taker(1);
      await send('/queue/a/x', '1', '2');
      await one.has(1);
      await queues.remove('/queue/a/x');
      expect(await one.acknowledge(0)).toBe(false);
      await send('/queue/a/x', '3');
      await one.has(2);
      expect(one.ids).toEqual(['1', '3']);
      expect(await one.acknowledge(1)).toBe(true);
      await andNoMore(one, '/queue/a/x');
    });

    it('are not in the way when a queue is removed on another node', async () => {
      const one = await taker(1);
      await send('/queue/a/x', '1', '2');
      await one.has(1);
      await other.remove('/queue/a/x');
      expect(await one.acknowledge(0)).toBe(false);
      await andNoMore(one, '/queue/a/x');
    });

    it('pass over what is exclusive to another session, which is none the wiser', async () => {
      const one = await taker(0, pattern, queues, 'bob');
      const terms = { owner: 'ann', autoDelete: true };
      const own = await new Taker(0, false, 'ann').from(other, '/queue/a/own', terms);
      const late = await taker(0, pattern, other, 'cid');
      await send('/queue/a/own', '1', '2');
      await own.has(2);
      await send('/queue/a/x', '3', '4');
      await expect.poll(() => one.ids.length + late.ids.length).toBe(2);
      expect([...one.ids, ...late.ids].sort()).toEqual(['3', '4']);
      await own.consumption!.cancel();
      await send('/queue/a/own', '5');
      await expect.poll(() => [...one.ids, ...late.ids]).toContain('5');
    });

    it('do not hold on to queues that nothing is in any more, however many there were', async () => {
      const one = await taker(1);
      for (let round = 0; round < 60; round++) {
        await send(`/queue/a/${round}`, `${round}`);
        await one.has(round + 1);
        expect(await one.acknowledge(round)).toBe(true);
      }
      expect(queues.size).toEqual({ waiting: 0, outstanding: 0 });
    });

    it('say nothing of the queues that they stand for', async () => {
      const said = async (): Promise<unknown> => new Taker().from(queues, pattern, { count: 1 });
      await expect(said()).rejects.toMatchObject({
        code: 'bad-header',
        message: expect.stringContaining(pattern),
      });
    });

    it('that acknowledge nothing are given all there is', async () => {
      await send('/queue/a/x', '1', '2');
      const one = await new Taker(1, true).from(queues, pattern);
      await send('/queue/a/y', '3');
      await one.has(3);
      expect(await one.consumption!.acknowledge(1)).toBe(false);
    });

    it('bear a dead letter that comes while they end', async () => {
      const one = await taker(0, '/queue/**');
      await send('/queue/a/x', '1');
      for (const at of [0, 1]) {
        await one.has(at + 1);
        await one.refuse(at);
      }
      await one.has(3);
      await one.consumption!.cancel(); // the third delivery was the last
      const reader = await taker(0, dead);
      await reader.has(1);
      expect([one.ids, reader.ids]).toEqual([['1', '1', '1'], ['1']]);
    });
  });
}
