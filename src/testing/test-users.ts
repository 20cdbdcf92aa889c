// Who the clients of a test are: whoever gives a login is believed, with the roles that the test says.
import type { Authenticator, Credentials, User } from '../auth/authenticator.ts';
import type { Peer } from '../transport/transport.ts';

/** Believes every login; without one, a client is a guest. */
export class TestUsers implements Authenticator {
  readonly proves = true;
  readonly #roles = new WeakMap<Peer, readonly string[]>();
  #guests = 0;

  /** Says what roles the client behind a connection has. */
  expect(peer: Peer, roles: readonly string[]): void {
    this.#roles.set(peer, roles);
  }

  authenticate({ login, peer }: Credentials): User {
    const roles = this.#roles.get(peer) ?? [];
    if (login === undefined) return { name: `guest-${++this.#guests}`, authenticated: false, roles };
    return { name: login, authenticated: true, roles };
  }
}
