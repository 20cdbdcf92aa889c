// SUBSCRIBE: a destination, a pattern, or a queue of the session's own [STOMP 1.2, SUBSCRIBE].
import type { Frame } from '../../../frames/index.ts';
import { detached } from '../../auth/identity.ts';
import type { Soon } from '../../channel/channel.ts';
import type { SubscriptionView } from '../../channel/outbound.ts';
import { StompwireError } from '../../errors.ts';
import { printable } from '../../message/destination.ts';
import { localOf } from '../../message/message.ts';
import type { AcknowledgedSubscription } from '../acknowledged-subscription.ts';
import { directAnswer } from '../direct-answer.ts';
import type { Processed } from '../receipts.ts';
import type { ResumedSubscription } from '../resumed-subscription.ts';
import { Subscription } from '../subscription.ts';
import { TellingSubscription } from '../telling-subscription.ts';
import { WatchedSubscription } from '../watched-subscription.ts';
import { type Asked, acknowledged, askedOf } from './acknowledged.ts';
import { type CommandSession, inboundOf } from './command.ts';
import { resumed } from './resume.ts';

/** Adds a subscription; done when the next message will reach it. */
export function subscribe(session: CommandSession, frame: Frame): Soon<void> | Soon<Processed> {
  const destination = frame.headers.get('destination')!;
  const id = subscriptionId(frame);
  const asked = askedOf(session, frame, destination);
  assertRoom(session, id);
  if (frame.headers.has('resume-from')) return resume(session, frame, id);
  if (asked !== undefined) return take(session, frame, { id, destination }, asked);
  const { inbound, router } = session.services;
  return inbound.run(inboundOf(session, frame, destination), (passed) =>
    router.isAnswered(destination)
      ? router.subscribe(passed, directAnswer(session, { id, destination }))
      : enter(session, local(session, frame, plain(session, { id, destination }))),
  );
}

/** Adds a subscription that takes from a queue; messages follow its RECEIPT. */
function take(session: CommandSession, frame: Frame, view: SubscriptionView, asked: Asked): Soon<Processed> {
  let subscription: AcknowledgedSubscription | undefined;
  const done = session.services.inbound.run(inboundOf(session, frame, view.destination), () => {
    subscription = local(session, frame, acknowledged(session, detachedView(view), asked));
    return enter(session, subscription);
  });
  const start = (): void => {
    if (session.state === 'connected') subscription?.start();
  };
  const processed = (): Processed => ({ sent: start });
  return done instanceof Promise ? done.then(processed) : processed();
}

/** Adds a subscription that begins with what was missed; messages follow its RECEIPT. */
async function resume(session: CommandSession, frame: Frame, id: string): Promise<Processed> {
  const destination = frame.headers.get('destination')!;
  let subscription: ResumedSubscription | undefined;
  await session.services.inbound.run(inboundOf(session, frame, destination), () => {
    const view = { id: detached(id), destination: detached(destination) };
    subscription = local(session, frame, resumed(session, frame, view));
    return enter(session, subscription);
  });
  if (subscription === undefined) return {};
  const begun = subscription;
  return { headers: { resume: begun.resumed, position: begun.position }, sent: () => begun.start() };
}

/** A subscription may ask not to hear what its own session sends [ActiveMQ, activemq.noLocal]; others of it do. */
function local<S extends Subscription>(session: CommandSession, { headers }: Frame, subscription: S): S {
  if (headers.get('activemq.noLocal') !== 'true') return subscription;
  session.excludes = localOf(session.id);
  subscription.deafTo = session.excludes;
  return subscription;
}

/** [STOMP 1.0, SUBSCRIBE]: without an id the destination names the subscription. */
export function subscriptionId(frame: Frame): string {
  return frame.headers.get('id') ?? frame.headers.get('destination')!;
}

/** Makes a subscription hold; done when the next message will reach it. */
export function enter(session: CommandSession, subscription: Subscription): Soon<void> {
  if (session.state !== 'connected') return;
  const { broker, events } = session.services;
  const room = roomOfUser(session);
  if (room instanceof Promise) return room.then(() => enter(session, subscription)); // unless another was quicker
  const event = () => ({ session, subscription });
  session.subscriptions ??= new Map();
  session.subscriptions.set(subscription.id, subscription);
  events.tell('subscribe', event);
  const refused = (error: unknown): never => undo(session, subscription, error);
  const holds = (): void => {
    if (session.subscriptions?.get(subscription.id) === subscription) events.tell('subscribed', event);
  };
  try {
    const interest = subscription.begin(broker);
    if (interest instanceof Promise) return interest.then(holds, refused);
  } catch (error) {
    refused(error);
  }
  holds();
}

/** A subscription that is given what is delivered, as it is delivered. */
export function plain(session: CommandSession, { id, destination }: SubscriptionView): Subscription {
  const { router, deliveries } = session.services;
  const view = detachedView({ id, destination });
  const given = router.addressOf(destination, session);
  const address = given === destination ? view.destination : detached(given);
  const line = deliveries(destination);
  if (session.services.options.profile.tellsRedelivered)
    return new TellingSubscription(session, view, address, line);
  if (line === undefined) return new Subscription(session, view, address);
  return new WatchedSubscription(session, view, address, line);
}

/** What is kept with a subscription is no slice of its frame. */
function detachedView({ id, destination }: SubscriptionView): SubscriptionView {
  return { id: detached(id), destination: detached(destination) };
}

/** The relay could not promise delivery: there is no subscription. */
function undo(session: CommandSession, subscription: Subscription, error: unknown): never {
  if (session.subscriptions?.delete(subscription.id)) void subscription.end(session.services.broker);
  throw error;
}

/** @throws {StompwireError} `duplicate-subscription`, `too-many-subscriptions` */
export function assertRoom(session: CommandSession, id: string): void {
  const { maxSubscriptions } = session.services.options;
  if (session.subscriptions?.has(id)) {
    throw new StompwireError(
      'duplicate-subscription',
      `subscription id '${printable(id)}' is in use; UNSUBSCRIBE it first, or take another`,
    );
  }
  if ((session.subscriptions?.size ?? 0) >= maxSubscriptions) {
    throw new StompwireError(
      'too-many-subscriptions',
      `a session may have maxSubscriptions=${maxSubscriptions} subscriptions`,
    );
  }
}

/** Guests have no name that others could be held to. @throws {StompwireError} `too-many-subscriptions` */
function roomOfUser({ services, user }: CommandSession): Soon<void> {
  if (user?.authenticated) return services.registry.quota.assertRoom(user.name);
}
