// What waits to be sent to one client: collected for a turn of the event loop, sent in one write, bounded.
import { Buffer } from 'node:buffer';
import type { Message } from '../message/message.ts';
import { wrap } from '../transport/framing.ts';
import type { Connection } from '../transport/transport.ts';
import type { Lane, Link } from './chain.ts';
import type { Turn } from './turn.ts';

/** Who owns an outbox: told when its client does not read. */
export interface OutboxOwner {
  /** The wheel's time in milliseconds. */
  readonly now: number;
  /** The client does not take what was written; `drained` is called when it has. */
  stuck(): void;
  /** More waits than may wait. Called once; the outbox is empty and closed. */
  overflowed(): void;
}

const none: readonly string[] = [];

/** Above this many bytes within one turn, a write is made at once. */
const writeEarly = 128 * 1024;

/** A longer backlog is handed over in pieces: that a client reads is only seen when it has taken a whole write. */
const piece = 256 * 1024;

/**
 * The outbox of a session. Frames leave in the order they came in. While the client does not read, they
 * wait, up to a limit in bytes that includes what the operating system has not taken yet.
 */
export class Outbox {
  /** Since when the client has not taken what was written, in the wheel's time; 0 while it does. */
  stuckSince = 0;
  /** When something was last written, in the wheel's time. */
  lastWrite = 0;
  readonly #connection: Connection;
  readonly #owner: OutboxOwner;
  readonly #turn: Turn;
  readonly #limit: number;
  readonly #early: number;
  #lane: Lane;
  /** What is left of a backlog whose first piece is on its way: it begins anywhere in a frame. */
  #rest: Buffer | undefined;
  /** Bytes that stand before the run. */
  #sealed: Buffer[] | undefined;
  #sealedBytes = 0;
  /** Messages for one subscription, in a row: what connections share. */
  #run: Link | undefined;
  #id = '';
  #waits = false;
  #closed = false;
  /** Who waits for room. */
  #sparing: (() => void)[] | undefined;

  /** @param limit - bytes that may wait for a client that does not read */
  constructor(connection: Connection, owner: OutboxOwner, turn: Turn, lane: Lane, limit: number) {
    this.#connection = connection;
    this.#owner = owner;
    this.#turn = turn;
    this.#lane = lane;
    this.#limit = limit;
    this.#early = Math.min(limit, writeEarly);
  }

  /** Changes the lane, once the version is known. */
  use(lane: Lane): void {
    this.#lane = lane;
  }

  /** A subscription's id as {@link deliver} wants it. */
  wireId(id: string): string {
    return this.#lane.wireId(id);
  }

  /** How many bytes wait here, what the operating system has not taken yet included. */
  get held(): number {
    return this.#waiting + this.#connection.unsent;
  }

  /** Whether nothing that is queued now leaves any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes that may wait for a client that does not read. */
  get limit(): number {
    return this.#limit;
  }

