// What a SUBSCRIBE, or a SEND, says of its queue itself: `durable`, `auto-delete`, `exclusive`, `x-...` [RabbitMQ, STOMP plugin].
import type { Headers } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import type { Inbound } from '../../channel/inbound.ts';
import { StompwireError } from '../../errors.ts';
import { printable } from '../../message/destination.ts';
import type { QueueArguments } from '../../queue/consumer.ts';
import { Acks } from '../acks.ts';
import { HeldQueues } from '../held-queues.ts';
import { queuesOf } from '../queue-subscription.ts';
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

/** What passes a SEND on: what it says of its queue is said in the step that puts it there. */
export function declaring(session: CommandSession): (inbound: Inbound) => Soon<void> {
  const { options, router } = session.services;
  if (!options.profile.declaresQueues) return router.send;
  return (inbound) => {
    const terms = saidBySend(session, inbound);
    if (terms === undefined) return router.send(inbound);
    return holding(session, inbound, terms, () => router.send(inbound, terms));
  };
}

/**
 * What a SEND within a transaction says of its queue is said when it comes.
 *
 * @throws {StompwireError} `bad-header`, `denied`, `queue-full`
 */
export function declareBySend(session: CommandSession, inbound: Inbound): Soon<void> {
  const { options, broker } = session.services;
  if (!options.profile.declaresQueues) return;
  const terms = saidBySend(session, inbound);
  if (terms === undefined) return;
  return holding(session, inbound, terms, () => queuesOf(broker).declare(inbound.destination, terms));
}

/** The headers by which a SEND or a SUBSCRIBE says something of its queue. */
const saying: ReadonlySet<string> = new Set([...Object.keys(numbers), 'durable', 'auto-delete', 'exclusive']);

/** Most say nothing: that is seen in one walk. */
function saidBySend(session: CommandSession, { destination, headers }: Inbound): QueueArguments | undefined {
  const { pairs } = headers;
  for (let at = 0; at < pairs.length; at += 2)
    if (saying.has(pairs[at]!))
      return session.services.router.isQueue(destination) ? declaredOf(session, headers, true) : undefined;
  return undefined;
}

/**
 * A queue that a SEND makes its session's own is there until that ends, and where it is to go with its last consumer until
 * the session has taken from it [RabbitMQ].
 *
 * @param then - once the session holds it
 */
function holding(
  session: CommandSession,
  { destination, headers }: Inbound,
  terms: QueueArguments,
  then: () => Soon<void>,
): Soon<void> {
  if (terms.owner === undefined) return then();
  session.acks ??= new Acks();
  session.acks.held ??= new HeldQueues(session);
  const passing = isSet(headers, 'auto-delete', headers.get('durable') === 'false');
  const held = session.acks.held.hold(destination, terms, passing);
  return held instanceof Promise ? held.then(then) : then();
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
