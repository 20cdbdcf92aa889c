// What only the feed in memory promises: its bounds with their figures, its size, and its file of dead letters.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileDeadLetters } from '../../../src/history/feeds/file-dead-letters.ts';
import { MemoryFeed } from '../../../src/history/feeds/memory.ts';
import { recordAt, seqsOf } from '../records.ts';

const { signal } = new AbortController();

describe('the feed in memory', () => {
  it('says how much waits and how much may, when it is full', async () => {
    const feed = new MemoryFeed({ maxEntries: 2 });
    feed.record(recordAt('/a', 1));
    feed.record(recordAt('/a', 2));
    expect(() => feed.record(recordAt('/a', 3))).toThrow(
      expect.objectContaining({
        code: 'history-full',
        message: expect.stringMatching(/^2 messages.*; 2 of/),
      }),
    );
    await feed.acknowledge(await feed.read(1, signal));
    feed.record(recordAt('/a', 3));
    expect((await feed.lag()).entries).toBe(2);
  });

  it('counts bytes, takes one record of any size, and has them back when it is acknowledged', async () => {
    const feed = new MemoryFeed({ maxBytes: 10_000 });
    feed.record(recordAt('/a', 1, { body: Buffer.alloc(50_000) }));
    expect(() => feed.record(recordAt('/a', 2))).toThrow(/wait to be stored/);
    await feed.acknowledge(await feed.read(1, signal));
    for (let seq = 2; seq < 12; seq++) feed.record(recordAt('/a', seq, { body: Buffer.alloc(700) }));
    expect(() => feed.record(recordAt('/a', 12, { body: Buffer.alloc(700) }))).toThrow(/^10 messages/);
  });

  it('keeps the order over many turns of its ring, acknowledged in whatever order', async () => {
    const feed = new MemoryFeed();
    const got: number[] = [];
    let seq = 0;
    for (let turn = 0; turn < 40; turn++) {
      for (let i = 0; i < 700 + turn * 30; i++) feed.record(recordAt('/a', ++seq));
      const entries = await feed.read(turn % 5 === 4 ? 10_000 : 600, signal);
      got.push(
        ...seqsOf(
          entries.map(({ record }) => record),
          '/a',
        ),
      );
      await feed.acknowledge(entries.filter((_, at) => at % 2 === 1));
      await feed.acknowledge(entries.filter((_, at) => at % 2 === 0));
    }
    expect(got).toEqual(Array.from({ length: seq }, (_, at) => at + 1));
    expect(await feed.lag()).toEqual({ entries: 0, age: 0 });
  });

  it('counts what was acknowledged out of order as gone, and twice is once', async () => {
    const feed = new MemoryFeed();
    for (let seq = 1; seq <= 3; seq++) feed.record(recordAt('/a', seq));
    const [first, second] = await feed.read(3, signal);
    await feed.acknowledge([second!]);
    await feed.acknowledge([second!]);
    expect((await feed.lag()).entries).toBe(2);
    await feed.acknowledge([first!]);
    expect((await feed.lag()).entries).toBe(1);
  });

  it('says how long its oldest has waited, and no negative time when the clock jumped back', async () => {
    let now = 5000;
    const feed = new MemoryFeed({ now: () => now });
    feed.record(recordAt('/a', 1, { time: 2000 }));
    expect(await feed.lag()).toEqual({ entries: 1, age: 3000 });
    now = 1000;
    expect(await feed.lag()).toEqual({ entries: 1, age: 0 });
  });
});

