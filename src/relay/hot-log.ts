// The hot log of one destination: its newest messages in a ring, and how far they are stored.
import type { Buffer } from 'node:buffer';
import { Message } from '../message/message.ts';
import { destinationHash, type Position } from '../message/position.ts';
import { type LoggedMessage, messageOf } from '../message/record.ts';
import type { LogReach } from './log.ts';

/** What a message costs beside its body and headers: itself, its id, its place in the ring. */
const overhead = 400;

/** Who waits for a message to be stored. */
interface Waiting {
  readonly seq: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Messages stand in the ring by their seq, so that any of them is found at once. */
export class HotLog {
  readonly destination: string;
  readonly epoch: number;
  /** Whether nothing is given out before it is stored. */
  readonly holdsBack: boolean;
  /** The seq of the latest message, given out or not. */
  seq: number;
  /** The seq up to which all is stored, or need not be. */
  stored: number;
  /** The seq of the oldest message that is here; one past the latest when there is none. */
  oldest: number;
  /** What the messages cost, as far as that can be told. */
  bytes = 0;
  /** When it was last used, in milliseconds of a clock that only goes on. */
  used = 0;
  readonly #idPrefix: string;
  #ring: (LoggedMessage | undefined)[] = new Array(8);
  /** When each of them came, by that same clock: their own times are the calendar's, which jumps. */
  #came: number[] = new Array(8).fill(0);
  #waiting: Waiting[] = [];

  /** @param last - behind which it goes on */
  constructor(destination: string, last: Position, holdsBack: boolean) {
    this.destination = destination;
    this.epoch = last.epoch;
    this.holdsBack = holdsBack;
    this.seq = last.seq;
    this.stored = last.seq;
    this.oldest = last.seq + 1;
    this.#idPrefix = `${destinationHash(destination)}.${last.epoch}-`;
  }

  /** The seq of the latest message that may be given out. */
  get top(): number {
    return this.holdsBack ? this.stored : this.seq;
  }

  get size(): number {
    return this.seq - this.oldest + 1;
  }

  /** Whether nothing would be lost if it were forgotten. */
  get idle(): boolean {
    return this.size === 0 && this.stored === this.seq && this.#waiting.length === 0;
  }

  get reach(): LogReach {
    return { top: { epoch: this.epoch, seq: this.top }, oldest: Math.min(this.oldest, this.top + 1) };
  }

  /** A message as it stands behind the latest one; nothing is changed yet. */
  next(message: Message, body: Buffer, time: number): LoggedMessage {
    const { contentType, headers, excludes, only, sender } = message;
    const seq = this.seq + 1;
    return new Message({
      destination: this.destination,
      body,
      id: `${this.#idPrefix}${seq}`,
      contentType,
      headers,
      excludes,
      only,
      sender,
      time,
      position: { epoch: this.epoch, seq },
    }) as LoggedMessage;
  }

  /**
   * Adds what {@link next} has made.
   *
   * @param now - of the clock that only goes on
   * @returns what it costs
   */
  push(message: LoggedMessage, now: number): number {
    if (this.size === this.#ring.length) this.#grow();
    this.seq = message.position.seq;
    const slot = this.seq % this.#ring.length;
    this.#ring[slot] = message;
    this.#came[slot] = now;
    const cost = costOf(message);
    this.bytes += cost;
    return cost;
  }

  at(seq: number): LoggedMessage | undefined {
    return seq < this.oldest || seq > this.seq ? undefined : this.#ring[seq % this.#ring.length];
  }

  /** When the message at a seq came. */
  cameAt(seq: number): number {
    return this.#came[seq % this.#ring.length]!;
  }

  /** Takes the oldest message out. @returns what it has cost */
  shift(): number {
    const slot = this.oldest % this.#ring.length;
    const cost = costOf(this.#ring[slot]!);
    this.#ring[slot] = undefined;
    this.oldest++;
    this.bytes -= cost;
    return cost;
  }

  /** Puts a tombstone in the place of a message, if it is here. @returns what that costs more; less, mostly */
  redact(seq: number): number {
    const message = this.at(seq);
    if (message === undefined) return 0;
    const { destination, position, time, sender, contentType, headers, body } = message;
    const record = { ...position, destination, time, sender, contentType, headers, body, key: undefined };
    const tombstone = messageOf({ ...record, tombstone: 'redacted' });
    this.#ring[seq % this.#ring.length] = tombstone;
    const more = costOf(tombstone) - costOf(message);
    this.bytes += more;
    return more;
  }

  /** What comes behind a seq and may be given out; nothing when its first has left already. */
  read(after: number, limit: number, maxBytes = Number.POSITIVE_INFINITY): LoggedMessage[] {
    const found: LoggedMessage[] = [];
    if (after + 1 < this.oldest) return found;
    const end = Math.min(this.top, after + limit);
    for (let seq = after + 1, bytes = 0; seq <= end && bytes < maxBytes; seq++) {
      const message = this.at(seq)!;
      found.push(message);
      bytes += message.body.length;
    }
    return found;
  }

  /** Done when the message at a seq is stored. */
  whenStored(seq: number): Promise<void> {
    if (seq <= this.stored) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ seq, resolve, reject }));
  }

  /** All up to this seq is stored. */
  advance(seq: number): void {
    if (seq <= this.stored) return;
    this.stored = Math.min(seq, this.seq);
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter((one) => one.seq > seq);
    for (const one of waiting) if (one.seq <= seq) one.resolve();
  }

  /** Nobody will hear any more whether something is stored. */
  giveUp(error: Error): void {
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting = [];
  }

  #grow(): void {
    const grown = new Array<LoggedMessage | undefined>(this.#ring.length * 2);
    const came = new Array<number>(grown.length).fill(0);
    for (let seq = this.oldest; seq <= this.seq; seq++) {
      grown[seq % grown.length] = this.#ring[seq % this.#ring.length];
      came[seq % grown.length] = this.cameAt(seq);
    }
    this.#ring = grown;
    this.#came = came;
  }
}

/** The body counts twice: beside it there are the bytes of the frame, once it was delivered. */
function costOf({ body, headers, contentType = '' }: Message): number {
  let cost = overhead + 2 * body.length + contentType.length;
  for (let i = 0; i < headers.length; i++) cost += headers[i]!.length;
  return cost;
}
