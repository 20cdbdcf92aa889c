// The end of one log as this node follows it: what comes live is delivered in order, a hole is read from the log.
import type { Buffer } from 'node:buffer';
import type { Message } from '../../message/message.ts';
import { comparePositions, destinationHash, type Position } from '../../message/position.ts';
import type { LoggedMessage } from '../../message/record.ts';
import type { LogPage } from './pages.ts';
import { type LivePayload, loggedMessage } from './payload.ts';

/** What a tail needs. */
export interface TailParts {
  /** Reads on; `undefined`: nothing is known of the log, nobody counts. */
  read(after: Position, limit: number): Promise<LogPage | undefined>;
  deliver(message: LoggedMessage): void;
  /** Hears of messages that had to be read, for they did not come by themselves. */
  mended(count: number): void;
}

const pageSize = 200;

/** So many live messages are kept while earlier ones are read; what is beyond is read as well. */
const mostKept = 1000;

/**
 * Delivers in the order of the positions, each once. Where messages are lost for good, the next one says so:
 * `discontinuity:true` stands among its headers. It does so too when another server counts, which may have lost the
 * end; not when a log had nobody write to it for so long that it was forgotten.
 */
export class Tail {
  readonly destination: string;
  readonly #hash: string;
  readonly #parts: TailParts;
  #opened = false;
  #closed = false;
  #at: Position = { epoch: 0, seq: 0 };
  #fence = '';
  #listening = '';
  /** Whether the log has ended with all of it delivered: a new epoch is a new log and no loss. */
  #ended = true;
  /** Whether something was lost that the next message has to tell. */
  #broken = false;
  /** How far messages are known to be there. */
  #target: Position = { epoch: 0, seq: 0 };
  #mending = false;
  /** What came while earlier messages are read. */
  #kept: LivePayload[] = [];

  constructor(destination: string, parts: TailParts) {
    this.destination = destination;
    this.#hash = destinationHash(destination);
    this.#parts = parts;
  }

  /** What was delivered last, or where it begins. */
  get at(): Position {
    return this.#at;
  }

  get opened(): boolean {
    return this.#opened;
  }

  /** Begins behind a position: everything before it is somebody else's. */
  open(at: Position, fence: string): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#at = at;
    this.#fence = fence;
    this.#ended = at.epoch === 0;
    this.#goOn();
  }

  /** Takes what came live. */
  take(live: LivePayload): void {
    if (comparePositions(live, this.#at) <= 0) return;
    this.#aim(live);
    if (!this.#opened || this.#mending) this.#keep(live);
    else if (!this.#next(live)) this.#goOn();
  }

  /**
   * Hears where the log stands, at a moment before which everything live has come.
   *
   * @param top - `undefined`: there is no log
   * @param listening - on which connections the node listens: while it is the same, nothing can have come unheard
   */
  stands(top: Position | undefined, fence: string, listening: string): void {
    const unbroken = this.#listening === listening;
    this.#listening = listening;
    if (!this.#opened) return this.open(top ?? { epoch: 0, seq: 0 }, fence);
    if (top !== undefined) {
      this.#aim(top);
      this.#goOn();
    } else if (this.#at.epoch > 0) {
      this.#ended = unbroken && fence === this.#fence && !this.#behind;
    }
  }

  close(): void {
    this.#closed = true;
    this.#kept = [];
  }

  get #behind(): boolean {
    return comparePositions(this.#target, this.#at) > 0;
  }

  #aim({ epoch, seq }: Position): void {
    if (comparePositions({ epoch, seq }, this.#target) > 0) this.#target = { epoch, seq };
  }

  #keep(live: LivePayload): void {
    if (this.#kept.length >= mostKept) this.#kept = [];
    this.#kept.push(live);
  }

  /** Delivers what comes next. @returns false when something is missing before it */
  #next(live: LivePayload): boolean {
    // what is left of an epoch comes before the next one: it is read where it may have been missed
    if (live.epoch > this.#at.epoch && live.seq === 1 && this.#ended) this.#enter(live.epoch, live.fence);
    if (live.epoch !== this.#at.epoch || live.seq !== this.#at.seq + 1) return false;
    this.#give(live.seq, live.envelope, live.extra);
    return true;
  }

  #enter(epoch: number, fence: string): void {
    if (!this.#ended || fence !== this.#fence) this.#broken = true;
    this.#at = { epoch, seq: 0 };
    this.#fence = fence;
    this.#ended = false;
  }

  #give(seq: number, envelope: Buffer, extra: string): void {
    const { epoch } = this.#at;
    this.#at = { epoch, seq };
    let message: LoggedMessage;
    try {
      message = loggedMessage({ destination: this.destination, epoch, seq }, this.#hash, envelope, extra);
    } catch {
      this.#broken = true; // nobody can read it: the next one says that something is missing
      return;
    }
    this.#parts.deliver(this.#broken ? discontinuous(message) : message);
    this.#broken = false;
  }

  #goOn(): void {
    if (!this.#opened || this.#mending || this.#closed) return;
    this.#drain();
    if (!this.#behind) return;
    this.#mending = true;
    this.#mend().then(
      () => this.#mendingEnded(),
      // it is away: when it is back we hear where the log stands
      () => this.#mendingEnded(),
    );
  }

  #mendingEnded(): void {
    this.#mending = false;
    if (!this.#closed) this.#drain();
  }

  /** Delivers what was kept, as far as it follows. */
  #drain(): void {
    while (this.#kept.length > 0 && !this.#closed) {
      const first = this.#kept[0]!;
      if (comparePositions(first, this.#at) > 0 && !this.#next(first)) return;
      this.#kept.shift();
    }
  }

  async #mend(): Promise<void> {
    while (this.#behind && !this.#closed) {
      const page = await this.#parts.read(this.#at, pageSize);
      if (this.#closed) return;
      if (!this.#follow(page)) return;
      this.#drain();
    }
  }

  /** @returns whether reading on can help */
  #follow(page: LogPage | undefined): boolean {
    if (page === undefined || page.top.epoch < this.#at.epoch) {
      this.#broken = true;
      this.#target = this.#at;
      return false;
    }
    if (page.top.epoch > this.#at.epoch) {
      this.#enter(page.top.epoch, page.fence);
      this.#aim(page.top);
      return true;
    }
    this.#deliver(page);
    if (this.#target.epoch > this.#at.epoch && page.entries.length > 0) return true; // to the next epoch
    if (this.#at.seq >= page.top.seq && this.#behind) {
      this.#target = this.#at; // held back yet, or gone: we hear of it
      return false;
    }
    return true;
  }

  #deliver({ top, oldest, entries }: LogPage): void {
    const before = this.#at.seq;
    if (oldest > this.#at.seq + 1) this.#skipTo(oldest - 1);
    for (const { seq, envelope, extra } of entries) {
      if (seq <= this.#at.seq || this.#closed) continue;
      if (seq > this.#at.seq + 1) this.#skipTo(seq - 1);
      this.#give(seq, envelope, extra);
    }
    if (entries.length === 0 && this.#at.seq < top.seq && this.#at.seq === before) this.#skipTo(top.seq);
    this.#parts.mended(entries.length);
  }

  #skipTo(seq: number): void {
    this.#broken = true;
    this.#at = { epoch: this.#at.epoch, seq };
  }
}

/** The same message, telling that something before it is missing. A client's own SEND cannot have this header. */
export function discontinuous(message: LoggedMessage): LoggedMessage {
  const told: Message = message.with({ headers: [...message.headers, 'discontinuity', 'true'] });
  return told as LoggedMessage;
}
