// Answering where a message's `reply-to` says, and nowhere that its sender could not reach by itself.
import { Headers } from '../../frames/index.ts';
import type { Soon } from '../channel/channel.ts';
import type { Inbound } from '../channel/inbound.ts';
import { StompwireError } from '../errors.ts';
import { assertDestination, isPattern, isUnder, printable, type Separator } from '../message/destination.ts';
import type { Converted } from './converters.ts';
import type { Publisher } from './publisher.ts';
import { queuePrefix } from './user-destinations.ts';

/** What replies stand on. */
export interface ReplyParts {
  readonly publisher: Publisher;
  readonly userPrefix: string;
  /** Prefixes under which a reply may go, beside queues of the sender's own. */
  readonly replies: readonly string[];
  readonly separator: Separator;
  /** Takes a SEND of a client through the inbound line to the broker. */
  readonly sendAs: (inbound: Inbound) => Soon<void>;
}

/**
 * Sends a body to the message's `reply-to`. The sender chose it: a reply to a topic is taken for the sender's
 * own SEND, with all rules and limits that it has, or a message to a handler would be a way around them.
 *
 * @throws {StompwireError} `bad-reply-to`, or what refused the SEND
 */
export function reply(
  parts: ReplyParts,
  inbound: Inbound,
  converted: Converted,
  headers: readonly string[],
): Soon<void> {
  const to = inbound.headers.get('reply-to');
  if (to === undefined) throw new StompwireError('bad-reply-to', 'the message has no reply-to');
  const pairs = [...correlationOf(inbound.headers), ...headers];
  const own = `${parts.userPrefix}${queuePrefix}`;
  assertReplyTo(to, [own, ...parts.replies], parts.separator);
  if (isUnder(to, own)) {
    const path = to.slice(parts.userPrefix.length);
    return parts.publisher.toSession(inbound.session, path, converted, pairs);
  }
  return parts.sendAs(sendOf(inbound, to, converted, pairs));
}

function correlationOf(headers: Headers): readonly string[] {
  const id = headers.get('correlation-id');
  return id === undefined ? [] : ['correlation-id', id];
}

function assertReplyTo(to: string, allowed: readonly string[], separator: Separator): void {
  if (allowed.some((prefix) => isUnder(to, prefix)) && isOne(to, separator)) return;
  throw new StompwireError(
    'bad-reply-to',
    `reply-to '${printable(to)}' is no destination under ${allowed.join(', ')}`,
  );
}

function isOne(destination: string, separator: Separator): boolean {
  if (isPattern(destination)) return false;
  try {
    assertDestination(destination, separator);
    return true;
  } catch {
    return false;
  }
}

function sendOf(
  inbound: Inbound,
  destination: string,
  converted: Converted,
  pairs: readonly string[],
): Inbound {
  const headers = new Headers([
    'destination',
    destination,
    'content-type',
    converted.contentType,
    'content-length',
    String(converted.body.length),
    ...pairs,
  ]);
  const { session, sending } = inbound;
  return { command: 'SEND', destination, headers, body: converted.body, session, sending };
}
