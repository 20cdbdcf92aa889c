// What comes live while what was missed is replayed: kept when it is close behind, and not for long.
import type { Message } from '../message/message.ts';
import { comparePositions, type Position } from '../message/position.ts';

/** How much is kept, and how close it must be. */
export interface LiveBufferLimits {
  /** Positions between where the replay stands and the first that is kept; and how many are kept. */
  readonly messages: number;
  /** Over all buffers of a session. */
  readonly bytes: number;
}

/** What waits for one session, in all of its buffers. */
export interface WaitingLive {
  bytes: number;
}

const waiting = new WeakMap<object, WaitingLive>();

/** Shared by the buffers of a session; one that resumes nothing has none. */
export function waitingFor(session: object): WaitingLive {
  const known = waiting.get(session);
  if (known !== undefined) return known;
  const made: WaitingLive = { bytes: 0 };
  waiting.set(session, made);
  return made;
}

/** What a message costs beside its body while it waits, roughly. */
const overhead = 256;

/** Messages that follow each other. One too many, and all are thrown away: they are in the log. */
export class LiveBuffer {
  /** The latest that came live, kept or not. */
  top: Position = { epoch: 0, seq: 0 };
  readonly #limits: LiveBufferLimits;
  readonly #session: WaitingLive;
  #bytes = 0;
  #messages: Message[] = [];
  #end: Position = { epoch: 0, seq: 0 };

  constructor(limits: LiveBufferLimits, session: WaitingLive = { bytes: 0 }) {
    this.#limits = limits;
    this.#session = session;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param at - where the replay stands */
  keep(message: Message, position: Position, at: Position): void {
    if (comparePositions(position, this.top) > 0) this.top = position;
    if (this.#messages.length > 0 && !isNext(this.#end, position)) {
      if (comparePositions(position, this.#end) <= 0) return;
      this.clear();
    }
    const close = position.epoch === at.epoch && position.seq - at.seq <= this.#limits.messages;
    if (this.#messages.length === 0 && !close) return;
    this.#messages.push(message);
    this.#end = position;
    this.#count(overhead + message.body.length);
    const { messages, bytes } = this.#limits;
    if (this.#messages.length > messages || this.#session.bytes > bytes) this.clear();
  }

  /** The message that follows a position, if it is here; what comes before it is let go. */
  next(at: Position): Message | undefined {
    for (let first = this.#messages[0]; first !== undefined; first = this.#messages[0]) {
      const position = first.position!;
      if (comparePositions(position, at) > 0) return isNext(at, position) ? first : undefined;
      this.#messages.shift();
      this.#count(-overhead - first.body.length);
    }
    return undefined;
  }

  clear(): void {
    this.#messages = [];
    this.#count(-this.#bytes);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#session.bytes += bytes;
  }
}

function isNext(before: Position, { epoch, seq }: Position): boolean {
  return epoch === before.epoch && seq === before.seq + 1;
}
