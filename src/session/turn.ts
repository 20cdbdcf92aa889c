// One turn of the event loop: collects the outboxes that have something to send, and flushes them once.
import type { Version } from '../../frames/index.ts';
import type { Framing } from '../transport/transport.ts';
import { Lane, Slab } from './chain.ts';

/** What is flushed at the end of the turn. */
export interface Flushable {
  flush(): void;
}

/** With so many to write to, looking for input once more costs nothing beside the writes, and may save some. */
const many = 32;

/** Shared by all sessions of a server: their lanes, their room for patched bytes, their end of turn. */
export class Turn {
  readonly slab = new Slab();
  readonly #lanes = new Map<Framing, Record<Version, Lane>>();
  #waiting: Flushable[] = [];
  #spare: Flushable[] = [];
  #looked = false;

  /** The lane for connections of one kind and version. */
  lane(framing: Framing, version: Version): Lane {
    let lanes = this.#lanes.get(framing);
    if (lanes === undefined) {
      lanes = {
        '1.0': new Lane(framing, '1.0'),
        '1.1': new Lane(framing, '1.1'),
        '1.2': new Lane(framing, '1.2'),
      };
      this.#lanes.set(framing, lanes);
    }
    return lanes[version];
  }

  /** Flushes at the end of this turn: after all input that is ready now was read, and what came meanwhile. */
  add(outbox: Flushable): void {
    if (this.#waiting.length === 0) setImmediate(this.#end);
    this.#waiting.push(outbox);
  }

  readonly #end = (): void => {
    const waiting = this.#waiting;
    if (waiting.length >= many && !this.#looked) {
      this.#looked = true;
      setImmediate(this.#end);
      return;
    }
    this.#looked = false;
    this.#waiting = this.#spare;
    for (let i = 0; i < waiting.length; i++) waiting[i]!.flush();
    waiting.length = 0;
    this.#spare = waiting;
    for (const lanes of this.#lanes.values()) for (const lane of Object.values(lanes)) lane.forget();
  };
}
