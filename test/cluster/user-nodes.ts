// Servers that share one Redis, and the clients that a test opens on them.
import { type Config, createServer, type Server } from '../../src/index.ts';
import { TestUsers } from '../../src/testing/test-users.ts';
import { RawTcp } from '../e2e/clients/raw-tcp.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';

let runs = 0;

/** A service of its own on a Redis. */
export class UserNodes {
  readonly broker: string;
  readonly #servers: Server[] = [];
  readonly #clients: RawTcp[] = [];

  constructor(redis: string, parameters = '') {
    this.broker = `${redis}?prefix=users-${process.pid}-${runs++}&partitions=4${parameters}`;
  }

  async node(options: Partial<Config> = {}, prepare?: (server: Server) => void): Promise<Server> {
    const { broker } = this;
    const quiet = { port: 0, stompPort: 0, logLevel: 'silent', history: 'off', broker } as const;
    const server = createServer({ ...quiet, ...options }, { authenticator: new TestUsers() });
    prepare?.(server);
    await server.start();
    this.#servers.push(server);
    return server;
  }

  /** A client on a node, not connected yet. */
  async open({ addresses }: { readonly addresses: { readonly stomp?: string } }): Promise<RawTcp> {
    const client = await RawTcp.open(addresses.stomp!);
    this.#clients.push(client);
    return client;
  }

  /** A client that hears its own queues; without a login it is a guest. */
  async enter(node: { readonly addresses: { readonly stomp?: string } }, login?: string): Promise<RawTcp> {
    const client = await this.open(node);
    await client.connect(login === undefined ? {} : { login });
    await client.subscribe('/user/queue/**', 'own');
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.drop();
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}

/** A Redis and a service on it, for one test. */
export async function onOwnRedis(
  program: string,
): Promise<{ readonly redis: OwnRedis; readonly nodes: UserNodes; readonly stop: () => Promise<void> }> {
  const redis = await startRedis(program);
  const nodes = new UserNodes(redis.url);
  return { redis, nodes, stop: () => nodes.close().finally(() => redis.stop()) };
}

/** The session of a client. */
export function sessionOf({ frames }: RawTcp): string {
  return frames.all.find(({ command }) => command === 'CONNECTED')!.headers.session!;
}

/** What a client was brought, as text. */
export const bodiesOf = ({ messages }: RawTcp): string[] => messages.map(({ body }) => String(body));
