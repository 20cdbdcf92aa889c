// What a SUBSCRIBE, or a SEND, says of its queue itself: `durable`, `auto-delete`, `exclusive`, `x-...` [RabbitMQ, STOMP plugin].
import type { Headers } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import { StompwireError } from '../../errors.ts';
import { printable } from '../../message/destination.ts';
import type { QueueArguments } from '../../queue/consumer.ts';
import type { CommandSession } from './command.ts';

const numbers = { 'x-message-ttl': 'ttl', 'x-expires': 'unused', 'x-max-length': 'count' } as const;

type Terms = { -readonly [name in keyof QueueArguments]: QueueArguments[name] };

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
  const terms = numbersOf(headers);
  // a named queue stays unless something else is said, one of a subscription goes
  const passing = named ? headers.get('durable') === 'false' : !isDurable(headers);
  if (isSet(headers, 'auto-delete', passing)) terms.autoDelete = true;
  if (isSet(headers, 'exclusive', named && passing))
    Object.assign(terms, { owner: session.id, autoDelete: true });
  return Object.keys(terms).length === 0 ? undefined : terms;
}

/**
 * A SEND may say what the queue is like into which it puts a message, but not whose it is: that is for who consumes.
 *
 * @throws {StompwireError} `bad-header`, `denied`, `queue-full`
 */
export function declareBySend(
  { services }: Pick<CommandSession, 'services'>,
  destination: string,
  headers: Headers,
): Soon<void> {
  const { options, router, broker } = services;
  if (!options.profile.declaresQueues || !router.isQueue(destination)) return;
  const terms = numbersOf(headers);
  if (headers.get('auto-delete') === 'true') terms.autoDelete = true;
  if (Object.keys(terms).length > 0) return broker.queues?.declare?.(destination, terms);
}

function numbersOf(headers: Headers): Terms {
  const terms: Terms = {};
  for (const [name, term] of Object.entries(numbers)) {
    const text = headers.get(name);
    if (text !== undefined) terms[term] = numberOf(name, text);
  }
  return terms;
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
