// A feed in Redis for the contract of feeds: beside others on the same server, group or cluster.
import { randomUUID } from 'node:crypto';
import type { Feed } from '../../src/history/feed.ts';
import { RedisFeed } from '../../src/history/feeds/redis.ts';
import { RedisRecorder } from '../../src/history/feeds/redis-recorder.ts';
import type { FeedPlace } from './feed.ts';

const partitions = 4;

/** @param takeOver - milliseconds after which a dead reader's partitions are others' */
export function redisFeedPlace(url: string, takeOver: number): FeedPlace {
  const address = `${url}?prefix=feed-${randomUUID()}&partitions=${partitions}`;
  const feeds: Feed[] = [];
  const recorders: RedisRecorder[] = [];
  return {
    reader: () => {
      const feed = new RedisFeed(address, { takeOver, reconnect: { base: 5, max: 50 } });
      feeds.push(feed);
      return feed;
    },
    recorder: (maxEntries) => {
      const recorder = new RedisRecorder(address, maxEntries === undefined ? {} : { maxEntries });
      recorders.push(recorder);
      return recorder;
    },
    crash: (reader) => (reader as RedisFeed).drop(),
    close: async () => {
      await Promise.all([...feeds, ...recorders].map((one) => one.close()));
    },
  };
}
