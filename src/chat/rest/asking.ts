// Who asks over HTTP: whoever the credentials prove, or, where nobody has to prove anything, whom the request names.
import type { FastifyRequest } from 'fastify';
import type { Server, User } from '../../index.ts';
import { Pace } from '../messages/pace.ts';
import { ChatProblem } from '../problem.ts';

/** Finds out who sends a request. */
export class Asking {
  readonly #streams: Pick<Server['streams'], 'userOf'>;
  /** A request that changes something is what a SEND is over STOMP, and held to the same. */
  readonly #pace: Pace;

  constructor({ streams, config }: Pick<Server, 'streams' | 'config'>, now = () => performance.now()) {
    this.#streams = streams;
    const { sendsPerSecond, sendBurst } = config;
    this.#pace = new Pace(sendsPerSecond, sendBurst || sendsPerSecond, now, () => 'by requests');
  }

  /** Who asks; a guest where nobody is named and nobody has to be. @throws {ChatProblem} `no-access` */
  async anyone(request: FastifyRequest): Promise<User> {
    const named = nameIn(request);
    const user = await this.#streams.userOf(request, { login: named });
    if (named === undefined || named === user.name) return user;
    throw new ChatProblem('no-access', `userId says '${named}', and the credentials '${user.name}'`);
  }

  /**
   * Who asks, by a name that lasts longer than the request.
   *
   * @throws {ChatProblem} `bad-request`, `no-access`
   * @throws {StompwireError} `rate-limited`
   */
  async somebody(request: FastifyRequest): Promise<User> {
    const user = await this.anyone(request);
    if (request.method !== 'GET') this.#pace.take(...countedAs(request, user));
    if (user.authenticated || nameIn(request) !== undefined) return user;
    throw new ChatProblem('bad-request', 'userId is missing: who asks?');
  }

  /**
   * The name by which somebody reads: empty for a guest who gave none. A name that was made up for one request would be
   * asked about anew each time.
   *
   * @throws {ChatProblem} `no-access`
   */
  async reader(request: FastifyRequest): Promise<string> {
    const user = await this.anyone(request);
    return this.names(request, user) ? user.name : '';
  }

  /** Whether it is known who asks. */
  names(request: FastifyRequest, user: User): boolean {
    return user.authenticated || nameIn(request) !== undefined;
  }
}

/** Who proved no name is one of those behind the address: names cost nothing there. */
function countedAs({ ip }: FastifyRequest, { authenticated, name }: User): [string, string] {
  return authenticated ? ['user', name] : ['address', ip];
}

/** In the query, or in the body. */
function nameIn({ query, body }: FastifyRequest): string | undefined {
  const { userId } = query as { userId?: string };
  if (userId !== undefined) return userId;
  const inBody = (body as { userId?: string | number } | null | undefined)?.userId;
  return inBody === undefined ? undefined : String(inBody);
}
