// A message that Redis confirmed and a promotion has lost: who waits until it is stored is told, although none follows it.
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { usualPolicy } from '../../src/message/policies.ts';
import { MessageLost } from '../../src/relay/log.ts';
import type { RedisRelay } from '../../src/relay/redis.ts';
import { requires } from '../servers/requires.ts';
import { RedisNodes } from './redis-nodes.ts';

const url = requires('redis');
const policy = { ...usualPolicy, pattern: '/topic/tea' };
const message = new Message({ destination: '/topic/tea', id: 'assam', body: Buffer.from('Assam') });

describe.runIf(url)('a message that a promotion has lost', () => {
  let commands: Redis;
  let nodes: RedisNodes;
  let relay: RedisRelay;
  beforeEach(async () => {
    commands = new Redis(url!);
    nodes = new RedisNodes({ address: url!, commands }, [policy]);
    relay = await nodes.node();
    await relay.start(() => {});
  });
  afterEach(async () => {
    await relay.close();
    await nodes.close();
    commands.disconnect();
  });

  it('is told as lost while it is waited for', async () => {
    const { position } = await relay.log.append(message, policy);
    const waits = relay.log.stored('/topic/tea', position);
    await commands.hset(nodes.keys.top('/topic/tea'), 's', String(position.seq - 1));
    await expect(waits).rejects.toBeInstanceOf(MessageLost);
  });
});
