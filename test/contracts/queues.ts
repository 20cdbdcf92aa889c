// The contract of the queues port: one suite for every relay that keeps queues.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import type { Consumption, QueueArguments, QueueDelivery, QueueLimits } from '../../src/queue/consumer.ts';
import type { Queues } from '../../src/relay/queues.ts';
import { Changing } from './transport-sides.ts';

/** Queues under test, with a clock that the test moves. */
export interface QueuesUnderTest {
  readonly queues: Queues;
  /** Messages that were dropped, as `id why`. */
  readonly dropped: readonly string[];
  pass(milliseconds: number): Promise<void>;
  /** The same queues, of another node where there are several. */
  another(): Promise<Queues>;
  close(): Promise<void>;
}

export interface QueuesKind {
  readonly name: string;
  open(limits: QueueLimits, deadLetters: string): Promise<QueuesUnderTest>;
}

export const usual: QueueLimits = { count: 100, bytes: 1_000_000, age: 0, overflow: 'reject', tries: 3 };
const dead = '/queue/dead-letter';

/** A consumer that writes down what it is given. */
export class Taker extends Changing {
  readonly given: QueueDelivery[] = [];
  readonly prefetch: number;
  readonly auto: boolean;
  readonly owner: string;
  consumption: Consumption | undefined;
  onTake: (delivery: QueueDelivery) => void = () => {};

  constructor(prefetch = 0, auto = false, owner = 'somebody') {
    super();
    this.prefetch = prefetch;
    this.auto = auto;
    this.owner = owner;
  }

  take(delivery: QueueDelivery): void {
    this.given.push(delivery);
    this.onTake(delivery);
    this.changed();
  }

  async from(queues: Queues, destination: string, terms?: QueueArguments): Promise<this> {
    this.consumption = await queues.consume(destination, this, terms);
    this.consumption.begin();
    return this;
  }

  get ids(): string[] {
    return this.given.map(({ message }) => message.id);
  }

  has(count: number): Promise<void> {
    return this.until(() => this.given.length >= count);
  }

  async acknowledge(at: number): Promise<boolean> {
    return this.consumption!.acknowledge(this.given[at]!.tag);
  }

  async refuse(at: number, requeue = true): Promise<boolean> {
    return this.consumption!.refuse(this.given[at]!.tag, requeue);
  }
}

export function messageOf(id: string, bytes = 1): Message {
  return new Message({ destination: '/queue/a', id, body: Buffer.alloc(bytes, 1), headers: ['own', id] });
}

