// What logs, feeds and stores keep of a message that has a position.
import { Buffer } from 'node:buffer';
import { Message } from './message.ts';
import { destinationHash, messageIdOf, type Position } from './position.ts';

/** A message on a logged destination. */
export interface LogRecord extends Position {
  readonly destination: string;
  /** When the relay took it, in milliseconds since the epoch of Unix. Clocks jump: the order is the position's. */
  readonly time: number;
  /** The name of the session that sent it; none when the server itself did. */
  readonly sender: string | undefined;
  readonly contentType: string | undefined;
  /** The publisher's own headers, as name, value, name, value... */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** The idempotency key with its scope; unique in a store. */
  readonly key: string | undefined;
  /** Why the body is gone: deleted by somebody who may, or refused by the store. */
  readonly tombstone?: 'redacted' | 'poisoned' | undefined;
}

/** A message that has its place in a log. */
export type LoggedMessage = Message & { readonly position: Position };

const nothing = Buffer.alloc(0);

/** The message that subscribers get for a record; of a tombstone they get no body, and a header that says why. */
export function messageOf(record: LogRecord, hash = destinationHash(record.destination)): LoggedMessage {
  const { epoch, seq, destination, contentType, time, sender, tombstone } = record;
  const body = tombstone === undefined ? record.body : nothing;
  const headers = tombstone === undefined ? record.headers : ['tombstone', tombstone];
  const position = { epoch, seq };
  const id = messageIdOf(hash, position);
  return new Message({
    destination,
    body,
    id,
    contentType,
    headers,
    position,
    time,
    sender,
  }) as LoggedMessage;
}
