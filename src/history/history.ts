// What a program reads of the history: messages as they were said, page by page, from wherever they are kept.
import type { Buffer } from 'node:buffer';
import { StompwireError } from '../errors.ts';
import { isPattern, printable } from '../message/destination.ts';
import { headerRecord } from '../message/headers.ts';
import {
  destinationHash,
  messageIdOf,
  numberOf,
  type Position,
  parseMessageId,
} from '../message/position.ts';
import type { LogRecord } from '../message/record.ts';
import { cursorBehind } from './cursor.ts';
import type { HistoryReader, Place } from './reader.ts';
import type { HistoryQuery } from './store.ts';

/** A message of a logged destination, as it was said. */
export interface HistoryMessage {
  readonly destination: string;
  /** As MESSAGE frames have it: what `resume-from` takes. */
  readonly messageId: string;
  /** A number of its own in its destination, larger than those of all that were said before; a safe integer. */
  readonly number: number;
  /** When it was taken, in milliseconds since the epoch of Unix. */
  readonly time: number;
  /** The name of the session that sent it; none when the server itself did. */
  readonly sender: string | undefined;
  readonly contentType: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Why the body is gone: deleted by somebody who may, or refused by the store. */
  readonly tombstone: 'redacted' | 'poisoned' | undefined;
}

/** What a history stands on. */
export interface HistorySource {
  readonly reader: HistoryReader;
  /** Takes a message's body away wherever it is kept. @returns whether it was there */
  redact(destination: string, position: Position): Promise<boolean>;
  /** Takes away what a destination has up to a place, wherever it is kept. @param through - default: its top */
  clear(destination: string, through?: Position): Promise<void>;
}

/** Which messages; what is left out restricts nothing. */
export interface HistoryAsked
  extends Omit<HistoryQuery, 'destination' | 'before' | 'after' | 'order' | 'limit' | 'cursor'> {
  /** Which end a page begins with, and its order; `newest` when nothing is said. */
  readonly order?: 'newest' | 'oldest' | undefined;
  /** The `next` of the page before; all else must be the same. */
  readonly cursor?: string | undefined;
  /** Only what was said before or after a message, itself excluded: its `messageId` or its `number`. */
  readonly before?: string | number | undefined;
  readonly after?: string | number | undefined;
  /** At most so many messages, 1 to 1,000; default 50. */
  readonly limit?: number | undefined;
}

/** A part of what was asked for. */
export interface HistoryAnswer {
  readonly messages: readonly HistoryMessage[];
  /** The cursor of the next page; `undefined`: there is nothing more. */
  readonly next: string | undefined;
}

/**
 * The history of logged destinations. The newest messages come from the hot log, older ones from the store; a reader
 * cannot tell where one ends.
 *
 * @example
 * ```ts
 * import { createServer } from 'stompwire';
 *
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent', logged: ['/topic/orders/*'] });
 * await server.start();
 * await server.publish('/topic/orders/7', { state: 'paid' });
 * const { messages } = await server.history.page('/topic/orders/7', { limit: 10 });
 * console.log(messages.length, messages[0]?.body.toString()); // 1 {"state":"paid"}
 * await server.close();
 * ```
 */
export class History {
  readonly #source: () => HistorySource;

  /** @param source - throws before there is one */
  constructor(source: () => HistorySource) {
    this.#source = source;
  }

  /**
   * A page of the messages of a destination. Of one that is not logged, there are none.
   *
   * @throws {StompwireError} `bad-destination`: a pattern; `bad-cursor`; `bad-resume`: a message-id of elsewhere, no number;
   *   `history-unavailable`, `relay-unavailable`
   * @throws {RangeError} a limit that is not 1 to 1,000
   * @throws {Error} before `start`
   */
  async page(destination: string, asked: HistoryAsked = {}): Promise<HistoryAnswer> {
    assertOne(destination);
    const { reader } = this.#source();
    const { limit = 50, before, after, order = 'newest', ...rest } = asked;
    const { records, next } = await reader.page({
      ...rest,
      order,
      destination,
      limit,
      before: before === undefined ? before : placeNamed(destination, before),
      after: after === undefined ? after : placeNamed(destination, after),
    });
    const hash = destinationHash(destination);
    return { messages: records.map((record) => messageOf(record, hash)), next };
  }

