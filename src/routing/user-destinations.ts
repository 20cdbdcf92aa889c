// Destinations of somebody's own: `/user/queue/x`, as clients name them, and where the broker delivers them.
import type { Buffer } from 'node:buffer';
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import { isUnder, printable } from '../message/destination.ts';

/** A message for a queue of somebody's own; its destination and id are made by who delivers it. */
export interface UserMessage {
  /** Owned by the message: it may be kept beyond the turn that brought it. */
  readonly body: Buffer;
  readonly contentType: string | undefined;
  /** Name, value, name, value... */
  readonly headers?: readonly string[];
  /** The session that shall not hear it. */
  readonly excludes?: string | undefined;
  /** The only session that shall hear it; it must be one of the user's. */
  readonly only?: string | undefined;
}

/** Who a session acts for, as far as its own queues go. */
export interface Owner {
  readonly id: string;
  readonly user: { readonly name: string; readonly authenticated: boolean } | undefined;
}

/**
 * Brings messages to the own queues of users and sessions. `path` is what follows the user prefix, such as
 * `/queue/errors`. A name or session that nobody has, or that has not subscribed, is no error: nobody hears it.
 * What is delivered to one of them in some order is heard in that order.
 *
 * A name is shared only by sessions that proved it: whoever merely says to be Ann hears nothing that is for Ann.
 */
export interface UserDelivery {
  /** Reaches every session that proved to be this user, on every node; done when the relay has it. */
  toUser(name: string, path: string, message: UserMessage): Soon<void>;
  /** Reaches one session of this node, which has it before the call returns. */
  toSession(sessionId: string, path: string, message: UserMessage): void;
  /** Reaches whoever is behind a session of this node: all sessions of a user who is proven, else this one. */
  toOwner(session: Owner, path: string, message: UserMessage): Soon<void>;
}

/** The prefix of queues: what the user prefix is followed by. */
export const queuePrefix = '/queue';

/**
 * The broker's address of a queue of a session's owner. It begins with no `/`, so that no client can name it:
 * whatever a client subscribes to must begin with one. Sessions share it only when each has proven its name.
 *
 * @param path - what follows the user prefix, such as `/queue/errors`; may be a pattern
 */
export function ownAddress({ id, user }: Owner, path: string): string {
  return user?.authenticated ? userAddress(user.name, path) : `session:${id}${path}`;
}

/** The broker's address of a queue of a user. */
export function userAddress(name: string, path: string): string {
  return `user:${escapeName(name)}${path}`;
}

const special = /[%/*?.]/g;

/** A name as one segment of a destination, whatever separates segments there. */
export function escapeName(name: string): string {
  return name.replace(special, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What a client's SEND to `/user/{name}/queue/x` names. */
export interface UserDestination {
  readonly name: string;
  readonly path: string;
}

/**
 * Reads the destination of a SEND to a user. The name is percent-decoded [Spring writes `/` as %2F].
 *
 * @throws {StompwireError} `bad-destination` when the name is badly encoded, `unknown-destination` without a queue
 */
export function parseUserDestination(destination: string, userPrefix: string): UserDestination {
  const begin = userPrefix.length + 1;
  const end = destination.indexOf('/', begin);
  const path = end === -1 ? '' : destination.slice(end);
  if (end > begin && isUnder(path, queuePrefix))
    return { name: decoded(destination.slice(begin, end), destination), path };
  throw new StompwireError(
    'unknown-destination',
    `'${printable(destination)}': a message to a user goes to ${userPrefix}/{name}${queuePrefix}/...`,
  );
}

/**
 * The one way to write such a destination: rules that name a user must hold however a client encodes the name.
 */
export function canonicalUserDestination(destination: string, userPrefix: string): string {
  if (!isUnder(destination, userPrefix)) return destination;
  const { name, path } = parseUserDestination(destination, userPrefix);
  return `${userPrefix}/${escapeName(name)}${path}`;
}

function decoded(text: string, destination: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StompwireError('bad-destination', `'${printable(destination)}': the name is badly encoded`);
  }
}
