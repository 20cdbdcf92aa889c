// The writer over a feed in memory, and a store that fails on demand.
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../src/errors.ts';
import { MemoryFeed } from '../../src/history/feeds/memory.ts';
import type { Refusal } from '../../src/history/store.ts';
import { HistoryWriter, type WriterParts } from '../../src/history/writer.ts';
import type { LogRecord } from '../../src/message/record.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';
import { recordAt, seqsOf } from './records.ts';

/** Keeps what it is given; fails as often, and refuses what, it is told to. */
class FailingStore {
  readonly stored: LogRecord[] = [];
  readonly batches: number[] = [];
  failures: Error[] = [];
  refuses: (record: LogRecord) => boolean = () => false;
  /** An append waits for this. */
  gate: Promise<void> | undefined;
  appending = 0;

  async append(records: readonly LogRecord[]): Promise<readonly Refusal[]> {
    if (++this.appending > 1) throw new Error('two appends at a time');
    try {
      await this.gate;
      const failure = this.failures.shift();
      if (failure) throw failure;
      this.batches.push(records.length);
      const bad = records.filter((record) => record.tombstone === undefined && this.refuses(record));
      this.stored.push(...records.filter((record) => !bad.includes(record)));
      return bad.map((record) => ({ record, reason: 'too large' }));
    } finally {
      this.appending--;
    }
  }
}

const away = () => new StompwireError('history-unavailable', 'the database is away');

function setUp(parts: Partial<WriterParts> = {}) {
  const feed = new MemoryFeed();
  const store = new FailingStore();
  const marks: string[] = [];
  const reached = promised<void>();
  let wanted = '';
  const onStored = (destination: string, { seq }: { seq: number }): void => {
    marks.push(`${destination} ${seq}`);
    if (marks.at(-1) === wanted) reached.resolve();
  };
  const writer = new HistoryWriter({ feed, store, onStored, retry: { base: 1, max: 4 }, ...parts });
  /** Done when the history reaches so far. */
  const through = (mark: string): Promise<void> => {
    wanted = mark;
    return marks.at(-1) === mark ? Promise.resolve() : reached.promise;
  };
  return { feed, store, marks, writer, through };
}

