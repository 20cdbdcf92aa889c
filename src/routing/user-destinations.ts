// Destinations of a session's own: `/user/queue/x`, as its client names them, and where the broker delivers them.
import type { Buffer } from 'node:buffer';
import type { Soon } from '../channel/channel.ts';

/** A message for a queue of somebody's own; its destination and id are made by who delivers it. */
export interface UserMessage {
  /** Owned by the message: it may be kept beyond the turn that brought it. */
  readonly body: Buffer;
  readonly contentType: string;
  /** Name, value, name, value... */
  readonly headers?: readonly string[];
  /** The session that shall not hear it. */
  readonly excludes?: string | undefined;
}

/**
 * Brings messages to the own queues of users and sessions. `path` is what follows the user prefix, such as
 * `/queue/errors`. A name or session that nobody has, or that has not subscribed, is no error: nobody hears it.
 * What is delivered to one of them in some order is heard in that order.
 */
export interface UserDelivery {
  /** Reaches every session of a user, on every node; done when the relay has it. */
  toUser(name: string, path: string, message: UserMessage): Soon<void>;
  /** Reaches one session. A session of this node has it before the call returns. */
  toSession(sessionId: string, path: string, message: UserMessage): Soon<void>;
}

/**
 * The broker's address of a session's own queue. It begins with no `/`, so that no client can name it:
 * whatever a client subscribes to must begin with one.
 *
 * @param path - what follows the user prefix, such as `/queue/errors`
 */
export function sessionAddress(sessionId: string, path: string): string {
  return `session:${sessionId}${path}`;
}
