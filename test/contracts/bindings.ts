// The contract of queues that topics fill: one suite for every relay that keeps them.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Message, type MessageParts } from '../../src/message/message.ts';
import type { LogPolicy } from '../../src/message/policies.ts';
import type { Consumption, QueueDelivery, QueueLimits } from '../../src/queue/consumer.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { Changing } from './transport-sides.ts';

/** Two nodes of one service; a relay of one process is both. */
export interface BindingsUnderTest {
  readonly one: Relay;
  readonly other: Relay;
  /** Messages that were dropped, as `id why`. */
  readonly dropped: readonly string[];
  /** So much time passes. */
  pass(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface BindingsKind {
  readonly name: string;
  /** How many bindings there may be where they are counted. */
  readonly most: number;
  open(limits: QueueLimits, policies: readonly LogPolicy[]): Promise<BindingsUnderTest>;
}

const usual: QueueLimits = { count: 100, bytes: 1_000_000, age: 0, overflow: 'reject', tries: 3 };
const logged: LogPolicy = {
  pattern: '/topic/log/**',
  count: 100,
  age: 0,
  window: 60_000,
  receipt: 'brokered',
  deliver: 'at-once',
};
const ann = 'durable:user:ann:/a';

/** Takes from the queue of a durable subscription, and keeps what it was given. */
export class Taker extends Changing {
  readonly auto = false;
  readonly given: QueueDelivery[] = [];
  consumption: Consumption | undefined;

  readonly prefetch: number;

  constructor(prefetch = 0) {
    super();
    this.prefetch = prefetch;
  }

  take(delivery: QueueDelivery): void {
    this.given.push(delivery);
    this.changed();
  }

  async from({ queues }: Relay, queue = ann): Promise<this> {
    this.consumption = await queues!.consume(queue, this);
    this.consumption.begin();
    return this;
  }

  get ids(): string[] {
    return this.given.map(({ message }) => String(message.body));
  }

  has(count: number): Promise<void> {
    return this.until(() => this.given.length >= count);
  }

  async acknowledge(at: number): Promise<boolean> {
    return this.consumption!.acknowledge(this.given[at]!.tag);
  }
}

function messageOf(destination: string, id: string, parts: Partial<MessageParts> = {}): Message {
  return new Message({ destination, id, body: Buffer.from(id), headers: ['own', id], ...parts });
}

/** Tests a kind of bindings. */
export function bindingsContract(kind: BindingsKind): void {
  describe(`the queues that topics fill of ${kind.name}`, () => {
    let opened: BindingsUnderTest;
    let one: Relay;
    let other: Relay;
    const open = async (limits: Partial<QueueLimits> = {}): Promise<void> => {
      await opened?.close();
      opened = await kind.open({ ...usual, ...limits }, [logged]);
      ({ one, other } = opened);
    };
    beforeEach(() => open());
    afterEach(() => opened.close());
    const bind = async (source: string, queue = ann): Promise<void> =>
      one.queues!.bindings!.bind(queue, source);
    const publish = async (destination: string, ...ids: string[]): Promise<void> => {
      for (const id of ids) await other.publish(messageOf(destination, id));
    };
    /** What waits in it, whole, for who comes on a node. */
    const found = async (relay: Relay, count: number, source: string, queue = ann): Promise<Taker> => {
      await relay.queues!.bindings!.bind(queue, source);
      const taker = await new Taker().from(relay, queue);
      await taker.has(count);
      return taker;
    };
    /** Nothing more is there than was found: what is published now comes next. */
    const andNoMore = async (taker: Taker, destination: string): Promise<void> => {
      const before = taker.given.length;
      await publish(destination, 'last');
      await taker.has(before + 1);
      expect(taker.ids.slice(before)).toEqual(['last']);
    };

    it('keep, once, what any node publishes while nobody is there', async () => {
      await bind('/topic/a');
      await publish('/topic/b', 'no');
      await publish('/topic/a', '1', '2');
      await one.publish(messageOf('/topic/a', '3'));
      const taker = await found(other, 3, '/topic/a');
      expect(taker.ids).toEqual(['1', '2', '3']);
      expect(taker.given[0]).toMatchObject({
        deliveries: 1,
        message: messageOf('/topic/a', '1', { address: ann }),
      });
      await andNoMore(taker, '/topic/a');
    });

    it('keep nothing of before, of others, of what is one session’s, of what goes elsewhere', async () => {
      await publish('/topic/a', 'before');
      await bind('/topic/a');
      await other.publish(messageOf('/topic/a', 'elsewhere', { address: '/queue/of-somebody' }));
      const taker = await found(one, 0, '/topic/a');
      await andNoMore(taker, '/topic/a');
    });

    it('keep what is logged with its place, and a retry no second time', async () => {
      await bind('/topic/log/a');
      const first = await other.log!.append(messageOf('/topic/log/a', '1'), logged, 'key');
      const again = await one.log!.append(messageOf('/topic/log/a', '1'), logged, 'key');
      expect(again).toEqual({ ...first, again: true });
      await other.log!.append(messageOf('/topic/log/a', '2'), logged);
      const taker = await found(other, 2, '/topic/log/a');
      expect(taker.ids).toEqual(['1', '2']);
      expect(taker.given[0]!.message.position).toEqual(first.position);
      await andNoMore(taker, '/topic/log/a');
    });

    it('are filled by all topics that fit a pattern, each in its order', async () => {
      await bind('/topic/*/x?z/**');
      const topics = Array.from({ length: 8 }, (_, at) => `/topic/${at}/xyz/deep/er`);
      for (const id of ['1', '2', '3']) for (const topic of topics) await publish(topic, `${topic} ${id}`);
      await publish('/topic/1/xyyz/deep', 'no');
      await publish('/topic/1', 'no');
      await other.log!.append(messageOf('/topic/log/xüz', 'logged'), logged);
      const taker = await found(other, 25, '/topic/*/x?z/**');
      expect(taker.ids).toHaveLength(25);
      expect(taker.ids).toContain('logged');
      for (const topic of topics)
        expect(taker.ids.filter((id) => id.startsWith(topic))).toEqual(
          ['1', '2', '3'].map((id) => `${topic} ${id}`),
        );
    });

    it('give nobody more than its prefetch, of all topics together', async () => {
      await bind('/topic/*');
      for (const at of [1, 2, 3, 4, 5, 6]) await publish(`/topic/${at}`, `${at}`);
      const taker = await new Taker(2).from(one);
      for (let at = 0; at < 6; at++) {
        await taker.has(Math.min(6, at + 2));
        expect(taker.given.length).toBe(Math.min(6, at + 2));
        expect(await taker.acknowledge(at)).toBe(true);
        expect(await taker.acknowledge(at)).toBe(false);
      }
      expect([...taker.ids].sort()).toEqual(['1', '2', '3', '4', '5', '6']);
    });

    it('give again what was not acknowledged, on whichever node', async () => {
      await bind('/topic/a');
      await publish('/topic/a', '1', '2');
      const left = await found(one, 2, '/topic/a');
      expect(await left.acknowledge(0)).toBe(true);
      await left.consumption!.cancel();
      const taker = await found(other, 1, '/topic/a');
      expect(taker.ids).toEqual(['2']);
      expect(taker.given[0]!.deliveries).toBe(2);
      await andNoMore(taker, '/topic/a');
    });

    it('go by what a message says of itself: how urgent, and until when', async () => {
      await bind('/topic/a');
      await other.publish(messageOf('/topic/a', 'low', { headers: ['priority', '1'] }));
      await other.publish(messageOf('/topic/a', 'gone', { headers: ['expires', '1000'] }));
      await other.publish(messageOf('/topic/a', 'high', { headers: ['priority', '8'] }));
      const taker = await found(one, 2, '/topic/a');
      expect(taker.ids).toEqual(['high', 'low']);
    });

    it('lose one too many, which its publisher is not told and an operator is', async () => {
      await open({ count: 2 });
      await bind('/topic/a');
      await publish('/topic/a', '1', '2', '3');
      const taker = await found(one, 2, '/topic/a');
      expect(taker.ids).toEqual(['1', '2']);
      expect(opened.dropped).toEqual(['3 overflow']);
      await open({ count: 2, overflow: 'drop-oldest' });
      await bind('/topic/a');
      await publish('/topic/a', '1', '2', '3');
      expect((await found(one, 2, '/topic/a')).ids).toEqual(['2', '3']);
      expect(opened.dropped).toEqual(['1 overflow']);
    });

    it('end from any node, with what waits in them', async () => {
      await bind('/topic/a');
      await bind('/topic/*', 'durable:b');
      await publish('/topic/a', '1');
      expect(await other.queues!.bindings!.unbind(ann)).toBe(true);
      expect(await other.queues!.bindings!.unbind(ann)).toBe(false);
      expect(await one.queues!.bindings!.unbind('durable:b')).toBe(true);
      await publish('/topic/a', '2');
      for (const [queue, source] of [
        [ann, '/topic/a'],
        ['durable:b', '/topic/*'],
      ] as const) {
        const taker = await found(one, 0, source, queue);
        await andNoMore(taker, '/topic/a');
        expect(taker.ids).toEqual(['last']);
      }
    });

    it('are filled by another source from then on, and what waited for the first is dropped', async () => {
      await bind('/topic/a');
      await publish('/topic/a', '1');
      await bind('/topic/a');
      await other.queues!.bindings!.bind(ann, '/topic/b');
      await publish('/topic/a', '2');
      await publish('/topic/b', '3');
      const taker = await found(one, 1, '/topic/b');
      expect(taker.ids).toEqual(['3']);
      await andNoMore(taker, '/topic/b');
    });

    it('are no more than there may be', async () => {
      let bound = 0;
      const more = async (): Promise<void> => {
        for (; bound <= kind.most; bound++) await bind('/topic/a', `durable:${bound}`);
      };
      await expect(more()).rejects.toMatchObject({
        code: 'too-many-durable-subscriptions',
        message: expect.stringContaining(`maxDurableSubscriptions=${kind.most}`),
      });
      expect(bound).toBeGreaterThan(0);
      expect(await one.queues!.bindings!.unbind('durable:0')).toBe(true);
      await bind('/topic/a', 'durable:0');
    });
  });
}
