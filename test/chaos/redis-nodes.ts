// Several nodes of the built service over one Redis, with a writer and a database, and what goes wrong with them.
import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { Executable } from '../e2e/executable.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
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

/** What Redis keeps over a kill: everything that it confirmed a second ago. */
const onDisk = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];

export class RedisNodes {
  readonly nodes: readonly BuiltService[];
  readonly redis: OwnRedis;
  readonly #writer: readonly string[];
  readonly #history: string;
  #writing: Executable | undefined;

  static async start(count: number, servers: Servers): Promise<RedisNodes> {
    const redis = await startRedis(servers.redis, { args: onDisk });
    const history = new URL(servers.mongodb);
    history.pathname = `/chaos_${randomUUID().slice(0, 8)}`;
    const nodes = new RedisNodes(count, redis, history.href);
    await nodes.#startWriter();
    await Promise.all(nodes.nodes.map((node) => node.start()));
    return nodes;
  }

  private constructor(count: number, redis: OwnRedis, history: string) {
    const flags = ['--broker', redis.url, '--history', history];
    this.redis = redis;
    this.#history = history;
    this.#writer = ['write-history', '--log-level', 'warn', ...flags];
    this.nodes = Array.from({ length: count }, () => new BuiltService(flags));
  }

  /** The database that it made. */
  get database(): string {
    return this.#history;
  }

  target(trouble: Trouble): Target {
    return { endpointOf: (client) => this.#endpointOf(client), trouble, finish: () => this.#finish() };
  }

  /** Everything that can go wrong here; the numbers are milliseconds. */
  get mishaps(): readonly Mishap[] {
    const nodes = this.nodes.flatMap((node) => [node.killed, node.paused([1000, 4000])]);
    return [
      ...nodes,
      { name: 'Redis was killed', happen: () => this.redis.restart() },
      { name: 'Redis stood still', happen: (random) => this.#pauseRedis(random.between(500, 4000)) },
      { name: 'the writer was killed', happen: () => this.#restartWriter() },
    ];
  }

  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.remove()));
    this.#writing?.signal('SIGKILL');
    await this.#writing?.ended;
    await this.redis.stop();
  }

  /** As a balancer does: to a node that is there. */
  #endpointOf(client: number): string {
    const there = this.nodes.flatMap(({ endpoint }) => endpoint ?? []);
    return there[client % there.length] ?? 'ws://127.0.0.1:9/ws';
  }

  async #pauseRedis(time: number): Promise<void> {
    this.redis.pause();
    await after(time);
    this.redis.resume();
  }

  async #startWriter(): Promise<void> {
    this.#writing = new Executable(this.#writer);
    await this.#writing.addresses();
  }

  async #restartWriter(): Promise<void> {
    this.#writing?.signal('SIGKILL');
    await this.#writing?.ended;
    await this.#startWriter();
  }

  /** The nodes end first, then the writer has everything. */
  async #finish() {
    await Promise.all(this.nodes.map((node) => node.stop()));
    this.#writing?.signal('SIGTERM');
    await this.#writing?.ended;
    return exported(['--history', this.#history]);
  }
}
