// The headers of a SUBSCRIBE that ask for a queue: `ack`, the prefetch of two brokers, `durable`; and what it gets.
import type { Frame, Headers } from '../../../frames/index.ts';
import type { SubscriptionView } from '../../channel/outbound.ts';
import { StompwireError } from '../../errors.ts';
import { printable } from '../../message/destination.ts';
import type { QueueArguments } from '../../queue/consumer.ts';
import type { AcknowledgedSubscription, AckTerms } from '../acknowledged-subscription.ts';
import { Acks } from '../acks.ts';
import { durableAddress } from '../durable.ts';
import { DurableSubscription, QueueSubscription, TopicQueueSubscription } from '../queue-subscription.ts';
import type { CommandSession } from './command.ts';
import { declaredOf } from './declared.ts';

const modes = ['auto', 'client', 'client-individual'] as const satisfies AckTerms['mode'][];

/** How a subscription takes from a queue, and from which. */
export interface Asked {
  readonly mode: AckTerms['mode'];
  readonly prefetch: number;
  /** The address of a queue that a topic fills while its client is away. */
  readonly durable: string | undefined;
  /** What its queue is to be like. */
  readonly declared: QueueArguments | undefined;
}

/**
 * What a SUBSCRIBE asks of a queue; `undefined`: it is given what is delivered, as it is delivered.
 *
 * @throws {StompwireError} `bad-header`, `not-supported`
 */
export function askedOf(session: CommandSession, frame: Frame, destination: string): Asked | undefined {
  const { headers } = frame;
  const mode = modeOf(headers.get('ack') ?? 'auto');
  if (headers.get('selector'))
    throw new StompwireError('not-supported', 'selector is not offered: SUBSCRIBE without it, and choose');
  const { router } = session.services;
  if (router.isAnswered(destination)) return assertPlain(mode, headers, destination);
  const isQueue = router.isQueue(destination);
  const durable = isQueue ? undefined : durableAddress(session, headers, destination);
  if (mode === 'auto' && !isQueue && durable === undefined) return undefined;
  const declared = isQueue || durable !== undefined ? declaredOf(session, headers, isQueue) : undefined;
  return { mode, prefetch: prefetchOf(session, headers), durable, declared };
}

/** The subscription that it gets. */
export function acknowledged(
  session: CommandSession,
  view: SubscriptionView,
  { mode, prefetch, durable, declared }: Asked,
): AcknowledgedSubscription {
  const { router, deliveries, options, broker } = session.services;
  const address = router.addressOf(view.destination, session);
  session.acks ??= new Acks();
  const terms: AckTerms = {
    mode,
    prefetch,
    serial: session.acks.nextSerial(),
    tellsAckId: mode !== 'auto' && session.version === '1.2',
    alwaysTells: options.profile.tellsRedelivered,
    line: deliveries(view.destination),
    declared,
  };
  const queued = { ...terms, outbound: broker.outbound };
  if (durable !== undefined) return new DurableSubscription(session, view, durable, queued);
  if (router.isQueue(view.destination)) return new QueueSubscription(session, view, address, queued);
  const { outboxBytes, maxDeliveries } = options;
  const limits = {
    count: Number.POSITIVE_INFINITY,
    bytes: outboxBytes,
    age: 0,
    overflow: 'reject',
    tries: maxDeliveries,
  } as const;
  return new TopicQueueSubscription(session, view, address, { ...terms, limits }, () =>
    session.services.counters.lost(),
  );
}

function modeOf(ack: string): AckTerms['mode'] {
  const mode = modes.find((one) => one === ack);
  if (mode !== undefined) return mode;
  throw new StompwireError('bad-header', `ack:${printable(ack)} is unknown; allowed: ${modes.join(', ')}`);
}

/** What a handler answers is one message, delivered when it is answered. */
function assertPlain(mode: AckTerms['mode'], headers: Headers, destination: string): undefined {
  if (mode === 'auto' && headers.get('durable') !== 'true') return undefined;
  throw new StompwireError(
    'not-supported',
    `'${printable(destination)}' is answered by a handler, once: SUBSCRIBE with ack:auto, and not durable`,
  );
}

/** `prefetch-count` [RabbitMQ] or `activemq.prefetchSize` [ActiveMQ]; 0 asks for as many as may be. */
function prefetchOf({ services }: CommandSession, headers: Headers): number {
  const { prefetch, maxPrefetch } = services.options;
  for (const name of ['prefetch-count', 'activemq.prefetchSize']) {
    const text = headers.get(name);
    if (text === undefined) continue;
    if (!/^\d{1,9}$/.test(text))
      throw new StompwireError(
        'bad-header',
        `${name}:${printable(text)} is no whole number from 0 to ${maxPrefetch}`,
      );
    return Math.min(Number(text) || maxPrefetch, maxPrefetch);
  }
  return Math.min(prefetch, maxPrefetch);
}
