// Members over one Redis for the contract.
import { Policies } from '../../src/message/policies.ts';
import { Keys } from '../../src/relay/redis/keys.ts';
import { memberScript } from '../../src/relay/redis/member-script.ts';
import { RedisRelay } from '../../src/relay/redis.ts';
import type { MemberNode, MemberNodes } from './members.ts';
import type { Behind } from './redis-nodes.ts';

let runs = 0;

/** Nodes of one service, beside others on the same Redis; they are missed after half a second. */
export class RedisMemberNodes implements MemberNodes {
  readonly #behind: Behind;
  readonly #layout = { prefix: `members-${process.pid}-${runs++}`, partitions: 3 };
  readonly #keys = new Keys(this.#layout);
  #made = 0;

  constructor(behind: Behind) {
    this.#behind = behind;
  }

  async node(): Promise<MemberNode> {
    const { prefix, partitions } = this.#layout;
    const name = `node-${this.#made++}`;
    const address = `${this.#behind.address}?prefix=${prefix}&partitions=${partitions}`;
    const relay = new RedisRelay(address, { policies: new Policies(), node: name, userTimeout: 500 });
    await relay.start(() => {});
    return { name, members: relay.members, close: () => relay.close() };
  }

  async lose(): Promise<void> {
    for (const key of this.#all()) await this.#behind.commands.del(key);
  }

  /** In one step with somebody's look at it, before the node can say that it lives. */
  async bury(name: string): Promise<void> {
    for (let partition = 0; partition < this.#keys.partitions; partition++) {
      const keys = [...this.#keys.members(partition), this.#keys.presence(partition)];
      const look = ['undertaker', '1', 'count', '', '', ''];
      await this.#behind.commands
        .multi()
        .zadd(keys[0]!, 1, name)
        .eval(memberScript.source, keys.length, ...keys, ...look)
        .exec();
    }
  }

  #all(): string[] {
    return Array.from({ length: this.#keys.partitions }, (_, partition) =>
      this.#keys.members(partition),
    ).flat();
  }
}