describe('dead letters in a file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'letters-'));
    path = join(folder, 'dead-letters.ndjson');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const entry = (seq: number) => ({
    id: String(seq),
    record: recordAt('/a', seq, { key: 'k', sender: 'ann' }),
  });

  it('are there for another process, records and troubles alike', async () => {
    const letters = new FileDeadLetters(path);
    const trouble = {
      reason: 'cut off',
      bytes: Buffer.of(1, 2),
      place: { destination: '/a', epoch: 1, seq: 9 },
    };
    await letters.add(entry(1), 'too large');
    await letters.add({ id: '9', record: undefined, trouble }, 'cut off');
    const other = new FileDeadLetters(path);
    const list = await other.list(10);
    expect(list.map(({ reason }) => reason)).toEqual(['too large', 'cut off']);
    expect(list[0]!.entry).toEqual({ ...entry(1), record: { ...entry(1).record, time: expect.any(Number) } });
    expect(list[1]!.entry).toEqual({ id: '9', record: undefined, trouble });
    expect(await other.remove(list[0]!.id)).toBe(true);
    expect(await letters.count()).toBe(1);
    expect(await letters.remove(list[0]!.id)).toBe(false);
    expect(await letters.list(10, list[1]!.id)).toEqual([]);
  });

  it('survive a line that was torn: it is passed over, and what comes next begins a line', async () => {
    const letters = new FileDeadLetters(path);
    await letters.add(entry(1), 'one');
    appendFileSync(path, '{"id":"torn","reas');
    await letters.add(entry(2), 'two');
    expect((await letters.list(10)).map(({ reason }) => reason)).toEqual(['one', 'two']);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(4);
  });

  it('are told in pages', async () => {
    const letters = new FileDeadLetters(path);
    await Promise.all([1, 2, 3, 4, 5].map((seq) => letters.add(entry(seq), String(seq))));
    const first = await letters.list(2);
    const rest = await letters.list(10, first[1]!.id);
    expect([...first, ...rest].map(({ reason }) => reason)).toEqual(['1', '2', '3', '4', '5']);
  });

  const reasons = async (letters: FileDeadLetters): Promise<string[]> =>
    (await letters.list(100)).map(({ reason }) => reason);

  it('give way to newer ones beyond their number, and say how many were lost', async () => {
    const letters = new FileDeadLetters(path, { letters: 8, bytes: 1 << 20 });
    for (let seq = 1; seq <= 8; seq++) expect(await letters.add(entry(seq), `${seq}`)).toBe(0);
    expect(await letters.add(entry(9), '9')).toBe(3);
    expect(await reasons(letters)).toEqual(['4', '5', '6', '7', '8', '9']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const other = new FileDeadLetters(path, { letters: 8, bytes: 1 << 20 });
    await other.add(entry(10), '10');
    await other.add(entry(11), '11');
    expect(await other.add(entry(12), '12')).toBe(3);
    expect(await reasons(other)).toEqual(['7', '8', '9', '10', '11', '12']);
  });

  it('give way beyond their bytes; the newest stays, however large it is', async () => {
    const letters = new FileDeadLetters(path, { letters: 100, bytes: 4000 });
    let lost = 0;
    for (let seq = 1; seq <= 40; seq++) lost += await letters.add(entry(seq), `${seq}`);
    expect(statSync(path).size).toBeLessThanOrEqual(4000);
    const left = await reasons(letters);
    expect(left.length + lost).toBe(40);
    expect(left).toEqual(Array.from(left, (_, at) => String(41 - left.length + at)));
    await letters.add({ id: '1', record: recordAt('/a', 1, { body: Buffer.alloc(9000) }) }, 'large');
    expect(await reasons(letters)).toEqual(['large']);
  });

  it('lose none for the lines of those that were taken away', async () => {
    const letters = new FileDeadLetters(path, { letters: 100, bytes: 4000 });
    for (let seq = 1; seq <= 60; seq++) {
      expect(await letters.add(entry(seq), `${seq}`)).toBe(0);
      if (seq > 3) await letters.remove((await letters.list(1))[0]!.id);
    }
    expect(await reasons(letters)).toEqual(['58', '59', '60']);
    expect(statSync(path).size).toBeLessThanOrEqual(4000 + 100);
  });
});
