// Durable subscriptions: whose they are, what they are named by, and where what they miss is kept.
import type { Headers } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import { nameFault } from '../auth/identity.ts';
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';
import type { Router } from '../routing/router.ts';
import { escapeName } from '../routing/user-destinations.ts';

/** Whose a durable subscription is. */
export interface DurableOwner {
  readonly user: User | undefined;
  readonly clientId: string | undefined;
  readonly services: { readonly router: Pick<Router, 'isTopic'> };
}

/**
 * The name that a client goes by in each of its sessions [ActiveMQ, client-id].
 *
 * @throws {StompwireError} `bad-header`
 */
export function clientIdOf(headers: Headers): string | undefined {
  const id = headers.get('client-id');
  if (id === undefined) return undefined;
  const fault = nameFault(id);
  if (fault === undefined) return Buffer.from(id).toString(); // no slice of its frame
  throw new StompwireError('bad-header', `client-id '${printable(id)}' ${fault}`);
}

/**
 * Where a durable subscription finds what was published while its client was away; `undefined`: none is asked for.
 * A user who proved a name has subscriptions of that name's own; guests are known by what they call themselves.
 *
 * @throws {StompwireError} `bad-header` of a guest without a `client-id`, `not-supported` where nothing is published
 */
export function durableAddress(
  owner: DurableOwner,
  headers: Headers,
  destination: string,
): string | undefined {
  const name = durableName(headers);
  if (name === undefined) return undefined;
  if (headers.has('resume-from'))
    throw new StompwireError(
      'not-supported',
      'a durable subscription goes on where it was: leave resume-from out',
    );
  if (!owner.services.router.isTopic(destination)) {
    throw new StompwireError(
      'not-supported',
      `'${printable(destination)}': a durable subscription is to a topic`,
    );
  }
  return addressOf(owner, name);
}

/** Where it finds it, whatever it is subscribed to. */
export function addressOf({ user, clientId }: DurableOwner, name: string): string {
  if (!user?.authenticated && clientId === undefined) {
    throw new StompwireError(
      'bad-header',
      'a durable subscription needs to know its client again: give CONNECT a client-id, or credentials',
    );
  }
  const who = user?.authenticated ? `user:${escapeName(user.name)}` : 'guest';
  return `durable:${who}:${escapeName(clientId ?? '')}/${escapeName(name)}`;
}

/** `durable:true` with the subscription's id, or `activemq.subscriptionName`. */
export function durableName(headers: Headers): string | undefined {
  const named = headers.get('activemq.subscriptionName');
  if (named) return named;
  return headers.get('durable') === 'true' ? headers.get('id') : undefined;
}
