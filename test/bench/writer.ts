// Benchmark: the writer from a feed in Redis to MongoDB, against a bare bulkWrite loop of the driver.
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { RedisFeed } from '../../src/history/feeds/redis.ts';
import { RedisRecorder } from '../../src/history/feeds/redis-recorder.ts';
import { type RecordDocument, type Upsert, upsertOf } from '../../src/history/stores/mongodb/document.ts';
import { MongoDbStore } from '../../src/history/stores/mongodb.ts';
import { HistoryWriter } from '../../src/history/writer.ts';
import type { LogRecord } from '../../src/message/record.ts';
import { mongodb } from '../servers/mongodb.ts';
import { redisServer, startRedis } from '../servers/redis-server.ts';
import { needed } from './backing.ts';
import { type Row, rowOf } from './report.ts';
import { interleaved } from './statistics.ts';

const messages = 20_000;
const batch = 1000;
const rooms = 20;
const body = Buffer.from(
  '안녕하세요 여러분, a message of about a hundred bytes, as people write them to each other',
);

function records(): LogRecord[] {
  const none = { contentType: 'text/plain', headers: [], key: undefined };
  return Array.from({ length: messages }, (_, at) => {
    const destination = `/topic/chat-room/${at % rooms}`;
    const seq = Math.floor(at / rooms) + 1;
    return { destination, epoch: 1, seq, time: Date.now(), sender: `user${at % 500}`, body, ...none };
  });
}

/** Messages a second of some work in a database of its own, which has the indexes of the store. */
async function rate(
  url: string,
  work: (store: MongoDbStore, address: string) => Promise<number>,
): Promise<number> {
  const address = new URL(url);
  address.pathname = `/bench-${randomUUID().slice(0, 8)}`;
  const store = new MongoDbStore(address.href);
  await store.open();
  try {
    return (messages / (await work(store, address.href))) * 1000;
  } finally {
    await store.close();
    const client = new MongoClient(address.href);
    await client.db().dropDatabase();
    await client.close();
  }
}

/** The records wait in the feed when the time begins; it ends when the last is acknowledged. */
async function writing(store: MongoDbStore, broker: string): Promise<number> {
  const address = `${broker}?prefix=bench-${randomUUID().slice(0, 8)}`;
  const recorder = new RedisRecorder(address);
  for (const record of records()) recorder.record(record);
  await recorder.flushed();
  await recorder.close();
  const feed = new RedisFeed(address);
  let left = messages;
  const ended = new Promise<void>((resolve) => {
    const acknowledge = feed.acknowledge.bind(feed);
    feed.acknowledge = async (entries) => {
      await acknowledge(entries);
      if ((left -= entries.length) === 0) resolve();
    };
  });
  const writer = new HistoryWriter({ feed, store, batch: { count: batch } });
  const begin = performance.now();
  writer.start();
  await ended;
  const time = performance.now() - begin;
  await writer.stop({ within: 1000 });
  await feed.close();
  return time;
}

/** The same documents, made before the time begins, one batch after the other; room by room, as the feed gives them. */
async function bare(address: string): Promise<number> {
  const sorted = records().sort((a, b) => (a.destination < b.destination ? -1 : 1));
  const operations = sorted.map((record) => upsertOf(record) as Upsert);
  const client = await new MongoClient(address).connect();
  const collection = client.db().collection<RecordDocument>('messages');
  const begin = performance.now();
  for (let at = 0; at < operations.length; at += batch)
    await collection.bulkWrite(operations.slice(at, at + batch), {
      ordered: false,
      writeConcern: { w: 'majority' },
    });
  const time = performance.now() - begin;
  await client.close();
  return time;
}

export async function writer(rounds: number): Promise<Row[]> {
  const [program, database] = await Promise.all([needed(redisServer), needed(mongodb)]);
  const redis = await startRedis(program.address);
  try {
    const measured = await interleaved(rounds + 1, {
      ours: () => rate(database.address, (store) => writing(store, redis.url)),
      bare: () => rate(database.address, (_store, address) => bare(address)),
    });
    const [ours, rival] = [measured.ours!.slice(1), measured.bare!.slice(1)];
    const what = `feed in Redis to MongoDB, batches of ${batch}`;
    const rivalName = 'a bare bulkWrite loop';
    const target = { kind: 'at least', limit: 0.7 } as const;
    return [rowOf({ what, ours, rival, rivalName, of: 'messages/s', target })];
  } finally {
    await redis.stop();
    await database.stop?.();
  }
}
