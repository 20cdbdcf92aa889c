// Which destinations are logged, and what is promised of them: by pattern, the first that matches decides.
import type { Separator } from './destination.ts';
import { PatternMatcher } from './pattern.ts';

/**
 * What a RECEIPT stands for. `accepted`: the server has taken the message; `brokered`: it is in the log of
 * its destination; `replicated`: other machines have it too; `stored`: it is on disk in the history.
 */
export type ReceiptLevel = 'accepted' | 'brokered' | 'replicated' | 'stored';

/** What is promised of a logged destination. Times in milliseconds. */
export interface LogPolicy {
  /** A destination or a pattern. */
  readonly pattern: string;
  /** How many messages the hot log keeps of one destination. */
  readonly count: number;
  /** How long the hot log keeps a message; 0: whatever its age. */
  readonly age: number;
  /** What a RECEIPT stands for when the SEND does not say. */
  readonly receipt: ReceiptLevel;
  /** `stored`: nobody hears a message before it is in the history. */
  readonly deliver: 'at-once' | 'stored';
  /** For how long an idempotency key is remembered. */
  readonly window: number;
}

/** What a policy says that gives its pattern only. */
export const usualPolicy: Omit<LogPolicy, 'pattern'> = {
  count: 1000,
  age: 24 * 3_600_000,
  receipt: 'brokered',
  deliver: 'at-once',
  window: 10 * 60_000,
};

/** Answers for so many destinations are kept; the rest is looked up again. */
const remembered = 10_000;

/**
 * The policies of a server. A destination that none of them matches is plain: what is sent there is delivered to
 * whoever listens, and forgotten.
 *
 * @example
 * ```ts
 * import { createServer } from 'stompwire';
 *
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
 * server.policies
 *   .add({ pattern: '/topic/orders/*', count: 5000, age: 7 * 86_400_000 })
 *   .add({ pattern: '/topic/audit', deliver: 'stored' });
 * await server.start();
 * await server.publish('/topic/orders/7', { state: 'paid' });
 * await server.close();
 * ```
 */
export class Policies {
  readonly #separator: Separator;
  readonly #policies: { readonly policy: LogPolicy; readonly matcher: PatternMatcher }[] = [];
  readonly #known = new Map<string, LogPolicy | undefined>();

  constructor(separator: Separator = '/') {
    this.#separator = separator;
  }

  /**
   * Adds a policy behind those that are there; what it leaves out is as usual: 1,000 messages and 24 hours in
   * memory, receipts once a message is in the log, delivery at once, keys for ten minutes.
   */
  add(policy: Pick<LogPolicy, 'pattern'> & Partial<LogPolicy>): this {
    const matcher = new PatternMatcher(policy.pattern, this.#separator);
    this.#policies.push({ policy: { ...usualPolicy, ...policy }, matcher });
    this.#known.clear();
    return this;
  }

  /** Whether everything is plain. */
  get empty(): boolean {
    return this.#policies.length === 0;
  }

  [Symbol.iterator](): Iterator<LogPolicy> {
    return this.#policies.map(({ policy }) => policy).values();
  }

  /** The policy of a destination; `undefined`: it is plain. */
  of(destination: string): LogPolicy | undefined {
    if (this.#policies.length === 0) return undefined;
    const known = this.#known.get(destination);
    if (known !== undefined || this.#known.has(destination)) return known;
    const found = this.#policies.find(({ matcher }) => matcher.matches(destination))?.policy;
    if (this.#known.size >= remembered) this.#known.clear();
    this.#known.set(destination, found);
    return found;
  }
}