/** Tests a kind of queues. */
export function queuesContract(kind: QueuesKind): void {
  describe(`the queues of ${kind.name}`, () => {
    let opened: QueuesUnderTest;
    const open = async (limits: Partial<QueueLimits> = {}): Promise<Queues> => {
      await opened?.close();
      opened = await kind.open({ ...usual, ...limits }, dead);
      return opened.queues;
    };
    let queues: Queues;
    beforeEach(async () => {
      queues = await open();
    });
    afterEach(() => opened.close());
    const fill = async (...ids: string[]): Promise<void> => {
      for (const id of ids) await queues.enqueue(messageOf(id));
    };
    const taker = (prefetch?: number, auto?: boolean): Promise<Taker> =>
      new Taker(prefetch, auto).from(queues, '/queue/a');

    it('keeps messages, whole, until a consumer comes', async () => {
      await fill('1', '2');
      expect(queues.size).toEqual({ waiting: 2, outstanding: 0 });
      const one = await taker();
      await one.has(2);
      expect(one.ids).toEqual(['1', '2']);
      expect(one.given[0]).toMatchObject({ deliveries: 1, message: messageOf('1') });
    });

    it('gives each message to one consumer, in turns', async () => {
      const all = [await taker(), await taker(), await taker()];
      await fill('1', '2', '3', '4', '5', '6');
      await Promise.all(all.map((one) => one.has(2)));
      expect(all.map(({ ids }) => ids)).toEqual([
        ['1', '4'],
        ['2', '5'],
        ['3', '6'],
      ]);
    });

    it('gives nobody more than its prefetch', async () => {
      const one = await taker(2);
      await fill('1', '2', '3', '4');
      await one.has(2);
      expect(queues.size).toEqual({ waiting: 2, outstanding: 2 });
      expect(await one.acknowledge(1)).toBe(true);
      await one.has(3);
      expect(one.ids).toEqual(['1', '2', '3']);
    });

    it('delivers nothing to a consumer before it begins', async () => {
      const one = new Taker();
      const consumption = await queues.consume('/queue/a', one);
      await fill('1');
      expect(one.ids).toEqual([]);
      consumption.begin();
      await one.has(1);
      expect(one.ids).toEqual(['1']);
    });

    it('passes over a consumer that has all it may have', async () => {
      const slow = await taker(1);
      const quick = await taker();
      await fill('1', '2', '3', '4');
      await quick.has(3);
      expect([slow.ids, quick.ids]).toEqual([['1'], ['2', '3', '4']]);
    });

    it('counts a delivery as acknowledged for a consumer that does not acknowledge', async () => {
      const one = await taker(1, true);
      await fill('1', '2', '3');
      await one.has(3);
      expect(queues.size).toEqual({ waiting: 0, outstanding: 0 });
    });

    it('gives back what a consumer did not acknowledge, in its old place', async () => {
      const one = await taker(2);
      await fill('1', '2', '3');
      await one.has(2);
      await one.consumption!.cancel();
      await one.consumption!.cancel();
      const other = await taker();
      await other.has(3);
      expect(other.ids).toEqual(['1', '2', '3']);
      expect(other.given.map(({ deliveries }) => deliveries)).toEqual([2, 2, 1]);
      expect(one.ids).toEqual(['1', '2']);
    });

    it('gives a refused message again, before what came later', async () => {
      const one = await taker(1);
      await fill('1', '2');
      await one.has(1);
      expect(await one.refuse(0)).toBe(true);
      await one.has(2);
      await one.acknowledge(1);
      await one.has(3);
      expect(one.ids).toEqual(['1', '1', '2']);
    });

    it('knows a tag once', async () => {
      const one = await taker();
      await fill('1', '2');
      await one.has(2);
      expect(await one.acknowledge(0)).toBe(true);
      expect(await one.acknowledge(0)).toBe(false);
      expect(await one.refuse(0)).toBe(false);
      expect(await one.consumption!.acknowledge(99)).toBe(false);
      expect(queues.size).toEqual({ waiting: 0, outstanding: 1 });
    });

    it('makes a dead letter of what was delivered too often', async () => {
      const one = await taker(1);
      await fill('1', '2');
      for (const at of [0, 1, 2]) {
        await one.has(at + 1);
        await one.refuse(at);
      }
      await one.has(4);
      expect(one.ids).toEqual(['1', '1', '1', '2']);
      const reader = await new Taker().from(queues, dead);
      await reader.has(1);
      expect(reader.given[0]!.message).toMatchObject({
        destination: dead,
        body: messageOf('1').body,
        headers: [
          ...['own', '1', 'dead-letter-reason', 'too-many-deliveries'],
          ...['dead-letter-destination', '/queue/a', 'delivery-count', '3'],
        ],
      });
    });

    it('makes a dead letter at once of what shall not come again', async () => {
      const one = await taker();
      await fill('1');
      await one.has(1);
      await one.refuse(0, false);
      const reader = await new Taker().from(queues, dead);
      await reader.has(1);
      expect(reader.given[0]!.message.headers).toContain('refused');
      await reader.refuse(0, false);
      expect(opened.dropped).toEqual(['1 refused']);
      expect(queues.size).toEqual({ waiting: 0, outstanding: 0 });
    });

    it('delivers higher priorities first', async () => {
      await queues.enqueue(messageOf('low'), { priority: 1 });
      await queues.enqueue(messageOf('usual'));
      await queues.enqueue(messageOf('high'), { priority: 9 });
      await queues.enqueue(messageOf('high too'), { priority: 12 });
      const one = await taker();
      await one.has(4);
      expect(one.ids).toEqual(['high', 'high too', 'usual', 'low']);
    });

    it('delivers nothing that has expired', async () => {
      queues = await open({ age: 1000 });
      await fill('old');
      await queues.enqueue(messageOf('short'), { expires: 0 });
      await opened.pass(999);
      await fill('young');
      await opened.pass(1);
      const one = await taker();
      await one.has(1);
      expect(one.ids).toEqual(['young']);
      expect([...opened.dropped].sort()).toEqual(['old expired', 'short expired']);
    });

    it('refuses one too many', async () => {
      queues = await open({ count: 2 });
      await fill('1', '2');
      await expect((async () => queues.enqueue(messageOf('3')))()).rejects.toMatchObject({
        code: 'queue-full',
        message: expect.stringContaining('2'),
      });
      const one = await taker();
      await one.has(2);
      await fill('4');
      await one.has(3);
      expect(one.ids).toEqual(['1', '2', '4']);
    });

    it('refuses more bytes than may wait', async () => {
      queues = await open({ bytes: 10_000 });
      await queues.enqueue(messageOf('1', 6000));
      await expect((async () => queues.enqueue(messageOf('2', 6000)))()).rejects.toMatchObject({
        code: 'queue-full',
      });
      await fill('3');
      expect(queues.size.waiting).toBe(2);
    });

    it('drops the oldest where that is the policy', async () => {
      queues = await open({ count: 2, overflow: 'drop-oldest', bytes: 10_000 });
      await fill('1', '2', '3');
      const one = await taker();
      await one.has(2);
      expect(one.ids).toEqual(['2', '3']);
      expect(opened.dropped).toEqual(['1 overflow']);
      await expect((async () => queues.enqueue(messageOf('big', 20_000)))()).rejects.toMatchObject({
        code: 'queue-full',
      });
    });

    it('ends a queue with all that waits in it', async () => {
      const one = await taker(1);
      await fill('1', '2');
      await one.has(1);
      await queues.remove('/queue/a');
      await queues.remove('/queue/none');
      expect(queues.size).toEqual({ waiting: 0, outstanding: 0 });
      expect(await one.acknowledge(0)).toBe(false);
      await fill('3');
      const other = await taker();
      await other.has(1);
      expect([one.ids, other.ids]).toEqual([['1'], ['3']]);
    });

    it('bears a consumer that acknowledges, refuses and leaves while it is given something', async () => {
      const one = new Taker(1);
      one.onTake = ({ tag, message }) => {
        if (one.given.length === 1) return;
        if (message.id === '4') void one.consumption!.cancel();
        else void one.consumption!.acknowledge(tag);
      };
      await one.from(queues, '/queue/a');
      await fill('1', '2', '3', '4', '5');
      await one.has(1);
      await one.acknowledge(0);
      await one.has(4);
      const other = await taker();
      await other.has(2);
      expect([one.ids, other.ids]).toEqual([
        ['1', '2', '3', '4'],
        ['4', '5'],
      ]);
    });
  });
}
