// The queues of a node with a clock that a test moves, and consumers that write down what they are given.
import { Buffer } from 'node:buffer';
import { Message } from '../../src/message/message.ts';
import type {
  Consumption,
  QueueArguments,
  QueueConsumer,
  QueueDelivery,
  QueueLimits,
} from '../../src/queue/consumer.ts';
import { MemoryQueues } from '../../src/relay/memory-queues.ts';

const limits: QueueLimits = { count: 100, bytes: 1_000_000, age: 0, overflow: 'reject', tries: 3 };

export class ToldQueues {
  now = 1_000_000;
  readonly dropped: string[] = [];
  readonly queues: MemoryQueues;
  #ids = 0;

  constructor(queues = 100) {
    this.queues = new MemoryQueues({
      limits,
      deadLetters: '/queue/dead-letter',
      queues,
      bindings: 10,
      separator: '/.',
      now: () => this.now,
      dropped: ({ body }, why) => this.dropped.push(`${body} ${why}`),
    });
  }

  send(destination: string, ...bodies: string[]): void {
    for (const body of bodies)
      void this.queues.enqueue(new Message({ destination, body: Buffer.from(body), id: `m-${this.#ids++}` }));
  }

  /** A consumer that has begun. */
  taker(destination: string, prefetch = 0, owner = 'somebody', terms?: QueueArguments): Taker {
    const taker = new Taker(prefetch, owner);
    taker.consumption = this.queues.consume(destination, taker, terms);
    taker.consumption.begin();
    return taker;
  }
}

export class Taker implements QueueConsumer {
  readonly auto = false;
  readonly prefetch: number;
  readonly owner: string;
  readonly given: QueueDelivery[] = [];
  consumption!: Consumption;

  constructor(prefetch: number, owner: string) {
    this.prefetch = prefetch;
    this.owner = owner;
  }

  take(delivery: QueueDelivery): void {
    this.given.push(delivery);
  }

  get bodies(): string[] {
    return this.given.map(({ message }) => String(message.body));
  }

  /** Acknowledges the first delivery of that body. */
  acknowledge(body: string): unknown {
    return this.consumption.acknowledge(this.given.find(({ message }) => String(message.body) === body)!.tag);
  }
}
