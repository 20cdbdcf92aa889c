// PORT: who was first with an idempotency key, so that a SEND which comes again is not run again, on whichever node.
import type { Soon } from '../channel/channel.ts';
import type { Position } from '../message/position.ts';

/** Where a message stands that a SEND has brought into a log. */
export interface Place {
  readonly destination: string;
  readonly position: Position;
}

/** What came of a SEND that was processed. */
export interface Outcome {
  /** In the order in which its messages were appended. */
  readonly places: readonly Place[];
}

/** One SEND's claim to a key. */
export interface Claim {
  /**
   * What came of the SEND that was first: settled when that one was processed, rejected with what it failed with.
   * `undefined`: this one is the first, and must end in `settle` or `free`.
   */
  readonly first: Promise<Outcome> | undefined;
  /** It was processed: whoever comes later gets this outcome, for as long as keys are remembered. */
  settle(outcome: Outcome): void;
  /** It failed: whoever waits fails with it, whoever comes later is the first again. */
  free(error: unknown): void;
  /** What it brought is lost, as when a promotion took the end of a log: whoever comes later is the first again. */
  forget(outcome: Outcome): void;
}

/**
 * Remembers keys. Guarantees:
 * - atomic: of several claims to one key that is not remembered, one is the first;
 * - a claim that is neither settled nor free is never forgotten while its node lives; when that dies, or what stood of
 *   the claim is lost, who waits is told that it may be sent again, and who comes later is the first;
 * - a settled one is remembered for the window of the implementation, unless too many came later.
 * Where the others cannot be asked it rejects with `relay-unavailable`: nobody knows who is the first.
 * Memory: all of that happens before the call returns.
 */
export interface Claims {
  /** @param key - scope included */
  claim(key: string): Soon<Claim>;
}
