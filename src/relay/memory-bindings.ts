// The queues of a single node that topics fill: which there are, and what each of them keeps.
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import { isPattern, type Separator } from '../message/destination.ts';
import { Message } from '../message/message.ts';
import { PatternMatcher } from '../message/pattern.ts';
import type { Position } from '../message/position.ts';
import type { QueueArguments } from '../queue/consumer.ts';
import { isPassing } from '../queue/passing.ts';
import type { Queue } from '../queue/queue.ts';
import { copyOf, copyUpTo, redactedCopy } from '../queue/redacted.ts';
import type { Bindings } from './queues.ts';

/** What bindings stand on. */
export interface MemoryBindingsParts {
  readonly separator: Separator;
  /** How many there may be. */
  readonly bindings: number;
  /** Keeps a message in the queue that is its address. */
  readonly keep: (message: Message) => Soon<void>;
  /** @throws {StompwireError} what is about to be said of a queue is refused, or who is about to consume */
  readonly assertMay: (queue: string, terms: QueueArguments | undefined, owner: string | undefined) => void;
  /** Drops a queue. */
  readonly remove: (queue: string) => void;
  /** A queue is filled from a source, and is like that from now on, or is filled from none any more. */
  readonly changed: (queue: string, source: string | undefined, terms?: QueueArguments) => void;
  /** Does something; done when what it changed is kept. */
  readonly written: <T>(act: () => T) => Soon<T>;
  /** A queue that is there. */
  readonly queueOf: (queue: string) => Queue | undefined;
  /** Where dead letters go. */
  readonly deadLetters: string;
}

/** Bindings by source: a destination is looked up, patterns are tried one after another. */
export class MemoryBindings implements Bindings {
  readonly #parts: MemoryBindingsParts;
  readonly #sources = new Map<string, string>();
  readonly #exact = new Map<string, Set<string>>();
  readonly #patterns = new Map<string, PatternMatcher>();

  constructor(parts: MemoryBindingsParts) {
    this.#parts = parts;
  }

  /** Whether no topic fills a queue. */
  get empty(): boolean {
    return this.#sources.size === 0;
  }

  /** Whether a topic fills a queue. */
  has(queue: string): boolean {
    return this.#sources.has(queue);
  }

  bind(queue: string, source: string, terms?: QueueArguments, owner?: string): Soon<void> {
    this.#parts.assertMay(queue, terms, owner);
    const known = this.#sources.get(queue);
    if (known === source) return undefined;
    if (known !== undefined) void this.unbind(queue);
    this.#assertRoom();
    this.restore(queue, source);
    // nobody would end after a restart what was to go by itself
    return isPassing(terms) ? undefined : this.#changed(queue, source, terms);
  }

  /** Adds a binding that is kept already. */
  restore(queue: string, source: string): void {
    this.#sources.set(queue, source);
    if (isPattern(source)) this.#patterns.set(queue, new PatternMatcher(source, this.#parts.separator));
    else this.#exact.set(source, (this.#exact.get(source) ?? new Set()).add(queue));
  }

  unbind(queue: string): Soon<boolean> {
    const source = this.#sources.get(queue);
    if (source === undefined) return false;
    this.#sources.delete(queue);
    this.#patterns.delete(queue);
    const sharing = this.#exact.get(source);
    sharing?.delete(queue);
    if (sharing?.size === 0) this.#exact.delete(source);
    this.#parts.remove(queue);
    const done = this.#changed(queue, undefined);
    return done instanceof Promise ? done.then(() => true) : true;
  }

  /** Keeps a message in each queue that its destination fills; done when all of them have it. */
  fill(message: Message): Soon<void> {
    if (message.address !== message.destination) return undefined; // somebody's own, and no topic
    const slow: Promise<void>[] = [];
    this.#each(message.destination, (queue) => {
      const done = this.#parts.keep(new Message({ ...message, address: queue }));
      if (done instanceof Promise) slow.push(done);
    });
    return slow.length === 0 ? undefined : Promise.all(slow).then(() => {});
  }

  redact(destination: string, position: Position): Soon<boolean> {
    const fits = copyOf(destination, position);
    return this.#parts.written(() => {
      let found = false;
      this.#eachWithCopies(destination, (queue, to) => {
        if (queue.change(fits, to)) found = true;
      });
      return found;
    });
  }

  clear(destination: string, upTo: Position): Soon<void> {
    const fits = copyUpTo(destination, upTo);
    return this.#parts.written(() =>
      this.#eachWithCopies(destination, (queue, to) => queue.expire(fits, to)),
    );
  }

  /** The queues that a destination fills, and behind them the dead letters: what dies goes from here to there. */
  #eachWithCopies(destination: string, act: (queue: Queue, to: (message: Message) => Message) => void): void {
    const { queueOf, deadLetters } = this.#parts;
    const visit = (address: string): void => {
      const queue = queueOf(address);
      if (queue !== undefined) act(queue, (message) => redactedCopy(message, address === deadLetters));
    };
    this.#each(destination, visit);
    visit(deadLetters);
  }

  #each(destination: string, act: (queue: string) => void): void {
    for (const queue of this.#exact.get(destination) ?? []) act(queue);
    for (const [queue, matcher] of this.#patterns) if (matcher.matches(destination)) act(queue);
  }

  #changed(queue: string, source: string | undefined, terms?: QueueArguments): Soon<void> {
    const { written, changed } = this.#parts;
    return written(() => changed(queue, source, terms));
  }

  #assertRoom(): void {
    const { bindings } = this.#parts;
    if (this.#sources.size < bindings) return;
    throw new StompwireError(
      'too-many-durable-subscriptions',
      `there are maxDurableSubscriptions=${bindings} durable subscriptions; UNSUBSCRIBE one with durable:true first`,
    );
  }
}
