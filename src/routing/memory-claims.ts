// The claims of a single node, in memory: each for a window, and no more than may be kept.
import { comparePositions } from '../message/position.ts';
import type { Claim, Claims, Outcome, Place } from './claims.ts';

interface Settled {
  readonly outcome: Outcome;
  /** Until when it is remembered, in milliseconds of a clock that only goes on. */
  readonly until: number;
}

/** What memory claims are bounded by. */
export interface ClaimBounds {
  /** How many settled keys are remembered; at the bound the oldest go. */
  readonly entries: number;
  /** For how long, in milliseconds. */
  readonly window: number;
}

/** The readable reference of the claims port. */
export class MemoryClaims implements Claims {
  readonly #bounds: ClaimBounds;
  readonly #clock: () => number;
  /** In progress: bounded by the sessions, which run one SEND at a time. */
  readonly #running = new Map<string, Running>();
  /** In the order in which they were settled. */
  readonly #settled = new Map<string, Settled>();

  /** @param clock - milliseconds; it only goes on, whatever the calendar does */
  constructor(bounds: ClaimBounds, clock: () => number = () => performance.now()) {
    this.#bounds = bounds;
    this.#clock = clock;
  }

  /** How many keys are remembered, those in progress included. */
  get size(): number {
    return this.#running.size + this.#settled.size;
  }

  claim(key: string): Claim {
    this.#forget();
    const settled = this.#settled.get(key);
    const forget = (outcome: Outcome): void => this.#lost(key, outcome);
    if (settled !== undefined) return again(Promise.resolve(settled.outcome), forget);
    const running = this.#running.get(key);
    if (running !== undefined) return again(running.answer, forget);
    return this.#first(key);
  }

  #first(key: string): Claim {
    const running = new Running();
    this.#running.set(key, running);
    return {
      first: undefined,
      settle: (outcome) => {
        if (!this.#end(key, running)) return;
        this.#settled.set(key, { outcome, until: this.#clock() + this.#bounds.window });
        running.settle(outcome);
      },
      free: (error) => {
        if (this.#end(key, running)) running.fail(error);
      },
      forget: (outcome) => this.#lost(key, outcome),
    };
  }

  /** Of another outcome nothing is known. */
  #lost(key: string, { places }: Outcome): void {
    const known = this.#settled.get(key)?.outcome.places ?? [];
    const isIt = known.length === places.length && known.every((place, at) => isAt(place, places[at]!));
    if (isIt) this.#settled.delete(key);
  }

  /** A claim that has ended says nothing of the next one to its key. */
  #end(key: string, running: Running): boolean {
    return this.#running.get(key) === running && this.#running.delete(key);
  }

  /** What is over its window, and what is too many; the oldest stand first. */
  #forget(): void {
    const now = this.#clock();
    for (const [key, { until }] of this.#settled) {
      if (until > now && this.#settled.size < this.#bounds.entries) return;
      this.#settled.delete(key);
    }
  }
}

function isAt(one: Place, other: Place): boolean {
  return one.destination === other.destination && comparePositions(one.position, other.position) === 0;
}

/** A SEND in progress; its answer is made when somebody waits for it. */
class Running {
  settle: (outcome: Outcome) => void = () => {};
  fail: (error: unknown) => void = () => {};
  #answer: Promise<Outcome> | undefined;

  get answer(): Promise<Outcome> {
    this.#answer ??= new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
    return this.#answer;
  }
}

function again(first: Promise<Outcome>, forget: Claim['forget']): Claim {
  return { first, settle: () => {}, free: () => {}, forget };
}
