// Several nodes of the built service over one Redis, with a writer and a database, and what goes wrong with them.
import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { Executable } from '../e2e/executable.ts';
import { BuiltService } from './built-service.ts';
import { exported } from './exported.ts';
import { type RedisForm, type RedisGround, redisGrounds } from './redis-grounds.ts';
import type { Target } from './run.ts';
import type { Mishap, Trouble } from './trouble.ts';

/** The real servers under the nodes. */
export interface Servers {
  /** The program redis-server. */
  readonly redis: string;
  /** The address of a MongoDB in which a database may be made. */
  readonly mongodb: string;
}

export class RedisNodes {
  readonly nodes: readonly BuiltService[];
  readonly ground: RedisGround;
  readonly #writer: readonly string[];
  readonly #history: string;
  #writing: Executable | undefined;
  #complaints = '';

  /** @param form - what Redis they stand on */
  static async start(count: number, servers: Servers, form: RedisForm = 'sentinel'): Promise<RedisNodes> {
    const ground = await redisGrounds[form](servers.redis);
    const history = new URL(servers.mongodb);
    history.pathname = `/chaos_${randomUUID().slice(0, 8)}`;
    const nodes = new RedisNodes(count, ground, history.href);
    try {
      await nodes.#startWriter();
      await Promise.all(nodes.nodes.map((node) => node.start()));
      return nodes;
    } catch (error) {
      await nodes.remove();
      throw error;
    }
  }

  private constructor(count: number, ground: RedisGround, history: string) {
    const flags = ['--broker', `${ground.url}?replicas=1`, '--history', history];
    this.ground = ground;
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
      ...this.ground.mishaps,
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
    await this.ground.stop();
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
