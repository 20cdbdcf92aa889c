// The contract of what is said of queues that topics fill: their limits, whose they are, and when they are gone.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import type { QueueArguments } from '../../src/queue/consumer.ts';
import type { Relay } from '../../src/relay/relay.ts';
import type { BindingsKind, BindingsUnderTest } from './bindings.ts';
import { Taker, usual } from './queues.ts';

const ann = 'durable:user:ann:/a';
const passing: QueueArguments = { autoDelete: true };

/** Tests a kind of bindings. */
export function declaredBindingsContract(kind: BindingsKind): void {
  describe.each(['/topic/a', '/topic/*'])(
    `what is said of the queues that %s fills of ${kind.name}`,
    (source) => {
      let opened: BindingsUnderTest;
      let one: Relay;
      let other: Relay;
      beforeEach(async () => {
        opened = await kind.open(usual, []);
        ({ one, other } = opened);
      });
      afterEach(() => opened.close());

      const publish = async (...ids: string[]): Promise<void> => {
        for (const [at, id] of ids.entries())
          await (at % 2 === 0 ? one : other).publish(
            new Message({ destination: '/topic/a', id, body: Buffer.from(id) }),
          );
      };
      interface Subscribing {
        readonly on?: Relay;
        readonly owner?: string;
        readonly to?: string;
        readonly prefetch?: number;
      }
      /** As a session subscribes: binds, consumes, begins. */
      const subscribe = async (
        terms?: QueueArguments,
        { on = one, owner = 'somebody', to = source, prefetch = 0 }: Subscribing = {},
      ): Promise<Taker> => {
        const bound = on.queues!.bindings!.bind(ann, to, terms, owner);
        if (bound instanceof Promise) await bound; // else it consumes in the same turn, as sessions do
        return new Taker(prefetch, false, owner).from(on.queues!, ann, terms);
      };
      const refusal = async (act: () => Promise<unknown>): Promise<unknown> => {
        try {
          return await act();
        } catch (error) {
          return (error as { code?: unknown }).code ?? error;
        }
      };
      /** Nothing waits for who comes now, as it would if it had been kept. */
      const nothingWaits = async (terms?: QueueArguments): Promise<Taker> => {
        const late = await subscribe(terms, { on: other });
        await publish('last');
        await late.has(1);
        expect(late.ids).toEqual(['last']);
        return late;
      };

      it('x-max-length: the oldest makes room while nobody takes', async () => {
        const terms = { count: 2 };
        await (await subscribe(terms)).consumption!.cancel();
        await publish('1', '2', '3');
        const back = await subscribe(terms, { on: other });
        await back.has(2);
        expect(back.ids).toEqual(['2', '3']);
        expect(opened.dropped).toEqual(['1 overflow']);
      });

      it('x-max-length: holds from when it is bound, whether anybody takes from it or not', async () => {
        await one.queues!.bindings!.bind(ann, source, { count: 2 }, 'somebody');
        await publish('1', '2', '3');
        expect(opened.dropped).toEqual(['1 overflow']);
        expect(await refusal(() => subscribe({ count: 3 }, { on: other }))).toBe('bad-header');
        const back = await subscribe({ count: 2 }, { on: other });
        await back.has(2);
        expect(back.ids).toEqual(['2', '3']);
      });

      it('x-max-length: is what one of two says who come at once; the other is refused', async () => {
        for (let round = 0; round < 5; round++) {
          const said = await Promise.all([
            refusal(async () => one.queues!.bindings!.bind(ann, source, { count: 1 }, 'somebody')),
            refusal(async () => other.queues!.bindings!.bind(ann, source, { count: 2 }, 'somebody')),
          ]);
          expect(said.filter((one) => one === 'bad-header')).toHaveLength(1);
          const count = said[0] === undefined ? 1 : 2;
          await publish('1', '2', '3');
          const taker = await subscribe({ count });
          await taker.has(count);
          expect(taker.ids).toEqual(['1', '2', '3'].slice(-count));
          await taker.consumption!.cancel();
          expect(await one.queues!.bindings!.unbind(ann)).toBe(true);
        }
      });

      it('x-message-ttl: what waits for longer is gone', async () => {
        const terms = { ttl: 1_000_000 };
        await (await subscribe(terms)).consumption!.cancel();
        await publish('old');
        await opened.pass(600_000);
        await publish('young');
        await opened.pass(400_000);
        const back = await subscribe(terms, { on: other });
        await back.has(1);
        expect(back.ids).toEqual(['young']);
      });

      it('auto-delete: gone with its last consumer on any node, and filled no more', async () => {
        const takers = [
          await subscribe(passing, { prefetch: 1 }),
          await subscribe(passing, { on: other, prefetch: 1 }),
        ];
        await publish('1', '2', '3', '4');
        await Promise.all(takers.map((taker) => taker.has(1)));
        await takers[0]!.consumption!.cancel();
        await publish('5');
        const [, left] = takers as [Taker, Taker];
        for (let at = 0; at < 4; at++) {
          await left.has(at + 1);
          expect(await left.acknowledge(at)).toBe(true);
        }
        await left.has(5);
        expect([...left.ids].sort()).toEqual(['1', '2', '3', '4', '5']);
        await left.consumption!.cancel();
        await publish('6');
        await nothingWaits({ autoDelete: true, count: 3 });
      });

      it('auto-delete: is no binding any more when it is gone', async () => {
        await (await subscribe(passing)).consumption!.cancel();
        expect(await other.queues!.bindings!.unbind(ann)).toBe(false);
        await publish('1');
        await nothingWaits();
      });

      it('auto-delete: those that are gone take no room from those to come', async () => {
        for (let round = 0; round <= kind.most; round++) {
          const queue = `durable:${round}`;
          await one.queues!.bindings!.bind(queue, source, passing, 'somebody');
          const taker = await new Taker().from(one.queues!, queue, passing);
          await taker.consumption!.cancel();
        }
      });

      it('auto-delete: who comes while the last one leaves is told everything from then on', async () => {
        let before = await subscribe(passing);
        for (let round = 0; round < 10; round++) {
          const on = round % 2 === 0 ? other : one;
          const [after] = await Promise.all([subscribe(passing, { on }), before.consumption!.cancel()]);
          await publish('1', '2');
          await after.has(2);
          expect(after.ids).toEqual(['1', '2']);
          for (const at of [0, 1]) expect(await after.acknowledge(at)).toBe(true);
          before = after;
        }
      });

      it('exclusive: one session, on any node, also to who comes with another source', async () => {
        const terms = { owner: 'ann', autoDelete: true };
        const own = await subscribe(terms, { owner: 'ann' });
        for (const on of [one, other])
          for (const said of [undefined, { owner: 'bob', autoDelete: true }])
            for (const to of [source, '/topic/b', '/topic/b/*'])
              expect(await refusal(() => subscribe(said, { on, owner: 'bob', to }))).toBe('denied');
        await publish('1', '2');
        await own.has(2);
        await own.consumption!.cancel();
        await publish('3');
        await nothingWaits();
      });

      it('who says something else is refused, and nothing has changed', async () => {
        const terms = { count: 5, unused: 1_000_000 };
        const first = await subscribe(terms);
        await first.consumption!.cancel();
        await publish('1', '2');
        for (const to of [source, '/topic/b'])
          for (const said of [{ count: 6, unused: 1_000_000 }, { count: 5 }])
            expect(await refusal(() => subscribe(said, { on: other, to }))).toBe('bad-header');
        await publish('3');
        const back = await subscribe(terms, { on: other });
        await back.has(3);
        expect(back.ids).toEqual(['1', '2', '3']);
        const silent = await subscribe(undefined, { owner: 'bob' });
        await back.consumption!.cancel();
        await silent.has(3);
      });

      it('x-expires: kept while somebody consumes and for so long after, then filled no more', async () => {
        const terms = { unused: 1_000_000, autoDelete: false };
        const first = await subscribe(terms);
        await opened.pass(2_000_000);
        await publish('1');
        await first.has(1);
        await first.acknowledge(0);
        await first.consumption!.cancel();
        await publish('2');
        await opened.pass(600_000);
        await publish('3');
        const back = await subscribe(terms, { on: other });
        await back.has(2);
        expect(back.ids).toEqual(['2', '3']);
        for (const at of [0, 1]) await back.acknowledge(at);
        await back.consumption!.cancel();
        await opened.pass(1_000_000);
        await publish('4');
        await opened.pass(1);
        await nothingWaits({ unused: 5_000_000 });
      });

      it('what was said ends with the binding', async () => {
        const terms = { count: 1 };
        await (await subscribe(terms)).consumption!.cancel();
        await publish('1', '2');
        expect(await other.queues!.bindings!.unbind(ann)).toBe(true);
        await publish('3');
        const taker = await nothingWaits({ count: 3 });
        await taker.consumption!.cancel();
        await publish('4', '5', '6');
        const back = await subscribe({ count: 3 });
        await back.has(3);
        expect(back.ids).toEqual(['4', '5', '6']);
      });

      it('another source takes the place of the first for who says the same', async () => {
        const terms = { count: 5 };
        await (await subscribe(terms)).consumption!.cancel();
        await publish('1');
        const moved = await subscribe(terms, { on: other, to: '/topic/b' });
        await publish('2');
        await one.publish(new Message({ destination: '/topic/b', id: 'b', body: Buffer.alloc(1) }));
        await moved.has(1);
        expect(moved.ids).toEqual(['b']);
      });
    },
  );
}
