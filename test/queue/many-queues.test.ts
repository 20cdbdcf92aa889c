// One consumer of many queues: whose delivery an acknowledgement is, and what is left of a queue that goes.
import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import type { Consumption, QueueConsumer, QueueDelivery } from '../../src/queue/consumer.ts';
import { Credit } from '../../src/queue/credit.ts';
import { ManyQueues } from '../../src/queue/many-queues.ts';

/** Notes what a queue is told. */
class Told implements Consumption {
  readonly said: string[] = [];
  readonly answer: boolean | Promise<boolean>;

  constructor(answer: boolean | Promise<boolean> = true) {
    this.answer = answer;
  }

  begin(): void {
    this.said.push('begin');
  }

  acknowledge(tag: number): boolean | Promise<boolean> {
    this.said.push(`ack ${tag}`);
    return this.answer;
  }

  refuse(tag: number, requeue: boolean): boolean | Promise<boolean> {
    this.said.push(`nack ${tag} ${requeue}`);
    return this.answer;
  }

  cancel(): void {
    this.said.push('cancel');
  }
}

function many(prefetch = 2, restores = false) {
  const given: QueueDelivery[] = [];
  const credit = new Credit(prefetch);
  const consumer: QueueConsumer = { prefetch, auto: false, take: (delivery) => given.push(delivery) };
  const taking = new ManyQueues({ consumer, credit, restores });
  const join = (address: string, queue: Told): ((tag: number) => void) => {
    const member = taking.consumerOf(address);
    taking.add(address, queue);
    return (tag) =>
      member.take({
        message: new Message({ id: '1', destination: address, body: Buffer.alloc(0) }),
        tag,
        deliveries: 1,
      });
  };
  return { taking, given, credit, join };
}

it('tells each queue of its own', () => {
  const { taking, given, join, credit } = many();
  const [a, b] = [new Told(), new Told()];
  const [giveA, giveB] = [join('a', a), join('b', b)];
  taking.begin();
  giveA(7);
  giveB(7);
  expect([given.map(({ tag }) => tag), credit.room]).toEqual([[1, 2], 0]);
  expect([taking.refuse(2, false), taking.acknowledge(1), taking.acknowledge(1)]).toEqual([
    true,
    true,
    false,
  ]);
  expect([a.said, b.said, credit.room]).toEqual([['begin', 'ack 7'], ['begin', 'nack 7 false'], 2]);
});

it('has room for what it had of a queue that is gone, and knows it no more', () => {
  const { taking, join, credit } = many();
  const a = new Told();
  const give = join('a', a);
  give(1);
  taking.gone('a');
  expect([credit.room, taking.knows(1), taking.acknowledge(1), a.said]).toEqual([2, false, false, []]);
  give(2);
  expect(taking.knows(2)).toBe(false);
});

it('wants nothing more while it leaves its queues one by one', () => {
  const { taking, join } = many();
  const wanted: unknown[] = [];
  const member = taking.consumerOf('a');
  const watching = new Told();
  watching.cancel = () => void wanted.push(member.leaving);
  taking.add('a', watching);
  join('b', new Told());
  expect(member.leaving).toBe(false);
  void taking.cancel();
  expect(wanted).toEqual([true]);
});

it('has again what its queue could not be told, where that is so', async () => {
  for (const restores of [true, false]) {
    const { taking, join, credit } = many(1, restores);
    join('a', new Told(Promise.reject(new Error('undone'))))(1);
    await expect(taking.acknowledge(1)).rejects.toThrow('undone');
    expect([taking.knows(1), credit.room]).toEqual(restores ? [true, 0] : [false, 1]);
  }
});
