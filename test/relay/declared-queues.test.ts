// Queues of which something was said: their own limits, whose they are, and when they are gone.
import { describe, expect, it } from 'vitest';
import { ToldQueues } from './told-queues.ts';

const at = '/queue/x';

describe('a queue with limits of its own', () => {
  it('loses the oldest when more wait than were allowed, others do not', () => {
    const told = new ToldQueues();
    told.queues.declare(at, { count: 2 });
    told.send(at, 'a', 'b', 'c');
    told.send('/queue/y', 'a', 'b', 'c');
    expect(told.taker(at).bodies).toEqual(['b', 'c']);
    expect(told.taker('/queue/y').bodies).toEqual(['a', 'b', 'c']);
    expect(told.dropped).toEqual(['a overflow']);
  });

  it('drops what has waited longer than was allowed', () => {
    const told = new ToldQueues();
    told.queues.declare(at, { ttl: 100 });
    told.send(at, 'old');
    told.now += 60;
    told.send(at, 'young');
    told.now += 50;
    expect(told.taker(at).bodies).toEqual(['young']);
    expect(told.dropped).toEqual(['old expired']);
  });

  it('that was there already has them from then on', () => {
    const told = new ToldQueues();
    told.send(at, 'a', 'b', 'c');
    told.queues.declare(at, { count: 2 });
    told.send(at, 'd');
    expect(told.taker(at).bodies).toEqual(['c', 'd']);
  });

  it('takes a transaction that makes the oldest go', () => {
    const told = new ToldQueues();
    told.queues.declare(at, { count: 1 });
    told.send(at, 'a');
    const { message } = told.taker(at).given[0]!;
    expect(() => told.queues.assertRoom([message, message])).not.toThrow();
  });

  it('keeps them, and refuses others', () => {
    const told = new ToldQueues();
    told.queues.declare(at, { count: 2, ttl: 5 });
    told.queues.declare(at, { ttl: 5, count: 2 });
    expect(() => told.queues.declare(at, { count: 3, ttl: 5 })).toThrow(
      "'/queue/x' was declared with count 2, and not 3",
    );
    expect(() => told.queues.declare(at, { count: 2 })).toThrow('ttl 5, and not unset');
  });

  it('is one of so many as there may be', () => {
    const told = new ToldQueues(2);
    told.queues.declare('/queue/a', { count: 1 });
    told.queues.declare('/queue/b', { count: 1 });
    expect(() => told.queues.declare('/queue/c', { count: 1 })).toThrow('maxQueues=2');
  });
});

describe('a queue that goes', () => {
  it('with its last consumer, takes along what waits, and what it was like', () => {
    const told = new ToldQueues();
    told.queues.declare(at, { autoDelete: true, count: 1 });
    const [one, two] = [told.taker(at, 1), told.taker(at, 1)];
    told.send(at, 'a', 'b', 'c');
    void one.consumption.cancel();
    expect(told.queues.size).toEqual({ waiting: 2, outstanding: 1 });
    void two.consumption.cancel();
    expect(told.queues.size).toEqual({ waiting: 0, outstanding: 0 });
    told.send(at, 'd', 'e');
    expect(told.taker(at).bodies).toEqual(['d', 'e']);
  });

  it('and was filled by a topic, is filled no more', () => {
    const told = new ToldQueues();
    void told.queues.bindings.bind('durable:x', '/topic/x');
    told.queues.declare('durable:x', { autoDelete: true });
    const taker = told.taker('durable:x');
    expect(told.queues.bindings.empty).toBe(false);
    void taker.consumption.cancel();
    expect(told.queues.bindings.empty).toBe(true);
  });

  it('after so long without a consumer is there until then, whatever is sent to it', () => {
    const told = new ToldQueues();
    told.queues.declare(at, { unused: 100 });
    const taker = told.taker(at);
    told.now += 1000;
    told.send(at, 'a');
    expect(taker.bodies).toEqual(['a']);
    taker.acknowledge('a');
    void taker.consumption.cancel();
    told.send(at, 'b');
    told.now += 99;
    told.queues.sweep();
    expect(told.queues.size.waiting).toBe(1);
    told.now += 1;
    told.queues.sweep();
    expect(told.queues.size.waiting).toBe(0);
  });

  it('after so long is not there for who comes before it was swept away', () => {
    const told = new ToldQueues();
    told.queues.declare(at, { unused: 100, count: 1 });
    told.send(at, 'a');
    told.now += 100;
    told.send(at, 'b', 'c');
    expect(told.taker(at).bodies).toEqual(['b', 'c']);
  });
});

describe('an exclusive queue', () => {
  it('is consumed by its session only, until it is gone', () => {
    const told = new ToldQueues();
    const own = { owner: 'ann', autoDelete: true };
    expect(() => told.queues.declare(at, own)).toThrow('is not exclusive to this session any more');
    const taker = told.taker(at, 0, 'ann', own);
    told.queues.declare(at, own);
    expect(() => told.taker(at, 0, 'bob')).toThrow("'/queue/x' is exclusive to another session");
    expect(() => told.queues.declare(at, { owner: 'bob', autoDelete: true })).toThrow('exclusive');
    void taker.consumption.cancel();
    told.send(at, 'a');
    expect(told.taker(at, 0, 'bob').bodies).toEqual(['a']);
  });
});
