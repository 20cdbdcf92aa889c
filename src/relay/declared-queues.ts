// What was said of single queues of a node: their own limits, whose they are, and when they are gone.
import { StompwireError } from '../errors.ts';
import type { QueueArguments, QueueLimits } from '../queue/consumer.ts';
import { isPassing } from '../queue/passing.ts';
import { assertOwner, assertSame, notOwned } from '../queue/same-terms.ts';

/** One that something was said of. */
interface Declared {
  readonly terms: QueueArguments;
  readonly limits: QueueLimits;
  /** Since when nobody consumes; none: somebody does. */
  idleSince: number | undefined;
}

/** What holds for all of them. */
export interface DeclaredParts {
  readonly limits: QueueLimits;
  /** How many there may be. */
  readonly queues: number;
  readonly now: () => number;
  /** What is said of a queue holds from now on; nothing: not any more. */
  readonly changed?: (address: string, terms: QueueArguments | undefined) => void;
}

/** Queues that are not like the others. */
export class DeclaredQueues {
  readonly #parts: DeclaredParts;
  readonly #declared = new Map<string, Declared>();

  constructor(parts: DeclaredParts) {
    this.#parts = parts;
  }

  /**
   * @param consumed - whether somebody does already
   * @throws {StompwireError} `bad-header`, `denied`, `queue-full`
   */
  declare(address: string, terms: QueueArguments, consumed = false): void {
    this.assertMay(address, terms, terms.owner);
    if (this.#declared.has(address)) return;
    this.restore(address, terms);
    if (consumed) this.consumedBy(address, terms.owner);
    this.#parts.changed?.(address, terms);
  }

  /**
   * The same by who does not consume: what is a session's own is there only for as long as that holds it.
   *
   * @throws {StompwireError} as {@link declare}
   */
  declareSent(address: string, terms: QueueArguments, consumed: boolean): void {
    if (terms.owner !== undefined && !this.#declared.has(address)) throw notOwned(address);
    this.declare(address, terms, consumed);
  }

  /** Takes back what was said before this process began. */
  restore(address: string, terms: QueueArguments): void {
    this.#declared.set(address, { terms, limits: this.#merged(terms), idleSince: this.#parts.now() });
  }

  /**
   * @param owner - who is about to consume
   * @throws {StompwireError} `bad-header`, `denied`, `queue-full`
   */
  assertMay(address: string, terms: QueueArguments | undefined, owner: string | undefined): void {
    const known = this.#declared.get(address)?.terms;
    if (known !== undefined) assertOwner(address, known, owner);
    if (terms === undefined) return;
    if (known !== undefined) return assertSame(address, known, terms);
    if (this.#declared.size >= this.#parts.queues)
      throw new StompwireError('queue-full', `there are maxQueues=${this.#parts.queues} queues already`);
  }

  /** Whether a queue goes by itself. */
  isPassing(address: string): boolean {
    return isPassing(this.#declared.get(address)?.terms);
  }

  /** A queue has ended. */
  forget(address: string): boolean {
    const isKnown = this.#declared.delete(address);
    if (isKnown) this.#parts.changed?.(address, undefined);
    return isKnown;
  }

  limitsOf(address: string): QueueLimits {
    if (this.#declared.size === 0) return this.#parts.limits;
    return this.#declared.get(address)?.limits ?? this.#parts.limits;
  }

  /** @throws {StompwireError} `denied` */
  consumedBy(address: string, session: string | undefined): void {
    const known = this.#declared.get(address);
    if (known === undefined) return;
    assertOwner(address, known.terms, session);
    known.idleSince = undefined;
  }

  /** The last consumer has left. @returns whether the queue is gone with it */
  left(address: string): boolean {
    const known = this.#declared.get(address);
    if (known === undefined) return false;
    known.idleSince = this.#parts.now();
    return known.terms.autoDelete === true && this.forget(address);
  }

  /** Whether nobody has consumed for as long as its terms allow: it is forgotten, and to be removed. */
  isUnused(address: string): boolean {
    const known = this.#declared.get(address);
    if (known?.idleSince === undefined || known.terms.unused === undefined) return false;
    return this.#parts.now() - known.idleSince >= known.terms.unused && this.forget(address);
  }

  /** All of them that are gone by now. */
  unused(): string[] {
    return [...this.#declared.keys()].filter((address) => this.isUnused(address));
  }

  #merged({ ttl, count }: QueueArguments): QueueLimits {
    const { limits } = this.#parts;
    const age = limits.age === 0 ? (ttl ?? 0) : Math.min(limits.age, ttl ?? limits.age);
    if (count === undefined) return { ...limits, age };
    return { ...limits, age, count: Math.min(count, limits.count), overflow: 'drop-oldest' };
  }
}
