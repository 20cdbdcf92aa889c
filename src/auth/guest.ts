// RabbitMQ's usual user: guest, with the password guest, for clients on this machine only.
import { BlockList, isIP } from 'node:net';
import type { Authenticator, Credentials, User } from './authenticator.ts';
import { refusal } from './refusal.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const GUEST: User = Object.freeze({ name: 'guest', authenticated: true, roles: Object.freeze([]) });

/**
 * Lets in who says guest/guest, or nothing, from this machine [RabbitMQ, access control: loopback users].
 * Behind a proxy that is not trusted everybody comes from this machine: there it is not for you.
 */
export function guest(): Authenticator {
  return {
    proves: true,
    authenticate: ({ login = 'guest', passcode = 'guest', peer }: Credentials): User => {
      if (!isHere(peer.address)) throw refusal('guest comes in from this machine only; configure --auth');
      if (login !== 'guest' || passcode !== 'guest')
        throw refusal('there is nobody but guest; configure --auth');
      return GUEST;
    },
  };
}

function isHere(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
