// PORT: what keeps the messages of queues beyond the end of a process.
import type { Message } from '../message/message.ts';
import type { QueueArguments } from './consumer.ts';
import type { QueueEntry } from './queue.ts';

/** A message as it was kept. */
export interface KeptMessage {
  /** Names it in its journal. */
  readonly id: number;
  readonly message: Message;
  readonly priority: number;
  /** `Infinity`: never. */
  readonly expires: number;
  /** How often it was delivered. */
  readonly deliveries: number;
}

/** What was said of a queue. */
export interface KeptTerms {
  readonly queue: string;
  readonly terms: QueueArguments;
}

/** A queue that a topic fills. */
export interface KeptBinding {
  readonly queue: string;
  readonly source: string;
}

/**
 * Keeps entries of queues. Each call is remembered at once and written with all that were made before {@link written}:
 * together, or none of them. What was added and is gone before it was written is never written.
 */
export interface Journal {
  /** @param id - of an entry that was kept before this process began; none: it is new */
  add(entry: QueueEntry, id?: number): void;
  /** An entry is gone for good; one that was not added is none of its business. */
  gone(entry: QueueEntry): void;
  /** How often an entry was delivered; written when something else is. */
  tried(entry: QueueEntry): void;
  /** An entry says something else from now on, or for another time; it keeps its place. */
  changed(entry: QueueEntry): void;
  /** @param source - what fills a queue; none: nothing does any more */
  bind(queue: string, source: string | undefined): void;
  /** @param terms - what was said of a queue; none: it is as all are */
  declare(queue: string, terms: QueueArguments | undefined): void;
  /** Counts what must be written. */
  readonly changes: number;
  /**
   * Done when all that was called so far is on disk. Rejects when it is not: then what was added is not kept, and what
   * is gone is written later.
   */
  written(): Promise<void>;
  /** Writes what is left, and ends. */
  close(): Promise<void>;
}
