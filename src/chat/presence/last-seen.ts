// When people were last there: said to the shelf all nodes share as they come and go, and now and then while they stay, so
// that it is right within a bound however their node ends.
import type { SeenAt, SeenShelf } from '../live-repository.ts';

/** What it stands on. */
export interface LastSeenParts {
  /** Asked for when it is open. */
  readonly shelf: () => SeenShelf;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
  readonly failed: (error: unknown) => void;
}

/** What is new is said after so many milliseconds. */
const saysEvery = 1000;
/** Of those who stay it is said again after so many milliseconds: if their node is killed, it is wrong by no more. */
const saysAgain = 60_000;
/** For so long it is known when somebody was last there: 90 days, in milliseconds. */
const knows = 90 * 86_400_000;
/** Of so many people: guests may come under ever new names. */
const most = 200_000;
/** What is too much is forgotten every so many milliseconds. */
const forgetsEvery = 600_000;
/** So many wait for a shelf that is away; beyond, those who went first are not known. */
const mostWaiting = 50_000;

/** The people of one node. */
export class LastSeen {
  readonly #parts: LastSeenParts;
  /** Who came, and was not said to be here yet. */
  readonly #fresh = new Set<string>();
  /** Who is here, and when that was said last, in the order of that. */
  readonly #here = new Map<string, number>();
  /** Who went, and when, until it is said. */
  readonly #gone = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #forgot = Number.NEGATIVE_INFINITY;
  #saying: Promise<void> | undefined;

  constructor(parts: LastSeenParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => this.say(), saysEvery).unref();
  }

  /** Says what is left. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#saying;
    await this.#say();
  }

  /** Somebody is on this node, with the first device. */
  came(key: string): void {
    this.#gone.delete(key);
    if (!this.#here.has(key)) this.#fresh.add(key);
  }

  /** Somebody went from this node, with the last device. */
  went(key: string): void {
    this.#fresh.delete(key);
    this.#here.delete(key);
    if (this.#gone.size >= mostWaiting) this.#gone.delete(this.#gone.keys().next().value!);
    this.#gone.set(key, this.#parts.clock());
  }

  /** When people were last there, as far as it is known. */
  async of(keys: readonly string[]): Promise<Map<string, number>> {
    const seen = new Map<string, number>(await this.#parts.shelf().of(keys));
    for (const key of keys) {
      const gone = this.#gone.get(key);
      if (gone !== undefined) seen.set(key, Math.max(gone, seen.get(key) ?? gone));
    }
    return seen;
  }

  /** Says what is new, unless that is under way. */
  say(): void {
    this.#saying ??= this.#say().finally(() => {
      this.#saying = undefined;
    });
  }

  async #say(): Promise<void> {
    const { shelf, clock, failed } = this.#parts;
    const now = clock();
    const gone = [...this.#gone];
    const seen: SeenAt[] = [...gone, ...this.#due(now)];
    if (seen.length === 0) return;
    try {
      await shelf().saw(seen);
      for (const [key, at] of gone) if (this.#gone.get(key) === at) this.#gone.delete(key);
      if (this.#forgot > now - forgetsEvery) return;
      this.#forgot = now;
      await shelf().forget(now - knows, most);
    } catch (error) {
      failed(error);
    }
  }

  /** Those who are here and were not said to be for a while. */
  #due(now: number): SeenAt[] {
    const due = [...this.#fresh];
    this.#fresh.clear();
    for (const [key, said] of this.#here) {
      if (said > now - saysAgain) break;
      due.push(key);
    }
    return due.map((key): SeenAt => {
      this.#here.delete(key);
      this.#here.set(key, now);
      return [key, now];
    });
  }
}
