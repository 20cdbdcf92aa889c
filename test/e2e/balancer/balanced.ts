// Two nodes of the built service over one Redis, behind the balancer of docker-compose.yml with its own config file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../servers/process.ts';
import { until } from '../../servers/redis-groups.ts';
import { type OwnRedis, startRedis } from '../../servers/redis-server.ts';
import { Executable } from '../executable.ts';

/** Where the nodes are in the tree's own file, and how they are started there. */
export const config = 'deploy/haproxy.cfg';
const flags = [
  '--history',
  'off',
  '--trust-proxy',
  'loopback',
  '--drain-delay',
  '2000',
  '--log-level',
  'warn',
];

interface Node {
  readonly process: Executable;
  /** Its addresses as the ready line has them. */
  readonly http: string;
  readonly stomp: string;
  readonly ops: string;
}

export class Balanced {
  readonly nodes: Node[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'balanced-'));
  readonly #redis: OwnRedis;
  #balancer: ChildProcess | undefined;
  #web = 0;
  #stomp = 0;

  static async start(haproxy: string, redisServer: string): Promise<Balanced> {
    const balanced = new Balanced(await startRedis(redisServer));
    for (let at = 0; at < 2; at++) balanced.nodes.push(await balanced.#node());
    await balanced.#balance(haproxy);
    return balanced;
  }

  private constructor(redis: OwnRedis) {
    this.#redis = redis;
  }

  get http(): string {
    return `http://127.0.0.1:${this.#web}`;
  }

  get endpoint(): string {
    return `ws://127.0.0.1:${this.#web}/ws`;
  }

  get stomp(): string {
    return `stomp://127.0.0.1:${this.#stomp}`;
  }

  /** One figure of each node. */
  async metric(name: string): Promise<number[]> {
    const texts = await Promise.all(
      this.nodes.map(async ({ ops }) => (await fetch(`${ops}/metrics`)).text()),
    );
    return texts.map((text) => {
      const line = text.split('\n').find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
      return Number(line?.split(' ').at(-1) ?? Number.NaN);
    });
  }

  async stop(): Promise<void> {
    if (this.#balancer !== undefined) {
      const ended = once(this.#balancer, 'exit');
      this.#balancer.kill('SIGKILL');
      await ended;
    }
    for (const { process } of this.nodes) process.signal('SIGKILL');
    await Promise.all(this.nodes.map(({ process }) => process.ended));
    await this.#redis.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #node(): Promise<Node> {
    const ports = ['--port', '0', '--stomp-port', '0', '--ops', '0'];
    const process = new Executable(['serve', ...ports, '--broker', this.#redis.url, ...flags]);
    const [http, , stomp, ops] = (await process.addresses()) as [string, string, string, string];
    return { process, http, stomp, ops };
  }

  /** The tree's own file, with other addresses. */
  async #balance(haproxy: string): Promise<void> {
    [this.#web, this.#stomp] = [await freePort(), await freePort()];
    let text = readFileSync(config, 'utf8')
      .replace('bind :8080', `bind 127.0.0.1:${this.#web}`)
      .replace('bind :61613', `bind 127.0.0.1:${this.#stomp}`);
    for (const [at, { http, stomp }] of this.nodes.entries()) {
      const [web, tcp] = [new URL(http).port, new URL(stomp).port];
      text = text
        .replaceAll(`node-${at + 1}:61613 port 8080`, `127.0.0.1:${tcp} port ${web}`)
        .replaceAll(`node-${at + 1}:8080`, `127.0.0.1:${web}`);
    }
    const file = join(this.#folder, 'haproxy.cfg');
    writeFileSync(file, text);
    this.#balancer = spawn(haproxy, ['-db', '-f', file], { stdio: 'ignore' });
    await until(async () => (await this.ready()) === 200);
  }

  /** What is answered through the balancer when it is asked whether somebody is ready; 0: nothing. */
  async ready(): Promise<number> {
    return fetch(`${this.http}/health/ready`, { headers: { connection: 'close' } }).then(
      ({ status }) => status,
      () => 0,
    );
  }
}
