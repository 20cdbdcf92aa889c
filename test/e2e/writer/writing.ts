// What the tests of the separate writer share: a Redis of their own, a database of their own, and built writers.
import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { RedisFeed } from '../../../src/history/feeds/redis.ts';
import { RedisRecorder } from '../../../src/history/feeds/redis-recorder.ts';
import { MongoDbStore } from '../../../src/history/stores/mongodb.ts';
import type { LogRecord } from '../../../src/message/record.ts';
import { recordAt } from '../../history/records.ts';
import { type OwnRedis, startRedis } from '../../servers/redis-server.ts';
import { type Ending, Executable } from '../executable.ts';

/** Where a test writes from and to. */
export class Writing {
  readonly redis: OwnRedis;
  readonly broker: string;
  /** The address of the database; `through` another port it is the same. */
  readonly history: string;
  readonly recorder: RedisRecorder;
  /** What was given to the recorder, by destination. */
  readonly recorded = new Map<string, string[]>();
  readonly #feed: RedisFeed;
  readonly #writers = new Set<Executable>();

  static async begin(redisPath: string, mongodb: string): Promise<Writing> {
    const redis = await startRedis(redisPath, { args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    return new Writing(redis, mongodb);
  }

  private constructor(redis: OwnRedis, mongodb: string) {
    const history = new URL(mongodb);
    history.pathname = `/writer-${randomUUID().slice(0, 8)}`;
    this.redis = redis;
    this.broker = `${redis.url}?partitions=8`;
    this.history = history.href;
    this.recorder = new RedisRecorder(this.broker, { maxEntries: 1_000_000 });
    this.#feed = new RedisFeed(this.broker);
  }

  /** The address of the database through a proxy of this machine. */
  through(port: number): string {
    const address = new URL(this.history);
    address.host = `127.0.0.1:${port}`;
    return address.href;
  }

  /** Starts a built writer; done when it is ready to be asked. */
  async writer(history = this.history): Promise<{ process: Executable; ops: string }> {
    const words = ['write-history', '--broker', this.broker, '--history', history, '--ops', '0'];
    const process = new Executable([...words, '--log-level', 'error']);
    this.#writers.add(process);
    const [ops] = await process.addresses();
    return { process, ops: ops! };
  }

  /** Runs another command on the same broker and history, to its end. */
  command(...words: string[]): Promise<Ending> {
    return new Executable([...words, '--broker', this.broker, '--history', this.history]).ended;
  }

  record(destination: string, parts: Partial<LogRecord> = {}): void {
    const bodies = this.recorded.get(destination) ?? [];
    const record = recordAt(destination, bodies.length + 1, parts);
    this.recorder.record(record);
    bodies.push(record.body.length > 1000 ? '' : record.body.toString());
    this.recorded.set(destination, bodies);
  }

  lag(): Promise<{ entries: number; age: number }> {
    return this.#feed.lag();
  }

  /** Every body of the store by destination, in the order of the positions, which must have no hole. */
  async stored(): Promise<Map<string, string[]>> {
    const store = new MongoDbStore(this.history);
    await store.open();
    const found = new Map<string, string[]>();
    try {
      for await (const { destination, seq, body } of store.upkeep.all()) {
        const bodies = found.get(destination) ?? [];
        if (seq !== bodies.length + 1) throw new Error(`${destination}: ${seq} follows ${bodies.length}`);
        bodies.push(body.toString());
        found.set(destination, bodies);
      }
    } finally {
      await store.close();
    }
    return found;
  }

  async end(): Promise<void> {
    for (const writer of this.#writers) writer.signal('SIGKILL');
    await Promise.all([...this.#writers].map(({ ended }) => ended));
    await Promise.all([this.recorder.close(), this.#feed.drop()]);
    await this.redis.stop();
    const client = new MongoClient(this.history);
    await client.db().dropDatabase();
    await client.close();
  }
}

/** Health of a writer: the status, and the reason of a 503. */
export async function readiness(ops: string): Promise<string> {
  const answer = await fetch(`${ops}/health/ready`);
  const { status, reason } = (await answer.json()) as { status: string; reason?: string };
  return reason === undefined ? `${answer.status} ${status}` : `${answer.status} ${reason}`;
}
