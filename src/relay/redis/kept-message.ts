// What stands in a queue: a message that was sent there, or one as its topic brought it.
import type { Buffer } from 'node:buffer';
import { Message } from '../../message/message.ts';
import { destinationHash } from '../../message/position.ts';
import type { QueueTerms } from '../../queue/consumer.ts';
import { usualTermsOf } from '../../queue/terms.ts';
import { decodeMessage } from '../envelope.ts';
import { decodePayload, loggedMessage } from './payload.ts';

const usualPriority = 4;

/** The first byte of a message that was sent to the queue. */
const sentThere = 0x21;

/**
 * The message in a queue.
 *
 * @throws {StompwireError} `internal`: somebody else's bytes
 */
export function decodeKept(bytes: Buffer): Message {
  if (bytes[0] === sentThere) return decodeMessage(bytes);
  const found = decodePayload(bytes);
  if (found instanceof Message) return found;
  return loggedMessage(found, destinationHash(found.destination), found.envelope, found.extra);
}

/** How a message waits in the queues that its topic fills, as a script is told it; `-`: it is for none. */
export function keptTerms({ address, destination, only, headers }: Message): string {
  // what is somebody's own, or for one session, is for nobody who is away; nodes speak to each other without a slash
  if (address !== destination || only !== undefined || !destination.startsWith('/')) return '-';
  if (headers.length === 0) return usual;
  const terms = usualTermsOf(headers, Date.now());
  return `${priorityOf(terms)} ${expiryOf(terms)}`;
}

/** As a script is told it: 0 to 9. */
export function priorityOf({ priority = usualPriority }: QueueTerms): string {
  return String(Math.min(9, Math.max(0, Math.trunc(priority))));
}

/** 0 says that it never does, so what has expired at all times expires a moment later. */
export function expiryOf({ expires }: QueueTerms): string {
  return expires === undefined || expires === Number.POSITIVE_INFINITY
    ? '0'
    : String(Math.max(1, Math.trunc(expires)));
}

const usual = `${priorityOf({})} ${expiryOf({})}`;
