// Nodes of queues for tests of faults: some in this process, some in one that can be paused and killed.
import { Buffer } from 'node:buffer';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Message } from '../../src/message/message.ts';
import { Policies } from '../../src/message/policies.ts';
import type { Consumption, QueueDelivery } from '../../src/queue/consumer.ts';
import { RedisRelay } from '../../src/relay/redis.ts';
import { Changing } from '../contracts/transport-sides.ts';

const program = fileURLToPath(new URL('./queue-node.ts', import.meta.url));

export const deadLetters = '/queue/dead-letter';

/** A message whose body is its id. */
export function messageOf(id: string, destination = '/queue/a'): Message {
  return new Message({ destination, id, body: Buffer.from(id) });
}

/** A node in this process. */
export class QueueNode {
  readonly relay: RedisRelay;
  readonly troubles: string[] = [];

  constructor(address: string) {
    this.relay = new RedisRelay(address, {
      policies: new Policies(),
      queues: {
        limits: { count: 10_000, bytes: 1 << 30, age: 0, overflow: 'reject', tries: 3 },
        deadLetters,
        queues: 100,
        bindings: 100,
      },
      troubled: (what) => this.troubles.push(what),
    });
  }

  async start(): Promise<this> {
    await this.relay.start(() => {});
    return this;
  }

  async send(...ids: string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.relay.queues!.enqueue(messageOf(id))));
  }

  async take(prefetch = 0, queue = '/queue/a'): Promise<QueueTaker> {
    const taker = new QueueTaker(prefetch);
    taker.consumption = await this.relay.queues!.consume(queue, taker);
    taker.consumption.begin();
    return taker;
  }
}

/** A consumer that notes what it is given. */
export class QueueTaker extends Changing {
  readonly auto = false;
  readonly prefetch: number;
  readonly given: QueueDelivery[] = [];
  consumption!: Consumption;
  onTake: (delivery: QueueDelivery) => void = () => {};

  constructor(prefetch: number) {
    super();
    this.prefetch = prefetch;
  }

  take(delivery: QueueDelivery): void {
    this.given.push(delivery);
    this.onTake(delivery);
    this.changed();
  }

  get ids(): string[] {
    return this.given.map(({ message }) => message.id);
  }

  has(count: number): Promise<void> {
    return this.until(() => this.given.length >= count);
  }

  async acknowledge(at: number): Promise<boolean> {
    return this.consumption.acknowledge(this.given[at]!.tag);
  }
}

/** A node in a process of its own. */
export class FarQueueNode extends Changing {
  readonly given: string[] = [];
  readonly known = new Map<string, boolean>();
  readonly #child: ChildProcess;
  #begun = false;

  constructor(address: string, queue = '/queue/a', prefetch = 0) {
    super();
    this.#child = fork(program, [address, queue, String(prefetch)], { stdio: 'inherit' });
    this.#child.on('message', (what: { given?: string; id?: string; known?: boolean }) => {
      if (what.given !== undefined) this.given.push(what.given);
      else if (what.id !== undefined) this.known.set(what.id, what.known!);
      else this.#begun = true;
      this.changed();
    });
  }

  async start(): Promise<this> {
    await this.until(() => this.#begun);
    return this;
  }

  async acknowledge(id: string): Promise<boolean> {
    this.#child.send({ acknowledge: id });
    await this.until(() => this.known.has(id));
    return this.known.get(id)!;
  }

  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
