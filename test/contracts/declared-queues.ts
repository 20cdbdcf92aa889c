// The contract of queues that a consumer says something of: their limits, whose they are, and when they are gone.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import type { QueueArguments } from '../../src/queue/consumer.ts';
import type { Queues } from '../../src/relay/queues.ts';
import { messageOf, type QueuesKind, type QueuesUnderTest, Taker, usual } from './queues.ts';

const at = '/queue/a';

/** Tests a kind of queues. */
export function declaredQueuesContract(kind: QueuesKind): void {
  describe(`what is said of the queues of ${kind.name}`, () => {
    let opened: QueuesUnderTest;
    let queues: Queues;
    let other: Queues;
    beforeEach(async () => {
      opened = await kind.open(usual, '/queue/dead-letter');
      queues = opened.queues;
      other = await opened.another();
    });
    afterEach(() => opened.close());
    const fill = async (...ids: string[]): Promise<void> => {
      for (const id of ids) await queues.enqueue(messageOf(id));
    };
    const taker = (terms?: QueueArguments, owner?: string, from = queues): Promise<Taker> =>
      new Taker(0, false, owner).from(from, at, terms);
    const said = async (terms: QueueArguments): Promise<void> => {
      await (await taker(terms)).consumption!.cancel();
    };
    const refusal = async (act: () => Promise<unknown>): Promise<unknown> => {
      try {
        return await act();
      } catch (error) {
        return (error as { code?: unknown }).code ?? error;
      }
    };
    /** What waits, up to a message that is sent behind it. */
    const waiting = async (): Promise<string[]> => {
      const one = await taker();
      await fill('last');
      await one.until(() => one.ids.includes('last'));
      return one.ids.slice(0, -1);
    };

    it('x-max-length: the oldest makes room, in this queue only', async () => {
      await said({ count: 2 });
      await fill('1', '2', '3');
      expect(opened.dropped).toEqual(['1 overflow']);
      for (const id of ['1', '2', '3'])
        await other.enqueue(new Message({ ...messageOf(id), destination: '/queue/b', address: '/queue/b' }));
      const [here, there] = [await taker(), await new Taker().from(queues, '/queue/b')];
      await Promise.all([here.has(2), there.has(3)]);
      expect([here.ids, there.ids]).toEqual([
        ['2', '3'],
        ['1', '2', '3'],
      ]);
    });

    it('x-message-ttl: what waits for longer is gone', async () => {
      await said({ ttl: 1_000_000 });
      await fill('old');
      await queues.enqueue(messageOf('short'), { expires: 0 });
      await opened.pass(600_000);
      await fill('young');
      await opened.pass(400_000);
      expect(await waiting()).toEqual(['young']);
      expect([...opened.dropped].sort()).toEqual(['old expired', 'short expired']);
    });

    it('who says the same is welcome on any node, who says nothing too, who says something else is refused', async () => {
      await said({ count: 2, ttl: 5 });
      await (await taker({ ttl: 5, count: 2 }, 'bob', other)).consumption!.cancel();
      await (await taker(undefined, 'bob', other)).consumption!.cancel();
      for (const terms of [{ count: 3, ttl: 5 }, { count: 2 }, { count: 2, ttl: 5, autoDelete: true }])
        expect(await refusal(() => taker(terms, 'bob', other))).toBe('bad-header');
      await expect((async () => taker({ count: 2 }))()).rejects.toThrow('ttl 5, and not unset');
    });

    it('auto-delete: gone with its last consumer on any node, with what waits and what was said', async () => {
      const one = await new Taker(1).from(queues, at, { autoDelete: true, count: 2 });
      const two = await new Taker(1).from(other, at);
      await fill('1', '2', '3', '4');
      await Promise.all([one.has(1), two.has(1)]);
      await one.consumption!.cancel();
      await said({ autoDelete: true, count: 2 });
      await fill('5');
      await two.acknowledge(0);
      await two.has(2);
      await two.consumption!.cancel();
      await fill('6', '7', '8');
      expect(await waiting()).toEqual(['6', '7', '8']);
    });

    it('auto-delete: who has not begun holds it as well', async () => {
      const one = await taker({ autoDelete: true });
      const two = new Taker();
      const consumption = await queues.consume(at, two);
      await one.consumption!.cancel();
      await fill('1');
      consumption.begin();
      await two.has(1);
      await consumption.cancel();
      expect(await waiting()).toEqual([]);
    });

    it('auto-delete: who comes while the last one leaves finds what it said', async () => {
      const one = await taker({ autoDelete: true, count: 1 });
      const two = new Taker(1);
      const coming = two.from(queues, at, { autoDelete: true, count: 1 });
      await Promise.all([coming, one.consumption!.cancel()]);
      await fill('1');
      await two.has(1);
      await fill('2', '3');
      await two.acknowledge(0);
      await two.has(2);
      expect(two.ids).toEqual(['1', '3']);
    });

    it('exclusive: one session, on any node, until it is gone', async () => {
      const one = await taker({ owner: 'ann', autoDelete: true }, 'ann');
      const again = await taker(undefined, 'ann');
      for (const from of [queues, other]) {
        expect(await refusal(() => taker(undefined, 'bob', from))).toBe('denied');
        expect(await refusal(() => taker({ owner: 'bob', autoDelete: true }, 'bob', from))).toBe('denied');
      }
      await one.consumption!.cancel();
      expect(await refusal(() => taker(undefined, 'bob', other))).toBe('denied');
      await again.consumption!.cancel();
      await fill('1');
      const bob = await taker({ owner: 'bob', autoDelete: true }, 'bob', other);
      await bob.has(1);
    });

    it('exclusive: not what is there already for everybody', async () => {
      await taker({ count: 1 }, 'ann');
      expect(await refusal(() => taker({ count: 1, owner: 'bob' }, 'bob', other))).toBe('bad-header');
    });

    it('x-expires: there while somebody consumes and for so long after, whatever is sent to it', async () => {
      const one = await taker({ unused: 1_000_000, count: 1 });
      await opened.pass(2_000_000);
      await fill('1');
      await one.has(1);
      await one.acknowledge(0);
      await one.consumption!.cancel();
      await fill('2');
      await opened.pass(600_000);
      await fill('3');
      expect(opened.dropped).toEqual(['2 overflow']);
      await opened.pass(400_000);
      await fill('4', '5');
      expect(await waiting()).toEqual(['4', '5']);
    });

    it('who took from one that was ended ends nothing of the one that is there now', async () => {
      const first = await taker({ autoDelete: true });
      await queues.remove(at);
      const second = await taker({ autoDelete: true });
      await first.consumption!.cancel();
      await fill('1');
      await second.has(1);
    });

    describe('by who sends', () => {
      const send = async (id: string, declares: QueueArguments, to = queues): Promise<void> =>
        to.enqueue(messageOf(id), { declares });

      it('holds from that message on, for every node, and once', async () => {
        await send('1', { count: 2, ttl: 5_000_000 });
        await send('2', { ttl: 5_000_000, count: 2 }, other);
        await fill('3');
        expect(await refusal(() => send('no', { count: 3, ttl: 5_000_000 }, other))).toBe('bad-header');
        expect(await refusal(() => taker({ count: 2 }, 'bob', other))).toBe('bad-header');
        await expect(send('no', { count: 2 })).rejects.toThrow('ttl 5000000, and not unset');
        const one = await taker({ count: 2, ttl: 5_000_000 }, 'bob', other);
        await one.has(2);
        expect([one.ids, opened.dropped]).toEqual([['2', '3'], ['1 overflow']]);
      });

      it('holds for what is there already', async () => {
        await fill('1', '2', '3');
        await send('4', { count: 2 });
        expect(opened.dropped).toEqual(['1 overflow', '2 overflow']);
        expect(await waiting()).toEqual(['3', '4']);
      });

      it('is what one of two says who come at once; the other is refused, with its message', async () => {
        for (let round = 0; round < 10; round++) {
          const said = await Promise.all([
            refusal(() => send('1', { count: 1 })),
            refusal(() => send('2', { count: 2 }, other)),
          ]);
          expect([...said].sort()).toEqual(['bad-header', undefined]);
          const count = said[0] === undefined ? 1 : 2;
          const one = await taker({ count });
          await one.has(1);
          expect(one.ids).toEqual([String(count)]);
          await one.consumption!.cancel();
          await queues.remove(at);
        }
      });

      it('keeps the order of messages that say something and of those that do not', async () => {
        const ids = Array.from({ length: 20 }, (_, n) => String(n));
        const all = ids.map((id, n) =>
          n % 3 === 0 ? send(id, { ttl: 5_000_000 }) : queues.enqueue(messageOf(id)),
        );
        await Promise.all(all);
        const one = await taker();
        await one.has(20);
        expect(one.ids).toEqual(ids);
      });

      it('keeps priority and expiry of the message that says it', async () => {
        const declares = { ttl: 5_000_000 };
        await queues.enqueue(messageOf('low'), { priority: 1, declares });
        await queues.enqueue(messageOf('high'), { priority: 8, declares });
        await queues.enqueue(messageOf('short'), { expires: 0, declares });
        const one = await taker();
        await one.has(2);
        expect(one.ids).toEqual(['high', 'low']);
      });

      it('is said without a message, too', async () => {
        await queues.declare(at, { count: 1 });
        expect(queues.size.waiting).toBe(0);
        await fill('1', '2');
        expect(await refusal(async () => other.declare(at, { count: 2 }))).toBe('bad-header');
        await other.declare(at, { count: 1 });
        const one = await taker();
        await one.has(1);
        expect(one.ids).toEqual(['2']);
      });

      it('auto-delete: there until the last consumer has left, that came before included', async () => {
        const before = await taker(undefined, 'bob', other);
        await send('1', { autoDelete: true, count: 1 });
        await before.has(1);
        await before.acknowledge(0);
        await before.consumption!.cancel();
        await fill('2', '3');
        expect(await waiting()).toEqual(['2', '3']);
        await queues.remove(at);
        await send('4', { autoDelete: true });
        await send('5', { autoDelete: true }, other);
        const one = await taker();
        await one.has(2);
        await one.consumption!.cancel();
        await fill('6');
        expect(await waiting()).toEqual(['6']);
      });

      it('x-expires: counts from the message when nobody consumes, and not while somebody does', async () => {
        await send('1', { unused: 1_000_000 });
        await opened.pass(600_000);
        await fill('2');
        await opened.pass(400_000);
        await send('3', { unused: 1_000_000, count: 9 });
        const one = await taker();
        await one.has(1);
        expect(one.ids).toEqual(['3']);
        await send('4', { unused: 1_000_000, count: 9 }, other);
        await opened.pass(2_000_000);
        await fill('5');
        await one.has(3);
        for (const at of [0, 1, 2]) await one.acknowledge(at);
        await one.consumption!.cancel();
        await opened.pass(600_000);
        await fill('6');
        await opened.pass(400_000);
        expect(await waiting()).toEqual([]);
      });

      it('exclusive: only to whose queue it is already, and nothing comes into being', async () => {
        const own = { owner: 'ann', autoDelete: true };
        expect(await refusal(() => send('no', own))).toBe('denied');
        expect(await refusal(async () => other.declare(at, own))).toBe('denied');
        const ann = await taker(own, 'ann');
        await send('1', own, other);
        expect(await refusal(() => send('no', { owner: 'bob', autoDelete: true }, other))).toBe('denied');
        expect(await refusal(() => send('no', { autoDelete: true }))).toBe('denied');
        await ann.has(1);
        await ann.consumption!.cancel();
        expect(await refusal(() => send('no', own, other))).toBe('denied');
        expect(await waiting()).toEqual([]);
      });
    });

    it('x-expires: counts anew from the last consumer', async () => {
      await said({ unused: 1_000_000 });
      await fill('1');
      await opened.pass(600_000);
      const one = await taker(undefined, 'bob', other);
      await opened.pass(600_000);
      await one.consumption!.cancel();
      await opened.pass(600_000);
      expect(await waiting()).toEqual(['1']);
    });
  });
}
