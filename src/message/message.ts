// A message on its way from a publisher to its subscribers: destination, headers, body.
import type { Buffer } from 'node:buffer';
import type { Position } from './position.ts';

const noHeaders: readonly string[] = Object.freeze([]);

/** What a message is made of. */
export interface MessageParts {
  /** The concrete destination, as subscribers are told it. */
  readonly destination: string;
  /** The body's bytes. Whoever keeps a message beyond the turn that brought it copies them. */
  readonly body: Buffer;
  /** Unique per message; on a logged destination its position. */
  readonly id: string;
  /** MIME type of the body, as the publisher named it. */
  readonly contentType?: string | undefined;
  /** The publisher's own headers, as name, value, name, value... without reserved names. */
  readonly headers?: readonly string[] | undefined;
  /** The session that shall not hear it (`exclude-sender:true`), or what of it shall not; see {@link localOf}. */
  readonly excludes?: string | undefined;
  /** The only session that shall hear it. */
  readonly only?: string | undefined;
  /** Where the broker delivers it, when that is not its destination: a queue of somebody's own. */
  readonly address?: string;
  /** Its place, on a logged destination. */
  readonly position?: Position | undefined;
  /** When a log took it, in milliseconds since the epoch of Unix; 0: no log did. */
  readonly time?: number;
  /** The name of the session in whose name it is published; subscribers are not told. */
  readonly sender?: string | undefined;
}

/**
 * What is excluded when only those subscriptions of a session shall not hear a message that do not want to hear what it
 * sends itself [ActiveMQ, activemq.noLocal]. No session has an id with a blank.
 */
export function localOf(session: string): string {
  return `${session} local`;
}

/** What may be changed of a message on its way; where it goes may not. */
export type MessageChanges = Pick<MessageParts, 'body' | 'contentType' | 'headers'>;

/**
 * A message, immutable for everyone who handles it. Its fields are what {@link MessageParts} says of them. `encodings` is
 * a cache that the encoder of MESSAGE frames keeps here, one entry per STOMP version and one for other forms, so that a
 * message is encoded once for all subscribers.
 */
export class Message {
  readonly destination: string;
  readonly body: Buffer;
  readonly id: string;
  readonly contentType: string | undefined;
  readonly headers: readonly string[];
  readonly excludes: string | undefined;
  readonly only: string | undefined;
  readonly address: string;
  readonly position: Position | undefined;
  readonly time: number;
  readonly sender: string | undefined;
  readonly encodings: [object | undefined, object | undefined, object | undefined, object | undefined];

  /** @param body - in the place of that of the parts, which may be a message themselves */
  constructor(parts: MessageParts, body: Buffer = parts.body) {
    this.destination = parts.destination;
    this.body = body;
    this.id = parts.id;
    this.contentType = parts.contentType;
    this.headers = parts.headers ?? noHeaders;
    this.excludes = parts.excludes;
    this.only = parts.only;
    this.address = parts.address ?? parts.destination;
    this.position = parts.position;
    this.time = parts.time ?? 0;
    this.sender = parts.sender;
    this.encodings = [undefined, undefined, undefined, undefined];
  }

  /** The same message but for some of its parts; this one stays as it is. */
  with(changes: Partial<MessageChanges>): Message {
    return new Message({ ...this, ...changes });
  }
}
