// PORT: the hot logs of logged destinations, which some relays keep; what they give out has a position.
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import type { Message } from '../message/message.ts';
import type { LogPolicy } from '../message/policies.ts';
import type { Position } from '../message/position.ts';
import type { LoggedMessage, LogRecord } from '../message/record.ts';

/** What became of a message. */
export interface Appended {
  /** Its place; of a message that came again, the place of the first. */
  readonly position: Position;
  /** Whether its idempotency key was known: nothing was appended. */
  readonly again: boolean;
}

/** A message that was in a log is gone for good, as when a promotion took its end: who sends it again is the first again. */
export class MessageLost extends StompwireError {
  constructor() {
    super(
      'relay-unavailable',
      'the broker behind this server was replaced, and the message lost: send it again',
    );
  }
}

/** A message that was redacted. */
export interface Redacted {
  readonly destination: string;
  readonly position: Position;
}

/** How far a log reaches. */
export interface LogReach {
  /** The epoch that counts now, and the latest seq in it that may be delivered; 0: nothing yet. */
  readonly top: Position;
  /** The oldest seq of that epoch which the hot log holds; one past the top when it holds none. */
  readonly oldest: number;
  /** Epochs that have ended of which the hot log may still hold something, with their ends; the latest first. */
  readonly ended?: readonly Position[];
}

/**
 * Keeps the newest messages of each logged destination. Guarantees:
 * - atomic: a message is checked against known keys, given its position, put into the log and into the feed
 *   of the history, and brought to all nodes that have interest, or none of that;
 * - order: all nodes are brought the messages of a destination in the order of their seq, without a hole;
 * - no position ever has two bodies: when an end of a log may be lost, the epoch changes;
 * - what a policy holds back until it is stored (`deliver: stored`) has its position at once, and is neither
 *   brought to anybody nor read nor counted as the top before it is stored.
 * A relay that is away rejects with `relay-unavailable`; a feed that holds all it may, with `history-full`.
 */
export interface Log {
  /** Whether there is a history on disk behind it; without one `stored` rejects. */
  readonly durable: boolean;
  /**
   * Appends a message; its id becomes its position. Done when the message is brokered.
   *
   * @param key - its idempotency key, scope included
   */
  append(message: Message, policy: LogPolicy, key?: string): Soon<Appended>;
  /** How far the log of a destination reaches. */
  reach(destination: string): Soon<LogReach>;
  /**
   * What comes behind a position of the current epoch, or of one that has `ended`, in order and without a hole, as far as
   * the hot log still holds it: empty when what comes next has left the log already, or is not there yet.
   *
   * @param maxBytes - it ends early once the bodies come to so many bytes
   */
  read(
    destination: string,
    after: Position,
    limit: number,
    maxBytes?: number,
  ): Soon<readonly LoggedMessage[]>;
  /**
   * Done when a message is in the history on disk; rejects with `not-stored` when there is no such history, with
   * {@link MessageLost} when it never will be.
   */
  stored(destination: string, position: Position): Promise<void>;
  /** Done when other machines have what was appended; a log of one machine has none. Rejects as `stored` does. */
  replicated?(destination: string, position: Position): Promise<void>;
  /**
   * Takes the body and the headers of a message away: from now on a tombstone is read in its place, on every node. Done
   * once the message is no longer on its way to the history, where it is to be redacted next.
   *
   * @returns whether the log had it
   */
  redact(destination: string, position: Position): Promise<boolean>;
  /**
   * Lets go of all up to a position, as if it were too old: on every node nothing of it is read any more, and positions go
   * on where they were. Done once none of it is on its way to the history, where it is to be deleted next.
   */
  clear(destination: string, upTo: Position): Promise<void>;
  /**
   * Tells the other nodes that the history has not got any more what was taken away: they may have read it meanwhile.
   *
   * @param position - where one message was redacted
   */
  tellRedacted?(destination: string, position?: Position): Promise<void>;
  /**
   * Calls the listener when a node has redacted something, and with what as far as it was told, or may have unheard: what
   * was read may be outdated.
   */
  onRedacted?(listener: (redacted?: Redacted) => void): void;
}

/** A log of this process, which is told what the history has. */
export interface LocalLog extends Log {
  /** All records of a destination up to a position are stored. */
  storedThrough(destination: string, position: Position): void;
  /** An earlier run has stored a message under this key. @param time - when it was appended */
  remember(destination: string, key: string, position: Position, time: number): void;
}

/** Takes what a log of this process appends, on its way to the history. */
export interface Recorder {
  /**
   * Takes a record at once, in the order of the log.
   *
   * @throws {StompwireError} `history-full`: nothing was taken
   */
  record(record: LogRecord): void;
}

/** Where the positions of a destination begin, after a start. */
export interface Beginnings {
  /** The last position that is known of a destination, or the begin of a new epoch (`seq` 0). */
  of(destination: string, policy: LogPolicy): Soon<Position>;
}
