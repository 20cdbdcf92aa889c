// Rooms that deliver only what is stored, over Redis with two writers: nothing is heard before the store has it.
import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisFeed } from '../../src/history/feeds/redis.ts';
import { MemoryStore } from '../../src/history/stores/memory.ts';
import { HistoryWriter } from '../../src/history/writer.ts';
import { Message } from '../../src/message/message.ts';
import { type LogPolicy, Policies } from '../../src/message/policies.ts';
import { startCluster, startGroup } from '../servers/redis-groups.ts';
import { startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { FollowingNode, policy } from './nodes.ts';

const program = requires('redis-server');
const stored: LogPolicy = { ...policy, deliver: 'stored' };
const rooms = Array.from({ length: 12 }, (_, at) => `/topic/room/${at}`);

/** Says when it keeps something, and may be held up. */
class HeldStore extends MemoryStore {
  readonly kept = new Set<string>();
  mayKeep: Promise<void> = Promise.resolve();

  override async append(records: Parameters<MemoryStore['append']>[0]) {
    await this.mayKeep;
    const refusals = await super.append(records);
    for (const { destination, seq } of records) this.kept.add(`${destination} ${seq}`);
    return refusals;
  }
}

const kinds = {
  redis: () => startRedis(program!),
  'redis+sentinel': () => startGroup(program!),
  'redis+cluster': () => startCluster(program!),
};

describe.runIf(program)('rooms that deliver what is stored', () => {
  describe.each(Object.entries(kinds))('over %s', (_name, start) => {
    let servers: { readonly url: string; stop(): Promise<void> };
    beforeAll(async () => {
      servers = await start();
    });
    afterAll(() => servers.stop());

    it('are heard behind the store, by each node, in order; two writers share the work, one takes over', async () => {
      const store = new HeldStore();
      await store.open();
      const early: string[] = [];
      const policies = new Policies().add(stored);
      const nodes = [0, 1].map(() => new FollowingNode(servers.url, { policies, history: true }));
      for (const node of nodes) await node.start(...rooms);
      const feeds = [0, 1].map(() => new RedisFeed(servers.url, { takeOver: 500 }));
      const writers = feeds.map((feed) => new HistoryWriter({ feed, store }));
      for (const writer of writers) writer.start();
      const one = nodes[0]!;
      const say = async (text: string): Promise<void> => {
        await Promise.all(
          rooms.map((room) => one.relay.log.append(messageTo(room, text), stored).then(() => {})),
        );
        for (const node of nodes)
          for (const room of rooms) {
            await node.hears(room, text);
            for (const { seq } of node.heard(room))
              if (!store.kept.has(`${room} ${seq}`)) early.push(`${room} ${seq}`);
          }
      };
      let go = (): void => {};
      store.mayKeep = new Promise((resolve) => {
        go = resolve;
      });
      const first = say('1');
      await one.relay.log.append(messageTo('/topic/room/none', 'x'), stored);
      expect(nodes.flatMap((node) => rooms.flatMap((room) => node.texts(room)))).toEqual([]);
      go();
      await first;
      await say('2');
      await feeds[0]!.drop();
      void writers[0]!.stop({ within: 0 });
      await say('3');
      for (const node of nodes)
        for (const room of rooms) {
          expect(node.texts(room)).toEqual(['1', '2', '3']);
          expect(node.told(room)).toEqual([]);
        }
      expect(early).toEqual([]);
      await writers[1]!.stop({ within: 1000 });
      await feeds[1]!.close();
      for (const { relay } of nodes) await relay.close();
    });
  });
});

function messageTo(destination: string, text: string): Message {
  return new Message({ destination, id: '', body: Buffer.from(text) });
}
