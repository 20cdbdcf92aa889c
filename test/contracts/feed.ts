// What every feed of the history promises: order, at least once, bounds, readers that share, dead letters.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Feed, FeedEntry } from '../../src/history/feed.ts';
import type { LogRecord } from '../../src/message/record.ts';
import { recordAt, seqsOf } from '../history/records.ts';

/** One feed of its own for each test, however many come to it. */
export interface FeedPlace {
  /** Another reader of the same feed. */
  reader(): Feed;
  /** The writing side, for at most so many entries per destination. */
  recorder(maxEntries?: number): { record(record: LogRecord): void; flushed(): Promise<void> };
  /** Ends a reader as a crash would: nothing is said to anybody. */
  crash(reader: Feed): Promise<void>;
  close(): Promise<void>;
}

export interface FeedKind {
  readonly name: string;
  open(): Promise<FeedPlace>;
  /** Why a feed has one reader only, where it does. */
  readonly oneReader?: string;
}

const { signal: never } = new AbortController();

/** Reads until so many entries were given, in whatever parts. */
export async function readFrom(feed: Feed, count: number, limit = 1000): Promise<FeedEntry[]> {
  const entries: FeedEntry[] = [];
  while (entries.length < count) {
    const some = await feed.read(limit, never);
    if (some.length === 0) throw new Error(`the feed was closed after ${entries.length} of ${count}`);
    entries.push(...some);
  }
  return entries;
}

const recordsOf = (entries: readonly FeedEntry[]) => entries.map(({ record }) => record);
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, at) => from + at);

