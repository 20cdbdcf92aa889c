// Where the positions of a destination begin, after a start: behind what the store has, or in an epoch of their own.
import type { LogPolicy } from '../message/policies.ts';
import type { Position } from '../message/position.ts';
import type { Beginnings } from '../relay/log.ts';
import type { HistoryStore } from './store.ts';

/**
 * After a run that ended well every destination goes on where it was. After any other the store may lack the end of
 * a log whose messages were delivered already: that counts in a new epoch. What nobody heard before it was stored
 * goes on in any case.
 */
export class StoredBeginnings implements Beginnings {
  readonly #store: Pick<HistoryStore, 'upkeep'>;
  #run = { epoch: 0, sure: 0 };

  constructor(store: Pick<HistoryStore, 'upkeep'>) {
    this.#store = store;
  }

  /** Begins a run; before it, nothing may be asked. */
  async open(): Promise<void> {
    this.#run = await this.#store.upkeep.begin();
  }

  async of(destination: string, { deliver }: LogPolicy): Promise<Position> {
    const { epoch, sure } = this.#run;
    const last = await this.#store.upkeep.last(destination);
    if (last !== undefined && (last.epoch >= sure || deliver === 'stored')) return last;
    return { epoch, seq: 0 };
  }
}

/** Without a history every begin is a new epoch: nobody knows what a log has given out that was forgotten. */
export class FreshBeginnings implements Beginnings {
  readonly #clock: () => number;
  #latest = 0;

  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  of(): Position {
    this.#latest = Math.max(this.#latest + 1, this.#clock());
    return { epoch: this.#latest, seq: 0 };
  }
}
