// The way out of a session: the last word, the close, and the time in which its client may be gone.
import type { Buffer } from 'node:buffer';
import type { Connection } from '../transport/transport.ts';
import type { Ending } from './events.ts';
import type { Outbox } from './outbox.ts';

/** What still leaves through a session that looks at no input any more. */
export interface DepartureParts {
  readonly outbox: Pick<Outbox, 'finish'>;
  readonly connection: Pick<Connection, 'close' | 'unsent'>;
  /** Why it ends. */
  readonly ending: Ending;
  /** While its client has not taken all that was sent before our close, it is not cut before this time on the wheel. */
  readonly patientUntil: number;
}

/** Begins when input ends. Nothing is closed before {@link close}: a client that says DISCONNECT closes first. */
export class Departure {
  readonly ending: Ending;
  readonly #parts: DepartureParts;
  #closed = false;

  constructor(parts: DepartureParts) {
    this.ending = parts.ending;
    this.#parts = parts;
  }

  /**
   * Sends what waits, then closes.
   *
   * @param lastWord - an ERROR to stand behind what waits
   */
  close(lastWord?: Buffer): void {
    this.#closed = true;
    const { outbox, connection, ending } = this.#parts;
    outbox.finish(lastWord);
    connection.close(ending.code, ending.reason);
  }

  /**
   * The client had `closeTimeout` to be gone, and is not.
   *
   * @returns whether it gets as much again: it had not closed before us, and now we did, or it still takes what we sent
   */
  goesOn(now: number): boolean {
    const { connection, patientUntil } = this.#parts;
    if (this.#closed) return connection.unsent > 0 && now < patientUntil;
    this.close();
    return true;
  }
}