export function feedContract(kind: FeedKind): void {
  describe(`a feed: ${kind.name}`, () => {
    let place: FeedPlace;
    beforeEach(async () => {
      place = await kind.open();
    });
    afterEach(() => place.close());

    async function put(count: number, destinations: readonly string[], from = 1): Promise<void> {
      const recorder = place.recorder();
      for (const seq of upTo(count, from))
        for (const destination of destinations) recorder.record(recordAt(destination, seq));
      await recorder.flushed();
    }

    it('gives each record as it was, those of a destination in their order', async () => {
      const whole = recordAt('/topic/한국', 1, {
        ...{ sender: 'ann', contentType: 'text/plain', headers: ['a', '1', 'b', '2'], key: 'user:ann k' },
        body: Buffer.of(0, 255, 10),
      });
      const recorder = place.recorder();
      recorder.record(whole);
      await recorder.flushed();
      await put(300, ['/a', '/b', '/c']);
      const entries = await readFrom(place.reader(), 901, 77);
      expect(recordsOf(entries)).toContainEqual(whole);
      for (const name of ['/a', '/b', '/c']) expect(seqsOf(recordsOf(entries), name)).toEqual(upTo(300));
      expect(new Set(entries.map(({ id }) => id)).size).toBe(901);
    });

    it('gives at most as many as are asked for', async () => {
      await put(5, ['/a', '/b']);
      expect((await place.reader().read(3, never)).length).toBeLessThanOrEqual(3);
    });

    it('waits until something comes', async () => {
      const feed = place.reader();
      const reading = feed.read(10, never);
      await put(1, ['/a']);
      expect(seqsOf(recordsOf(await reading), '/a')).toEqual([1]);
    });

    it('ends waiting when it is told to, and loses nothing by that', async () => {
      const feed = place.reader();
      for (let round = 1; round <= 3; round++) {
        const ending = new AbortController();
        const reading = feed.read(10, ending.signal);
        const putting = put(1, ['/a'], round);
        ending.abort();
        const got = await reading;
        await putting;
        const rest = got.length > 0 ? got : await readFrom(feed, 1);
        expect(seqsOf(recordsOf(rest), '/a')).toEqual([round]);
      }
      expect(await feed.read(10, AbortSignal.abort())).toEqual([]);
    });

    it('does not give again what is not acknowledged, to the reader that has it', async () => {
      await put(3, ['/a']);
      const feed = place.reader();
      await readFrom(feed, 3);
      await put(1, ['/a'], 4);
      expect(seqsOf(recordsOf(await readFrom(feed, 1)), '/a')).toEqual([4]);
    });

    it('knows how much waits, and for how long', async () => {
      const feed = place.reader();
      expect(await feed.lag()).toEqual({ entries: 0, age: 0 });
      await put(4, ['/a', '/b']);
      const entries = await readFrom(feed, 8);
      const { entries: waiting, age } = await feed.lag();
      expect(waiting).toBe(8);
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThan(60_000);
      await feed.acknowledge(entries);
      expect(await feed.lag()).toEqual({ entries: 0, age: 0 });
    });

    it('takes no more than it may hold, and more again when some was acknowledged', async () => {
      const recorder = place.recorder(10);
      for (const seq of upTo(10)) recorder.record(recordAt('/a', seq));
      const full = expect.objectContaining({ code: 'history-full', message: expect.stringMatching(/10/) });
      expect(() => recorder.record(recordAt('/a', 11))).toThrow(full);
      await recorder.flushed();
      const feed = place.reader();
      const entries = await readFrom(feed, 10);
      expect(() => recorder.record(recordAt('/a', 11))).toThrow(full);
      await feed.acknowledge(entries.slice(0, 4));
      await expect.poll(() => recorder.record(recordAt('/a', 11)), { interval: 5 }).toBe(undefined);
      await recorder.flushed();
      expect(seqsOf(recordsOf(await readFrom(feed, 1)), '/a')).toEqual([11]);
    });

    it('keeps dead letters until they are taken away', async () => {
      const feed = place.reader();
      await put(2, ['/a', '/b']);
      for (const entry of await readFrom(feed, 4))
        await feed.deadLetters.add(entry, `no place for ${entry.id}`);
      const letters = await feed.deadLetters.list(10);
      expect(await feed.deadLetters.count()).toBe(4);
      expect(letters.map(({ entry, reason }) => reason === `no place for ${entry.id}`)).not.toContain(false);
      expect(seqsOf(recordsOf(letters.map(({ entry }) => entry)), '/a')).toEqual([1, 2]);
      const first = await feed.deadLetters.list(3);
      const rest = await feed.deadLetters.list(3, first.at(-1)!.id);
      expect([...first, ...rest]).toEqual(letters);
      expect(await feed.deadLetters.remove(letters[0]!.id)).toBe(true);
      expect(await feed.deadLetters.remove(letters[0]!.id)).toBe(false);
      expect(await feed.deadLetters.remove('nothing')).toBe(false);
      expect(await feed.deadLetters.list(10)).toEqual(letters.slice(1));
    });

    it('gives nothing after it was closed, and closing twice is harmless', async () => {
      const feed = place.reader();
      const reading = feed.read(10, never);
      await feed.close();
      await feed.close();
      expect(await reading).toEqual([]);
    });

    describe.skipIf(kind.oneReader !== undefined)(
      `with several readers (${kind.oneReader ?? 'shared'})`,
      () => {
        const names = upTo(24).map((number) => `/room/${number}`);

        it('gives what a dead reader had to another, in order, before what is new', async () => {
          await put(5, ['/a']);
          const dead = place.reader();
          const entries = await readFrom(dead, 5);
          await dead.acknowledge(entries.slice(0, 2));
          await place.crash(dead);
          await put(2, ['/a'], 6);
          expect(seqsOf(recordsOf(await readFrom(place.reader(), 5)), '/a')).toEqual([3, 4, 5, 6, 7]);
        });

        it('gives what a reader had that was closed to another at once', async () => {
          await put(3, ['/a']);
          const closed = place.reader();
          await readFrom(closed, 3);
          await closed.close();
          expect(seqsOf(recordsOf(await readFrom(place.reader(), 3)), '/a')).toEqual([1, 2, 3]);
        });

        it('shares: each destination has one reader at a time, and both get some', async () => {
          const readers = [place.reader(), place.reader()];
          const by = [new Map<string, number>(), new Map<string, number>()];
          const holders = new Map<string, number>();
          const seen = new Map<string, number>();
          const stop = new AbortController();
          const troubles: string[] = [];
          const work = readers.map(async (feed, me) => {
            while (!stop.signal.aborted) {
              const entries = await feed.read(50, stop.signal);
              for (const { record } of entries) {
                const { destination, seq } = record!;
                if ((holders.get(destination) ?? me) !== me) troubles.push(`two hold ${destination}`);
                if ((seen.get(destination) ?? 0) + 1 !== seq) troubles.push(`${destination} ${seq}`);
                seen.set(destination, seq);
                holders.set(destination, me);
                by[me]!.set(destination, seq);
              }
              await new Promise(setImmediate);
              for (const { record } of entries) holders.delete(record!.destination);
              await feed.acknowledge(entries);
              if (by.every(({ size }) => size > 0) && [...seen.values()].every((seq) => seq >= 50))
                stop.abort();
            }
          });
          for (let seq = 1; !stop.signal.aborted && seq < 5000; seq++) {
            await put(1, names, seq);
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
          await Promise.all(work);
          expect(troubles).toEqual([]);
          expect(by.map(({ size }) => size > 0)).toEqual([true, true]);
        });
      },
    );
  });
}
