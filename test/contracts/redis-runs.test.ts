// SENDs that run under a key, in Redis: one that runs long is known to run, one that was lost there is waited for by nobody.
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Policies } from '../../src/message/policies.ts';
import type { Outcome } from '../../src/relay/claims.ts';
import { Keys } from '../../src/relay/redis/keys.ts';
import { RedisRelay } from '../../src/relay/redis.ts';
import { requires } from '../servers/requires.ts';

const url = requires('redis');
const outcome: Outcome = { places: [{ destination: '/topic/tea', position: { epoch: 17, seq: 3 } }] };
let runs = 0;

describe.runIf(url)('a SEND that runs under a key', () => {
  let commands: Redis;
  let layout: { readonly prefix: string; readonly partitions: number };
  let keyInRedis: string;
  const relays: RedisRelay[] = [];

  /** A node that says in all partitions that it lives, as one does that has users or tells of presence. */
  const node = async (userTimeout: number): Promise<RedisRelay> => {
    const { prefix, partitions } = layout;
    const address = `${url}?prefix=${prefix}&partitions=${partitions}`;
    const relay = new RedisRelay(address, {
      policies: new Policies(),
      node: `node-${relays.length}`,
      userTimeout,
    });
    relays.push(relay);
    await relay.start(() => {});
    await relay.members.watch(() => {});
    relay.members.start();
    return relay;
  };

  beforeEach(() => {
    commands = new Redis(url!);
    layout = { prefix: `runs-${process.pid}-${runs++}`, partitions: 3 };
    keyInRedis = new Keys(layout).claim('k');
  });
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.close();
    await commands.del(keyInRedis);
    commands.disconnect();
  });

  it('is not waited for when a promotion lost what came of it, though its node lives', async () => {
    const [one, other] = [await node(3000), await node(3000)];
    const first = await one.claims.claim('k');
    const left = await commands.pttl(keyInRedis);
    first.settle(outcome);
    await vi.waitUntil(async () => (await commands.get(keyInRedis))?.startsWith('s'), { timeout: 20_000 });
    await commands.set(keyInRedis, 'rnode-0', 'PX', Math.max(left, 3000));
    const again = await other.claims.claim('k');
    await expect(again.first).rejects.toMatchObject({ code: 'relay-unavailable' });
    expect((await other.claims.claim('k')).first).toBeUndefined();
  });

  it('is known to run for as long as it does', async () => {
    const [one, other] = [await node(7500), await node(7500)];
    const first = await one.claims.claim('k');
    const again = await other.claims.claim('k');
    let left = await commands.pttl(keyInRedis);
    const renewed = async (): Promise<boolean> => {
      const before = left;
      left = await commands.pttl(keyInRedis);
      return left > before;
    };
    await vi.waitUntil(renewed, { timeout: 20_000 });
    first.settle(outcome);
    expect(await again.first).toEqual(outcome);
  });

  it('is said to run again when a promotion lost that', async () => {
    const one = await node(3000);
    const first = await one.claims.claim('k');
    await commands.del(keyInRedis);
    await vi.waitUntil(async () => (await commands.get(keyInRedis)) === 'rnode-0', { timeout: 20_000 });
    first.settle(outcome);
    await vi.waitUntil(async () => (await commands.get(keyInRedis))?.startsWith('s'), { timeout: 20_000 });
  });
});
