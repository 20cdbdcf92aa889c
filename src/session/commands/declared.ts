// What a SUBSCRIBE says of its queue itself: `durable`, `auto-delete`, `exclusive`, `x-...` [RabbitMQ, STOMP plugin].
import type { Headers } from '../../../frames/index.ts';
import { StompwireError } from '../../errors.ts';
import { printable } from '../../message/destination.ts';
import type { QueueArguments } from '../../queue/consumer.ts';
import type { CommandSession } from './command.ts';

const numbers = { 'x-message-ttl': 'ttl', 'x-expires': 'unused', 'x-max-length': 'count' } as const;

/**
 * What is said of a queue; `undefined`: nothing is, or this server's clients say nothing of the kind.
 *
 * @param named - whether the queue is one that is named, or one that a topic fills for a subscription
 * @throws {StompwireError} `bad-header`
 */
export function declaredOf(
  session: CommandSession,
  headers: Headers,
  named: boolean,
): QueueArguments | undefined {
  if (!session.services.options.profile.declaresQueues) return undefined;
  const terms: { ttl?: number; unused?: number; count?: number; autoDelete?: boolean; owner?: string } = {};
  for (const [name, term] of Object.entries(numbers)) {
    const text = headers.get(name);
    if (text !== undefined) terms[term] = numberOf(name, text);
  }
  // a named queue stays unless something else is said, one of a subscription goes
  const passing = named ? headers.get('durable') === 'false' : !isDurable(headers);
  if (isSet(headers, 'auto-delete', passing)) terms.autoDelete = true;
  if (isSet(headers, 'exclusive', named && passing))
    Object.assign(terms, { owner: session.id, autoDelete: true });
  return Object.keys(terms).length === 0 ? undefined : terms;
}

function isDurable(headers: Headers): boolean {
  return headers.get('durable') === 'true' || headers.get('persistent') === 'true';
}

function isSet(headers: Headers, name: string, otherwise: boolean): boolean {
  const text = headers.get(name);
  return text === undefined ? otherwise : text === 'true';
}

function numberOf(name: string, text: string): number {
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text);
  throw new StompwireError('bad-header', `${name}:${printable(text)} is no whole number above 0`);
}
