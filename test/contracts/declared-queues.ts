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