  /**
   * Takes the body and the headers of a message away for good: from the hot log, on every node, from the history and so
   * from its search, from what is replayed, and from the queues of durable subscriptions. A tombstone stays in its place,
   * there too. What subscribers were given they have.
   * Done when it is gone everywhere: while the history cannot be written, that waits; ask again when in doubt.
   *
   * @param message - its `messageId` or its `number`
   * @returns whether it was there
   * @throws {StompwireError} `bad-resume`: a message-id of elsewhere, no number; `relay-unavailable`,
   *   `history-unavailable`, `queues-unavailable`: try again
   * @throws {Error} before `start`
   */
  async redact(destination: string, message: string | number): Promise<boolean> {
    const source = this.#source();
    return source.redact(destination, await placeOf(source, destination, message));
  }

  /**
   * Takes messages of a destination away for good, all that were published before, or up to one of them: from the hot log,
   * on every node, from the history, from what is replayed and from the queues of durable subscriptions, as if they were
   * older than the retention. Positions go on where they were, so that no message-id stands for two messages. Done when
   * they are gone everywhere: while the history cannot be written, that waits; ask again when in doubt.
   *
   * @param through - the `messageId` or the `number` of the last one that goes; default: the newest
   * @throws {StompwireError} `bad-destination`: a pattern; `bad-resume`: a message-id of elsewhere, no number;
   *   `relay-unavailable`, `history-unavailable`, `queues-unavailable`: try again
   * @throws {Error} before `start`
   */
  async clear(destination: string, through?: string | number): Promise<void> {
    assertOne(destination);
    const source = this.#source();
    const place = through === undefined ? undefined : await placeOf(source, destination, through);
    await source.clear(destination, place);
  }

  /**
   * The cursor behind a message of a page, for who takes a part of it; `next` is the one behind its last message.
   *
   * @param asked - what the page was asked for
   * @throws {StompwireError} `bad-resume`: a message-id of elsewhere, no number
   */
  cursorBehind(destination: string, asked: HistoryAsked, messageId: string): string {
    const sealed = (named: string | number | undefined): Position | undefined => {
      const place = named === undefined ? undefined : placeNamed(destination, named);
      return typeof place === 'number' ? { epoch: 0, seq: place } : place; // it is sealed as a number, of whichever epoch
    };
    const { limit = 50, order = 'newest', before, after } = asked;
    const query = { ...asked, order, destination, limit, before: sealed(before), after: sealed(after) };
    return cursorBehind(query, positionNamed(destination, messageId));
  }

  /**
   * A number that all messages of a destination have at most which were published before, and all that are published
   * later exceed. It costs less than a page, and need not be the number of a message.
   *
   * @throws {StompwireError} `bad-destination`: a pattern; `relay-unavailable`
   * @throws {Error} before `start`
   */
  async top(destination: string): Promise<number> {
    assertOne(destination);
    return numberOf(await this.#source().reader.top(destination));
  }

  /**
   * The number of a message, by its message-id.
   *
   * @throws {StompwireError} `bad-resume`: it is none of this destination's
   */
  numberOf(destination: string, messageId: string): number {
    return numberOf(positionNamed(destination, messageId));
  }
}
async function placeOf(
  { reader }: HistorySource,
  destination: string,
  named: string | number,
): Promise<Position> {
  const place = placeNamed(destination, named);
  return typeof place === 'number' ? reader.placeOf(destination, place) : place;
}

/** @throws {StompwireError} `bad-destination` */
function assertOne(destination: string): void {
  if (isPattern(destination))
    throw new StompwireError('bad-destination', `'${printable(destination)}': one destination has a history`);
}

/** @throws {StompwireError} `bad-resume` */
function placeNamed(destination: string, named: string | number): Place {
  if (typeof named === 'string') return positionNamed(destination, named);
  if (Number.isSafeInteger(named) && named >= 0) return named;
  throw new StompwireError('bad-resume', `${named} is no number of a message: a whole number, 0 or more`);
}

/** @throws {StompwireError} `bad-resume` */
function positionNamed(destination: string, messageId: string): Position {
  const place = parseMessageId(messageId);
  if (place !== undefined && place.hash === destinationHash(destination)) return place;
  throw new StompwireError(
    'bad-resume',
    `'${printable(messageId)}' is not the message-id of a message of '${printable(destination)}'`,
  );
}

function messageOf(record: LogRecord, hash: string): HistoryMessage {
  const { destination, time, sender, contentType, headers, body, tombstone } = record;
  return {
    destination,
    messageId: messageIdOf(hash, record),
    number: numberOf(record),
    time,
    sender,
    contentType,
    headers: headerRecord(headers),
    body,
    tombstone,
  };
}