describe('the writer of the history', () => {
  it('stores what comes in the order of each destination, and tells how far', async () => {
    const { feed, store, marks, writer, through } = setUp();
    for (let seq = 1; seq <= 2500; seq++) feed.record(recordAt(seq % 2 ? '/a' : '/b', seq));
    writer.start();
    await through('/b 2500');
    expect(store.batches).toEqual([1000, 1000, 500]);
    expect(seqsOf(store.stored, '/a')).toEqual(Array.from({ length: 1250 }, (_, at) => 2 * at + 1));
    expect(marks).toEqual(['/a 999', '/b 1000', '/a 1999', '/b 2000', '/a 2499', '/b 2500']);
    expect((await feed.lag()).entries).toBe(0);
    await writer.stop({ within: 1000 });
  });

  it('waits for more until a batch is old, and no longer than until it is full', async () => {
    const { feed, store, writer, through } = setUp({ batch: { count: 3, age: 60_000 } });
    writer.start();
    for (let seq = 1; seq <= 3; seq++) {
      feed.record(recordAt('/a', seq));
      await new Promise(setImmediate);
    }
    await through('/a 3');
    expect(store.batches).toEqual([3]);
    const young = setUp({ batch: { count: 100, age: 5 } });
    young.writer.start();
    young.feed.record(recordAt('/a', 1));
    await young.through('/a 1');
    await Promise.all([writer.stop({ within: 1000 }), young.writer.stop({ within: 1000 })]);
  });

  it('takes along what came while the batch before was written', async () => {
    const { feed, store, writer, through } = setUp({ batch: { count: 4 } });
    const gate = promised<void>();
    store.gate = gate.promise;
    writer.start();
    for (let seq = 1; seq <= 7; seq++) {
      feed.record(recordAt('/a', seq));
      await new Promise(setImmediate);
    }
    gate.resolve();
    await through('/a 7');
    expect(store.batches).toEqual([1, 4, 2]);
    await writer.stop({ within: 1000 });
  });

  it('tries again what failed, says so meanwhile, and acknowledges nothing before the store confirmed', async () => {
    const metrics = new PrometheusMetrics();
    const { feed, store, marks, writer, through } = setUp({ metrics, now: () => 77 });
    store.failures = [away(), away(), away()];
    const gate = promised<void>();
    feed.record(recordAt('/a', 1));
    writer.start();
    const attempt = store.append.bind(store);
    store.append = async (records) => {
      if (store.failures.length === 0) await gate.promise;
      return attempt(records);
    };
    while (store.failures.length > 0) await new Promise(setImmediate);
    expect(writer.state).toEqual({ running: false, since: 77, reason: 'the database is away' });
    expect(marks).toEqual([]);
    expect((await feed.lag()).entries).toBe(1);
    gate.resolve();
    await through('/a 1');
    expect(writer.state).toEqual({ running: true });
    expect(await metrics.text()).toMatch(/^stompwire_history_retries_total 3$/m);
    expect(await metrics.text()).toMatch(/^stompwire_history_written_total 1$/m);
    await writer.stop({ within: 1000 });
  });

  it('sets poison aside, leaves a tombstone in its place, and goes on', async () => {
    const { feed, store, writer, through } = setUp();
    store.refuses = ({ seq }) => seq === 2;
    for (let seq = 1; seq <= 3; seq++) feed.record(recordAt('/a', seq, { key: `k${seq}` }));
    writer.start();
    await through('/a 3');
    expect(seqsOf(store.stored, '/a').sort()).toEqual([1, 2, 3]);
    const tombstone = store.stored.find(({ seq }) => seq === 2)!;
    expect(tombstone).toMatchObject({ tombstone: 'poisoned', body: Buffer.alloc(0), key: undefined });
    const [letter] = await feed.deadLetters.list(10);
    expect(letter).toMatchObject({
      reason: 'too large',
      entry: { record: { seq: 2, body: Buffer.from('/a 2') } },
    });
    await writer.stop({ within: 1000 });
  });

  it('says when dead letters are lost to newer ones', async () => {
    const metrics = new PrometheusMetrics();
    const told: object[] = [];
    const log = { warn: () => {}, error: (details: object) => void told.push(details) };
    const { feed, store, writer, through } = setUp({ metrics, log });
    feed.deadLetters.add = async () => 3;
    store.refuses = () => true;
    feed.record(recordAt('/a', 1));
    writer.start();
    await through('/a 1');
    expect(await metrics.text()).toMatch(/^stompwire_history_dead_letters_dropped_total 3$/m);
    expect(told).toContainEqual({ dropped: 3 });
    await writer.stop({ within: 1000 });
  });

  it('finds the one record that makes the store fail as it should not', async () => {
    const { feed, store, writer, through } = setUp();
    const append = store.append.bind(store);
    store.append = async (records) => {
      if (records.some(({ seq, tombstone }) => seq === 2 && !tombstone)) throw new TypeError('not mine');
      return append(records);
    };
    for (let seq = 1; seq <= 3; seq++) feed.record(recordAt('/a', seq));
    writer.start();
    await through('/a 3');
    expect(seqsOf(store.stored, '/a').sort()).toEqual([1, 2, 3]);
    expect(await feed.deadLetters.count()).toBe(1);
    await writer.stop({ within: 1000 });
  });

  it('makes a tombstone of bytes that are no record where their place is known', async () => {
    const { feed, store, writer } = setUp();
    const place = { destination: '/a', epoch: 1, seq: 1 };
    const bytes = Buffer.from('noise');
    const troubles = [
      { id: '1', record: undefined, trouble: { reason: 'cut off', bytes, place } },
      { id: '2', record: undefined, trouble: { reason: 'nothing', bytes } },
    ];
    const acknowledged = promised<readonly unknown[]>();
    feed.read = async (_limit, signal) => (troubles.length > 0 ? troubles.splice(0) : never(signal));
    feed.acknowledge = async (entries) => acknowledged.resolve(entries);
    writer.start();
    expect(await acknowledged.promise).toHaveLength(2);
    expect(store.stored).toMatchObject([{ ...place, tombstone: 'poisoned' }]);
    expect((await feed.deadLetters.list(9)).map(({ entry }) => entry.trouble?.bytes)).toEqual([bytes, bytes]);
    await writer.stop({ within: 1000 });
  });

  it('ends when it is stopped: with what it read, or with all that waits', async () => {
    const { feed, store, writer } = setUp({ batch: { count: 2 } });
    for (let seq = 1; seq <= 9; seq++) feed.record(recordAt('/a', seq));
    writer.start();
    expect(await writer.stop({ within: 1000, all: true })).toBe(true);
    expect(seqsOf(store.stored, '/a')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('gives up when its time is over, and says so; the rest stays in the feed', async () => {
    const { feed, store, writer } = setUp();
    store.gate = new Promise(() => {});
    feed.record(recordAt('/a', 1));
    writer.start();
    expect(await writer.stop({ within: 20 })).toBe(false);
    const retrying = setUp({ retry: { base: 60_000, max: 60_000, random: () => 1 } });
    retrying.store.failures = [away()];
    retrying.feed.record(recordAt('/a', 1));
    retrying.writer.start();
    while (retrying.store.failures.length > 0) await new Promise(setImmediate);
    expect(await retrying.writer.stop({ within: 20 })).toBe(false);
    expect((await retrying.feed.lag()).entries).toBe(1);
  });
});

function promised<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

const never = (signal: AbortSignal): Promise<[]> =>
  signal.aborted
    ? Promise.resolve([])
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve([])));
