// Claims over one Redis for the contract.
import { setTimeout as pause } from 'node:timers/promises';
import { Policies } from '../../src/message/policies.ts';
import type { Claims } from '../../src/relay/claims.ts';
import { Keys } from '../../src/relay/redis/keys.ts';
import { RedisRelay } from '../../src/relay/redis.ts';
import { MemoryClaims } from '../../src/routing/memory-claims.ts';
import { SharedClaims } from '../../src/routing/shared-claims.ts';
import type { ClaimNodes } from './claims.ts';
import type { Behind } from './redis-nodes.ts';

let runs = 0;

/** Nodes of one service, beside others on the same Redis. */
export class RedisClaimNodes implements ClaimNodes {
  readonly #behind: Behind;
  readonly #layout = { prefix: `claims-${process.pid}-${runs++}`, partitions: 3 };
  readonly #relays: RedisRelay[] = [];

  constructor(behind: Behind) {
    this.#behind = behind;
  }

  async node(): Promise<Claims> {
    const { prefix, partitions } = this.#layout;
    const relay = new RedisRelay(`${this.#behind.address}?prefix=${prefix}&partitions=${partitions}`, {
      policies: new Policies(),
      node: `node-${this.#relays.length}`,
      userTimeout: 60_000,
      claimWindow: 1000,
    });
    this.#relays.push(relay);
    await relay.start(() => {});
    return new SharedClaims(new MemoryClaims({ entries: 100, window: 1000 }), relay.claims);
  }

  /** Redis has a clock of its own, which nobody turns. */
  async pass(milliseconds: number): Promise<void> {
    await pause(milliseconds);
  }

  /** Nobody hears of it again: its sign of life is too old. */
  async kill(): Promise<void> {
    const keys = new Keys(this.#layout);
    for (let partition = 0; partition < keys.partitions; partition++)
      await this.#behind.commands.zadd(keys.members(partition)[0]!, 1, 'node-0');
  }

  async close(): Promise<void> {
    for (const relay of this.#relays) await relay.close();
  }
}
