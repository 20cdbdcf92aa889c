// Several nodes of the built service over one group of Redis, with a writer and a database, and what goes wrong with them.
import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { Executable } from '../e2e/executable.ts';
import { type RedisGroup, startGroup, until } from '../servers/redis-groups.ts';
import type { OwnRedis } from '../servers/redis-server.ts';
import { BuiltService } from './built-service.ts';
import { exported } from './exported.ts';
import type { Target } from './run.ts';
import type { Mishap, Trouble } from './trouble.ts';

/** The real servers under the nodes. */
export interface Servers {
  /** The program redis-server. */
  readonly redis: string;
  /** The address of a MongoDB in which a database may be made. */
  readonly mongodb: string;
}

/**
 * As docs/many-nodes.md asks: what a server confirmed is there when it is killed and started again, and a primary that was
 * replaced and does not know it yet takes nothing.
 */
const settings = [
  ...['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'],
  ...['--min-replicas-to-write', '1', '--min-replicas-max-lag', '3'],
];

export class RedisNodes {
  readonly nodes: readonly BuiltService[];
  readonly group: RedisGroup;
  readonly #writer: readonly string[];
  readonly #history: string;
  #writing: Executable | undefined;
  #complaints = '';

  static async start(count: number, servers: Servers): Promise<RedisNodes> {
    const group = await startGroup(servers.redis, 1, settings);
    const history = new URL(servers.mongodb);
    history.pathname = `/chaos_${randomUUID().slice(0, 8)}`;
    const nodes = new RedisNodes(count, group, history.href);
    try {
      await nodes.#startWriter();
      await Promise.all(nodes.nodes.map((node) => node.start()));
      return nodes;
    } catch (error) {
      await nodes.remove();
      throw error;
    }
  }

  private constructor(count: number, group: RedisGroup, history: string) {
    const flags = ['--broker', `${group.url}?replicas=1`, '--history', history];
    this.group = group;
    this.#history = history;
    this.#writer = ['write-history', '--log-level', 'warn', ...flags];
    this.nodes = Array.from({ length: count }, () => new BuiltService(flags));
  }

  target(trouble: Trouble): Target {
    return { endpointOf: (client) => this.#endpointOf(client), trouble, finish: () => this.#finish() };
  }

  /** What must not go unnoticed, and what must; the times are milliseconds. */
  get mishaps(): readonly Mishap[] {
    return [
      this.#ofANode('a node was killed', (node) => node.killed),
      this.#ofANode('a node stood still', (node) => node.paused([1000, 4000])),
      { name: 'Redis was killed', happen: () => this.#restartRedis() },
      { name: 'a replica was promoted', happen: () => this.#promote() },
      { name: 'Redis stood still', happen: (random) => this.#pauseRedis(random.between(300, 3000)) },
      { name: 'the writer was killed', happen: () => this.#restartWriter() },
    ];
  }

  /** One node after the other ends in good order and is replaced; the next one when that one is ready. */
  async deploy(): Promise<void> {
    for (const node of this.nodes) {
      await node.stop();
      await node.start();
    }
  }

  /** What its processes wrote to stderr before they ended. */
  get complaints(): string {
    return [this.#complaints, ...this.nodes.map(({ complaints }) => complaints)].join('');
  }

  /** Whatever happened: nothing stays. */
  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.remove()));
    await this.#endWriter('SIGKILL');
    await this.group.stop();
    const client = new MongoClient(this.#history);
    await client.db().dropDatabase();
    await client.close();
  }

  /** As a balancer does: to a node that is there. */
  #endpointOf(client: number): string {
    const there = this.nodes.flatMap(({ endpoint }) => endpoint ?? []);
    return there[client % there.length] ?? 'ws://127.0.0.1:9/ws';
  }

  #ofANode(name: string, of: (node: BuiltService) => Mishap): Mishap {
    return { name, happen: (random) => of(random.of(this.nodes)).happen(random) };
  }

  async #primary(): Promise<OwnRedis> {
    const port = await this.group.primaryPort();
    return this.group.servers.find((server) => server.port === port)!;
  }

  /** Back before the sentinel has it replaced. */
  async #restartRedis(): Promise<void> {
    const primary = await this.#primary();
    await primary.kill();
    await primary.restart();
    await this.#whole();
  }

  /** The primary is gone until another one stands in its place. */
  async #promote(): Promise<void> {
    const primary = await this.#primary();
    await primary.kill();
    await until(async () => (await this.group.primaryPort()) !== primary.port);
    await primary.restart();
    await this.#whole();
  }

  async #pauseRedis(time: number): Promise<void> {
    const primary = await this.#primary();
    primary.pause();
    await after(time);
    primary.resume();
    await this.#whole();
  }

  /** Whoever is the primary has a replica that takes what is written. */
  async #whole(): Promise<void> {
    await until(async () => {
      const redis = new Redis(await this.group.primaryPort(), '127.0.0.1', { retryStrategy: () => null });
      const taken = redis.set('chaos', '1').then(() => redis.wait(1, 100));
      const is = await taken.catch(() => 0); // it is not the primary any more
      redis.disconnect();
      return is > 0;
    });
  }

  async #startWriter(): Promise<void> {
    this.#writing = new Executable(this.#writer);
    await this.#writing.addresses();
  }

  async #endWriter(signal: NodeJS.Signals): Promise<void> {
    this.#writing?.signal(signal);
    const ending = await this.#writing?.ended;
    this.#writing = undefined;
    this.#complaints += ending?.stderr ?? '';
  }

  async #restartWriter(): Promise<void> {
    await this.#endWriter('SIGKILL');
    await this.#startWriter();
  }

  /** The nodes end first, then the writer has everything. */
  async #finish() {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.#endWriter('SIGTERM');
    return exported(['--history', this.#history]);
  }
}
