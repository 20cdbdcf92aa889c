// Relays over one Redis for the contracts: each run has a prefix of its own, and takes away what it wrote.
import type { Redis } from 'ioredis';
import { type LogPolicy, Policies } from '../../src/message/policies.ts';
import type { Position } from '../../src/message/position.ts';
import type { LogRecord } from '../../src/message/record.ts';
import { decodeRecord } from '../../src/relay/envelope.ts';
import { Keys } from '../../src/relay/redis/keys.ts';
import { RedisRelay, type RedisRelayParts } from '../../src/relay/redis.ts';
import type { RelayNodes } from './relay.ts';
import type { LogNodes } from './relay-log.ts';

const feedBound = 500;
let runs = 0;

/** What is behind the relays: the commands that a test itself sends. */
export interface Behind {
  readonly address: string;
  readonly commands: Redis | import('ioredis').Cluster;
}

/** Relays of one service, beside others on the same Redis. */
export class RedisNodes implements RelayNodes, LogNodes {
  readonly behind: Behind;
  readonly address: string;
  readonly keys: Keys;
  readonly policies = new Policies();
  readonly troubles: string[] = [];
  readonly #parts: Partial<RedisRelayParts>;
  #ahead = 0;
  #fillers: { readonly feed: string; readonly id: string }[] = [];

  constructor(behind: Behind, policies: readonly LogPolicy[] = [], parts: Partial<RedisRelayParts> = {}) {
    this.behind = behind;
    const layout = { prefix: `test-${process.pid}-${runs++}`, partitions: 4 };
    this.keys = new Keys(layout);
    this.address = `${behind.address}?prefix=${layout.prefix}&partitions=${layout.partitions}`;
    for (const policy of policies) this.policies.add(policy);
    this.#parts = parts;
  }

  /** @param address - another way to the same Redis */
  async node(address = this.address): Promise<RedisRelay> {
    return new RedisRelay(address, {
      policies: this.policies,
      history: true,
      feedBound,
      ahead: () => this.#ahead,
      troubled: (what) => this.troubles.push(what),
      ...this.#parts,
    });
  }

  async recorded(): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    for (let partition = 0; partition < this.keys.partitions; partition++) {
      const entries = await this.behind.commands.xrangeBuffer(this.keys.feed(partition), '-', '+');
      for (const [, [, e, , s, , d, , m]] of entries as unknown as [Buffer, Buffer[]][])
        if (m !== undefined)
          records.push(
            decodeRecord(m, { destination: String(d), epoch: Number(String(e)), seq: Number(String(s)) }),
          );
    }
    return records;
  }

  async confirm(destination: string, { epoch, seq }: Position): Promise<void> {
    const key = this.keys.stored(this.keys.partitionOf(destination));
    await this.behind.commands.hset(key, destination, `${epoch}-${seq}`);
    await this.behind.commands.publish(key, `${epoch}-${seq} ${destination}`);
  }

  async fill(full: boolean): Promise<void> {
    const { commands } = this.behind;
    for (const { feed, id } of this.#fillers.splice(0)) await commands.xdel(feed, id);
    if (!full) return;
    for (let partition = 0; partition < this.keys.partitions; partition++) {
      const feed = this.keys.feed(partition);
      for (let left = feedBound - (await commands.xlen(feed)); left > 0; left--)
        this.#fillers.push({ feed, id: (await commands.xadd(feed, '*', 'no', 'record'))! });
    }
  }

  async pass(milliseconds: number): Promise<void> {
    this.#ahead += milliseconds;
  }

  async close(): Promise<void> {}
}
