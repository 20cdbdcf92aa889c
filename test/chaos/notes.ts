// What all clients of a run write into: the clock of the run, and each body kept once however many hear it.
import type { Tick } from './history.ts';

export class Notes {
  /** How often things happened that are no faults by themselves, by their name. */
  readonly counts = new Map<string, number>();
  /** Milliseconds from the loss of a connection that a client did not end itself to its last SUBSCRIBE's answer. */
  readonly outages: number[] = [];
  readonly #bodies = new Map<string, string>();
  #now: Tick = 0;

  tick(): Tick {
    return this.#now++;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  /** The same text as an earlier one that equals it, so that the later one can be forgotten. */
  kept(text: string): string {
    const known = this.#bodies.get(text);
    if (known !== undefined) return known;
    this.#bodies.set(text, text);
    return text;
  }
}
