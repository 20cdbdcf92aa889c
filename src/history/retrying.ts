// Tries again what failed: with exponential backoff and full jitter, until it succeeds or is given up.
import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait between attempts: anything up to `base` doubled by each failure, `max` at most. */
export interface RetryOptions {
  /** Milliseconds. */
  readonly base?: number;
  readonly max?: number;
  /** 0 to 1. */
  readonly random?: () => number;
}

const usualBase = 100;
const usualMax = 10_000;

/** Whether things get on, or since when and why not. */
export type RetryState =
  | { readonly running: true }
  | { readonly running: false; readonly since: number; readonly reason: string };

const running: RetryState = Object.freeze({ running: true });

export class Retrying {
  readonly #base: number;
  readonly #max: number;
  readonly #random: () => number;
  readonly #giveUp: AbortSignal;
  readonly #now: () => number;
  readonly #failed: (reason: string, attempt: number) => void;
  /** What fails at the moment, by the begin of its first attempt. */
  readonly #failing = new Set<RetryState>();

  /** @param failed - hears of each failure */
  constructor(
    { base = usualBase, max = usualMax, random = Math.random }: RetryOptions,
    giveUp: AbortSignal,
    now: () => number,
    failed: (reason: string, attempt: number) => void,
  ) {
    this.#base = base;
    this.#max = max;
    this.#random = random;
    this.#giveUp = giveUp;
    this.#now = now;
    this.#failed = failed;
  }

  get state(): RetryState {
    const [first = running] = this.#failing;
    return first;
  }

  /** @returns what the step answers; `undefined` when it was given up, or a signal of the step's own fired */
  async until<Answer>(
    step: (attempt: number) => Promise<Answer>,
    ending?: AbortSignal,
  ): Promise<Answer | undefined> {
    let failing: RetryState | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await step(attempt);
        if (failing !== undefined) this.#failing.delete(failing);
        return answer;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const since = failing !== undefined && !failing.running ? failing.since : this.#now();
        if (failing !== undefined) this.#failing.delete(failing);
        this.#failing.add((failing = { running: false, since, reason }));
        this.#failed(reason, attempt);
      }
      if (await this.#over(this.#delay(attempt), ending)) return undefined;
    }
  }

  /** Waits. @returns whether there shall be no further attempt */
  async #over(delay: number, ending: AbortSignal | undefined): Promise<boolean> {
    const over = ending === undefined ? this.#giveUp : AbortSignal.any([this.#giveUp, ending]);
    if (!over.aborted) await pause(delay, undefined, { signal: over }).catch(() => {});
    return over.aborted;
  }

  #delay(attempt: number): number {
    return this.#random() * Math.min(this.#max, this.#base * 2 ** Math.min(attempt - 1, 30));
  }
}