  /** Calls back once all that waits now was taken, or forgotten at the end; never before this returns. */
  whenTaken(call: () => void): void {
    if (this.#closed) return queueMicrotask(call);
    this.#sparing ??= [];
    this.#sparing.push(call);
  }

  /** Queues a message for a subscription, whose id comes from {@link wireId}. */
  deliver(message: Message, id: string): void {
    if (this.#closed) return;
    if (this.#run !== undefined && this.#id !== id) this.#seal();
    const encoded = this.#lane.encoded(message);
    const run = this.#run === undefined ? this.#lane.begin(encoded, id.length) : this.#run.and(encoded);
    this.#run = run;
    this.#id = id;
    if (!this.#waits) this.#wait();
    if (this.stuckSince !== 0 || run.total + this.#sealedBytes > this.#early) this.#relieve();
  }

  /**
   * Queues a message that this client alone gets so.
   *
   * @param own - headers of this delivery, before those of the message: name, value, name, value... in ASCII, with
   *   nothing to escape
   */
  deliverAlone(message: Message, id: string, own: readonly string[] = none): void {
    this.#pushLast(this.#lane.alone(message, id, own));
  }

  /** Queues a frame that only this client gets. */
  send(frame: Buffer): void {
    this.#pushLast(wrap(this.#connection.framing, frame));
  }

  #pushLast(bytes: Buffer): void {
    if (this.#closed) return;
    if (this.#run !== undefined) this.#seal();
    this.#push(bytes);
    if (!this.#waits) this.#wait();
    if (this.stuckSince !== 0 || this.#sealedBytes > this.#early) this.#relieve();
  }

  /** Sends a heart-beat [STOMP 1.2, Heart-beating]. */
  beat(): void {
    this.#pushLast(this.#lane.beat);
    this.lastWrite = this.#owner.now;
  }

  /** Writes what waits, if the client takes it. */
  flush(): void {
    this.#waits = false;
    if (this.stuckSince !== 0) return;
    const connection = this.#connection;
    for (let bytes = this.#next(); bytes !== undefined; bytes = this.#next()) {
      connection.write(bytes);
      this.lastWrite = this.#owner.now;
      if (connection.unsent > 0) return this.#stuck();
      this.#turn.slab.giveBack(bytes);
    }
    if (this.#sparing !== undefined) this.#tellOfRoom();
  }

  /** Not at once: this may be in the middle of a delivery. */
  #tellOfRoom(): void {
    for (const call of this.#sparing ?? []) queueMicrotask(call);
    this.#sparing = undefined;
  }

  #stuck(): void {
    this.stuckSince = this.#owner.now || 1;
    this.#owner.stuck();
  }

  /** The connection has sent all it had. */
  drained(): void {
    this.stuckSince = 0;
    this.flush();
  }

  /**
   * Hands everything to the connection, whatever it has not sent yet, and closes.
   *
   * @param lastWord - a frame that is sent behind it, even when too much waited and was forgotten
   */
  finish(lastWord?: Buffer): void {
    if (lastWord !== undefined) {
      if (this.#run !== undefined) this.#seal();
      this.#push(wrap(this.#connection.framing, lastWord));
    }
    for (const bytes of [this.#rest, this.#take()]) {
      if (bytes !== undefined) this.#connection.write(bytes);
    }
    this.drop();
  }

  /** Forgets what waits and closes: there is nobody to send it to. */
  drop(): void {
    this.#rest = undefined;
    this.#forget();
  }

  /** Forgets all but the end of what has begun to leave: the last word would stand within a frame. */
  #forget(): void {
    this.#closed = true;
    this.#tellOfRoom();
    this.#run = undefined;
    this.#sealed = undefined;
    this.#sealedBytes = 0;
  }

  #wait(): void {
    this.#waits = true;
    this.#turn.add(this);
  }

  #relieve(): void {
    const waits = this.#waits;
    this.flush();
    this.#waits = waits;
    if (this.held <= this.#limit) return;
    this.#forget();
    this.#owner.overflowed();
  }

  get #waiting(): number {
    return (this.#rest?.length ?? 0) + this.#sealedBytes + (this.#run?.total ?? 0);
  }

  /** Ends the run: another id or another kind of frame follows. */
  #seal(): void {
    this.#push(this.#run!.bytesFor(this.#id, this.#turn.slab));
    this.#run = undefined;
  }

  #push(bytes: Buffer): void {
    this.#sealed ??= [];
    this.#sealed.push(bytes);
    this.#sealedBytes += bytes.length;
  }

  #next(): Buffer | undefined {
    const bytes = this.#rest ?? this.#take();
    this.#rest = undefined;
    if (bytes === undefined || bytes.length <= piece) return bytes;
    this.#rest = bytes.subarray(piece);
    return bytes.subarray(0, piece);
  }

  #take(): Buffer | undefined {
    const run = this.#run?.bytesFor(this.#id, this.#turn.slab);
    const sealed = this.#sealed;
    this.#run = undefined;
    if (sealed === undefined) return run;
    if (run !== undefined) sealed.push(run);
    this.#sealed = undefined;
    this.#sealedBytes = 0;
    return sealed.length === 1 ? sealed[0] : Buffer.concat(sealed);
  }
}
