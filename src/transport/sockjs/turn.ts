// One turn of the event loop: sessions that were sent several messages in it make one frame of them.
import { Buffer } from 'node:buffer';
import { elementOf } from './frames.ts';

/** What is flushed at the end of the turn. */
export interface Flushable {
  flush(): void;
}

/**
 * Shared by the sessions of an endpoint: a turn costs one callback, and what many sessions are sent alike in
 * it is made once. What was made last is enough to know, for a broadcast goes through the sessions in a row.
 */
export class Turn {
  #waiting: Flushable[] = [];
  #text: string | undefined;
  #element: Buffer | undefined;
  #parts: readonly Buffer[] = [];
  #joined: Buffer | undefined;

  /** Flushes a session once all input that is ready now was read; it adds itself once a turn. */
  add(session: Flushable): void {
    if (this.#waiting.length === 0) setImmediate(this.#end);
    this.#waiting.push(session);
  }

  /** A message as an element of a frame. */
  element(text: string): Buffer {
    if (text !== this.#text || this.#element === undefined) {
      this.#element = elementOf(text);
      this.#text = text;
    }
    return this.#element;
  }

  /** Elements that waited, as one run. */
  join(parts: readonly Buffer[]): Buffer {
    if (parts.length === 1) return parts[0]!;
    if (this.#joined === undefined || !areSame(parts, this.#parts)) {
      this.#joined = Buffer.concat(parts);
      this.#parts = parts;
    }
    return this.#joined;
  }

  readonly #end = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const session of waiting) session.flush();
    this.#text = undefined;
    this.#element = undefined;
    this.#parts = [];
    this.#joined = undefined;
  };
}

function areSame(some: readonly Buffer[], others: readonly Buffer[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false;
  return true;
}
