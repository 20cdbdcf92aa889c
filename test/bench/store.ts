// Benchmark: the embedded history alone: synced appends against a commit each, and reads among a million messages.
import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import { SqliteStore } from '../../src/history/stores/sqlite.ts';
import type { LogRecord } from '../../src/message/record.ts';
import { type Row, rowOf } from './report.ts';
import { interleaved } from './statistics.ts';

const publishers = { count: 64, inFlight: 8, rooms: 20, seconds: 4 };
const million = { messages: 1_000_000, batch: 4000, reads: 2000 };
const text = '안녕하세요 여러분, a message of about a hundred bytes, as people write them to each other';

const recordOf = (room: number, seq: number, words = text): LogRecord => ({
  ...{ destination: `/topic/chat-room/${room}`, epoch: 1, seq, time: Date.now(), sender: `user${seq % 500}` },
  ...{
    contentType: 'text/plain',
    headers: [],
    body: Buffer.from(words),
    key: undefined,
    tombstone: undefined,
  },
});

const p99 = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;

/** Runs with a folder of its own, on the disk that the service would use. */
async function inFolder<T>(work: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'stompwire-bench-'));
  try {
    return await work(join(folder, 'history.sqlite'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs on a store of its own, which ends whatever happens: its threads would keep the bench alive. */
const onStore = <T>(work: (store: SqliteStore) => Promise<T>): Promise<T> =>
  inFolder(async (file) => {
    const store = new SqliteStore({ file });
    await store.open();
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  });

interface Appending {
  readonly rate: number;
  /** In milliseconds. */
  readonly latencies: number[];
}

const appending = (): Promise<Appending> =>
  onStore(async (store) => {
    const seqs = new Array<number>(publishers.rooms).fill(0);
    const latencies: number[] = [];
    const begin = performance.now();
    const publish = async (publisher: number): Promise<void> => {
      const room = publisher % publishers.rooms;
      while (performance.now() - begin < publishers.seconds * 1000) {
        const sent = performance.now();
        await store.append([recordOf(room, ++seqs[room]!)]);
        latencies.push(performance.now() - sent);
      }
    };
    const all = publishers.count * publishers.inFlight;
    await Promise.all(Array.from({ length: all }, (_, i) => publish(i % publishers.count)));
    const rate = (latencies.length / (performance.now() - begin)) * 1000;
    return { rate, latencies };
  });

/** What SQLite does when nobody gathers: a commit, and a sync, for each message. */
const committingEach = (): Promise<Appending> =>
  inFolder(async (file) => {
    const db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.exec('CREATE TABLE message (destination, epoch, seq, body, PRIMARY KEY (destination, epoch, seq))');
    const insert = db.prepare('INSERT INTO message VALUES (?, ?, ?, ?)');
    const latencies: number[] = [];
    const begin = performance.now();
    for (let seq = 1; performance.now() - begin < publishers.seconds * 1000; seq++) {
      const sent = performance.now();
      insert.run(`/topic/chat-room/${seq % publishers.rooms}`, 1, seq, Buffer.from(text));
      latencies.push(performance.now() - sent);
    }
    const rate = (latencies.length / (performance.now() - begin)) * 1000;
    db.close();
    return { rate, latencies };
  });

/** A message in a thousand holds the word that is looked for. */
async function fill(store: SqliteStore, rooms: number): Promise<void> {
  for (let i = 0; i < million.messages; i += million.batch)
    await store.append(
      Array.from({ length: million.batch }, (_, j) => {
        const n = i + j;
        const words = `${text} ${n.toString(36)}${n % 1000 === 7 ? ' needle' : ''}`;
        return recordOf(n % rooms, Math.floor(n / rooms) + 1, words);
      }),
    );
  await store.upkeep.settled();
}

async function latest(store: SqliteStore, rooms: number): Promise<number> {
  const latencies: number[] = [];
  for (let i = 0; i < million.reads; i++) {
    const destination = `/topic/chat-room/${(i * 7919) % rooms}`;
    const asked = performance.now();
    await store.find({ destination, limit: 50 });
    latencies.push(performance.now() - asked);
  }
  return p99(latencies);
}

async function search(store: SqliteStore, rooms: number): Promise<number> {
  const latencies: number[] = [];
  for (let i = 0; i < 50; i++) {
    const asked = performance.now();
    await store.find({ destination: `/topic/chat-room/${7 % rooms}`, limit: 50, text: 'eedl' });
    latencies.push(performance.now() - asked);
  }
  return p99(latencies);
}

/** Appends, a batch every few milliseconds, until the work is done. */
async function whileAppending(
  store: SqliteStore,
  seqs: { next: number },
  work: () => Promise<number>,
): Promise<number> {
  let done = false;
  const writing = (async () => {
    while (!done) {
      await store.append(Array.from({ length: 20 }, () => recordOf(1_000_000, seqs.next++)));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  try {
    return await work();
  } finally {
    done = true;
    await writing;
  }
}

const reading = (rooms: number, rounds: number): Promise<Row[]> =>
  onStore(async (store) => {
    await fill(store, rooms);
    const seqs = { next: 1 };
    const { ours, rest } = await interleaved(rounds, {
      rest: () => latest(store, rooms),
      ours: () => whileAppending(store, seqs, () => latest(store, rooms)),
    });
    const words = await interleaved(rounds, {
      rest: () => search(store, rooms),
      ours: () => whileAppending(store, seqs, () => search(store, rooms)),
    });
    const among = `among 1,000,000 in ${rooms === 1 ? 'one room' : `${rooms} rooms`}, while appends run, p99`;
    const shared = { rivalName: 'at rest', of: 'ms', compare: (our: number) => our, unit: 'ms' } as const;
    const target = { kind: 'at most', limit: 2 } as const;
    return [
      rowOf({ ...shared, what: `latest 50 ${among}`, ours: ours!, rival: rest!, target }),
      rowOf({ ...shared, what: `a rare word ${among}`, ours: words.ours!, rival: words.rest! }),
    ];
  });

export async function store(rounds: number): Promise<Row[]> {
  const appends: Appending[] = [];
  const each: Appending[] = [];
  for (let round = 0; round < rounds; round++) {
    appends.push(await appending());
    each.push(await committingEach());
  }
  const rivalName = 'SQLite, a commit each';
  const shared = { rivalName, compare: (our: number) => our } as const;
  const rates = (measured: Appending[]): number[] => measured.map(({ rate }) => rate);
  const times = (measured: Appending[]): number[] => measured.map(({ latencies }) => p99(latencies));
  const what = `synced appends, ${publishers.count} x ${publishers.inFlight} in flight`;
  return [
    rowOf({
      ...{ ...shared, what, ours: rates(appends), rival: rates(each), of: '/s', unit: '/s' },
      target: { kind: 'at least', limit: 10_000 },
    }),
    rowOf({
      ...{ ...shared, what: `${what}, p99`, ours: times(appends), rival: times(each), of: 'ms', unit: 'ms' },
      target: { kind: 'at most', limit: 50 },
    }),
    ...(await reading(1000, rounds)),
    ...(await reading(1, rounds)),
  ];
}
