// What the queues of a single node have beside their port: topics that fill them, room for a whole transaction.
import { Buffer } from 'node:buffer';
import { beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { destinationHash, messageIdOf } from '../../src/message/position.ts';
import type { QueueDelivery, QueueLimits } from '../../src/queue/consumer.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import { MemoryQueues } from '../../src/relay/memory-queues.ts';

const limits: QueueLimits = { count: 3, bytes: 10_000, age: 0, overflow: 'reject', tries: 3 };

let now: number;
let dropped: string[];
let queues: MemoryQueues;
let relay: MemoryRelay;

function open(changed: Partial<QueueLimits> = {}, totalBytes = 100_000): void {
  queues = new MemoryQueues({
    limits: { ...limits, ...changed },
    deadLetters: '/queue/dead-letter',
    queues: 10,
    totalBytes,
    bindings: 2,
    separator: '/',
    now: () => now,
    dropped: ({ id }, why) => dropped.push(`${id} ${why}`),
  });
  relay = new MemoryRelay(undefined, queues);
  relay.start(() => {});
}

beforeEach(() => {
  now = 1000;
  dropped = [];
  open();
});

const message = (
  id: string,
  destination = '/topic/a',
  headers: string[] = [],
  address = destination,
): Message => new Message({ destination, id, body: Buffer.from(id), headers, address });

function taken(queue: string): QueueDelivery[] {
  const given: QueueDelivery[] = [];
  queues.consume(queue, { prefetch: 0, auto: true, take: (delivery) => given.push(delivery) }).begin();
  return given;
}

const idsOf = (given: readonly QueueDelivery[]): string[] => given.map(({ message: { id } }) => id);

describe('a queue that a topic fills', () => {
  it('keeps what is published there, in its order, and is told of as the topic', () => {
    queues.bindings.bind('durable:kim/a', '/topic/a');
    relay.publish(message('1'));
    relay.publish(message('2', '/topic/b'));
    relay.publish(message('3'));
    const given = taken('durable:kim/a');
    expect(idsOf(given)).toEqual(['1', '3']);
    expect(given[0]!.message.destination).toBe('/topic/a');
  });

  it("hears patterns, and no queue of anybody's own", () => {
    queues.bindings.bind('durable:kim/a', '/topic/*');
    relay.publish(message('1'));
    relay.publish(message('2', '/topic/a/b'));
    relay.publish(message('3', '/user/queue/x', [], 'user:ann/queue/x'));
    relay.publish(message('4', '/topic/b'));
    expect(idsOf(taken('durable:kim/a'))).toEqual(['1', '4']);
  });

  it('ends with its binding, and what waited with it', () => {
    queues.bindings.bind('durable:kim/a', '/topic/a');
    relay.publish(message('1'));
    expect(queues.bindings.unbind('durable:kim/a')).toBe(true);
    expect(queues.bindings.unbind('durable:kim/a')).toBe(false);
    relay.publish(message('2'));
    expect(queues.size.waiting).toBe(0);
    expect(queues.bindings.empty).toBe(true);
  });

  it('forgets what another source has left in it, and keeps what the same one has', () => {
    queues.bindings.bind('durable:kim/a', '/topic/a');
    relay.publish(message('1'));
    queues.bindings.bind('durable:kim/a', '/topic/a');
    expect(queues.size.waiting).toBe(1);
    queues.bindings.bind('durable:kim/a', '/topic/b');
    relay.publish(message('2'));
    relay.publish(message('3', '/topic/b'));
    expect(idsOf(taken('durable:kim/a'))).toEqual(['3']);
  });

  it('tells no publisher that it is full: what is too much is dropped and counted', () => {
    queues.bindings.bind('durable:kim/a', '/topic/a');
    for (const id of ['1', '2', '3', '4']) relay.publish(message(id));
    expect(dropped).toEqual(['4 overflow']);
    open({ overflow: 'drop-oldest' });
    queues.bindings.bind('durable:kim/a', '/topic/a');
    for (const id of ['5', '6', '7', '8']) relay.publish(message(id));
    expect(dropped).toEqual(['4 overflow', '5 overflow']);
  });

  it('holds messages to their own terms, where those can be meant', () => {
    queues.bindings.bind('durable:kim/a', '/topic/a');
    relay.publish(message('late', '/topic/a', ['expiration', '10']));
    relay.publish(message('odd', '/topic/a', ['priority', 'high', 'expires', 'soon']));
    relay.publish(message('first', '/topic/a', ['priority', '9']));
    now += 10;
    expect(idsOf(taken('durable:kim/a'))).toEqual(['first', 'odd']);
  });

  it('gives the bytes of what is redacted in it back to all queues, and holds nothing of what is cleared', () => {
    const position = { epoch: 7, seq: 1 };
    const id = messageIdOf(destinationHash('/topic/a'), position);
    queues.bindings.bind('durable:kim/a', '/topic/a');
    const whole = { destination: '/topic/a', id, position, body: Buffer.alloc(1000) };
    relay.publish(new Message(whole));
    relay.publish(new Message({ ...whole, id: 'other' }));
    const before = queues.bytes;
    expect(queues.bindings.redact('/topic/a', position)).toBe(true);
    expect(queues.bytes).toBe(before - 1000);
    queues.bindings.clear('/topic/a', position);
    expect([queues.bytes, dropped]).toEqual([before / 2, [`${id} expired`]]);
  });

  it('is one of so many', () => {
    queues.bindings.bind('durable:kim/a', '/topic/a');
    queues.bindings.bind('durable:kim/b', '/topic/a');
    expect(() => queues.bindings.bind('durable:kim/c', '/topic/a')).toThrow(
      expect.objectContaining({
        code: 'too-many-durable-subscriptions',
        message: expect.stringContaining('maxDurableSubscriptions=2'),
      }),
    );
  });
});

describe('room for all of a transaction', () => {
  const inQueue = (id: string): Message => message(id, '/queue/a');

  it('is refused when one of them would be too many', () => {
    queues.enqueue(inQueue('1'));
    expect(() => queues.assertRoom([inQueue('2'), inQueue('3')])).not.toThrow();
    expect(() => queues.assertRoom([inQueue('2'), inQueue('3'), inQueue('4')])).toThrow(
      expect.objectContaining({ code: 'queue-full', message: expect.stringContaining('/queue/a') }),
    );
    expect(queues.size.waiting).toBe(1);
  });

  it('is refused when there would be too many queues', () => {
    for (let at = 1; at < 10; at++) queues.enqueue(message('x', `/queue/${at}`));
    expect(() => queues.assertRoom([message('1', '/queue/new'), message('2', '/queue/new')])).not.toThrow();
    expect(() => queues.assertRoom([message('1', '/queue/new'), message('2', '/queue/newer')])).toThrow(
      expect.objectContaining({ code: 'queue-full', message: expect.stringContaining('maxQueues=10') }),
    );
  });

  it('is there where the oldest make room', () => {
    open({ overflow: 'drop-oldest' });
    expect(() => queues.assertRoom(['1', '2', '3', '4'].map(inQueue))).not.toThrow();
  });

  it('counts each queue by itself', () => {
    const messages = ['1', '2', '3', '4'].map((id) => message(id, `/queue/${Number(id) % 2}`));
    expect(() => queues.assertRoom(messages)).not.toThrow();
  });
});

describe('the bound of all queues together', () => {
  // a message counts for what its body has, and 256 bytes
  const room = 4 * 257;
  const put = (id: string, queue: string, expires?: number): void =>
    void queues.enqueue(message(id, queue), expires === undefined ? {} : { expires });
  const refusal = expect.objectContaining({
    code: 'queue-full',
    message: expect.stringContaining(`queueTotalBytes=${room}`),
  });
  const fill = (overflow: QueueLimits['overflow'] = 'reject'): void => {
    open({ overflow, tries: 1 }, room);
    for (const [id, queue] of [
      ['1', '/queue/a'],
      ['2', '/queue/a'],
      ['3', '/queue/b'],
      ['4', '/queue/c'],
    ] as const)
      put(id, queue);
  };

  it('refuses one more in any queue, until something is acknowledged', () => {
    fill();
    expect(queues.bytes).toBe(room);
    for (const queue of ['/queue/a', '/queue/c', '/queue/new'])
      expect(() => put('5', queue)).toThrow(refusal);
    const given: QueueDelivery[] = [];
    const taking = queues.consume('/queue/b', { prefetch: 0, auto: false, take: (one) => given.push(one) });
    taking.begin();
    expect(() => put('5', '/queue/new')).toThrow(refusal);
    taking.acknowledge(given[0]!.tag);
    put('5', '/queue/new');
    expect(queues.bytes).toBe(room);
  });

  it('counts what a topic would have filled a queue with as dropped', () => {
    fill();
    queues.bindings.bind('durable:kim/a', '/topic/a');
    relay.publish(message('5'));
    expect(dropped).toEqual(['5 overflow']);
  });

  it('lets a queue make room out of its own, where the oldest go', () => {
    fill('drop-oldest');
    put('5', '/queue/a');
    expect(() => put('6', '/queue/new')).toThrow(refusal);
    expect(dropped).toEqual(['1 overflow']);
    expect(idsOf(taken('/queue/a'))).toEqual(['2', '5']);
  });

  it('is not reached by what has expired, what is a dead letter, what was removed', () => {
    fill();
    const given = taken('/queue/a');
    put('5', '/queue/d', now + 10);
    put('6', '/queue/d', now + 10);
    now += 10;
    put('7', '/queue/e');
    put('8', '/queue/e');
    expect([given.length, queues.bytes]).toEqual([2, room]);
    const refused: QueueDelivery[] = [];
    const taking = queues.consume('/queue/e', { prefetch: 1, auto: false, take: (one) => refused.push(one) });
    taking.begin();
    taking.refuse(refused[0]!.tag, false);
    expect(queues.bytes).toBe(room);
    for (const queue of ['/queue/b', '/queue/c', '/queue/e', '/queue/dead-letter']) queues.remove(queue);
    expect(queues.bytes).toBe(0);
  });

  it('refuses a transaction that would not fit as a whole', () => {
    open({}, room);
    const all = ['1', '2', '3', '4', '5'].map((id) => message(id, `/queue/${id}`));
    expect(() => queues.assertRoom(all.slice(1))).not.toThrow();
    expect(() => queues.assertRoom(all)).toThrow(refusal);
  });
});
