// Group commit: which appends share a commit, and who hears what of it.
import { expect, it } from 'vitest';
import { Gathering } from '../../../src/history/stores/sqlite/gathering.ts';
import { type Packed, unpacked } from '../../../src/history/stores/sqlite/packed.ts';
import type { Refused } from '../../../src/history/stores/sqlite/writing.ts';
import type { LogRecord } from '../../../src/message/record.ts';

const record = (seq: number, bytes = 1): LogRecord => ({
  ...{ destination: '/topic/a', epoch: 1, seq, time: 0, headers: ['n', 'v'], body: Buffer.alloc(bytes, seq) },
  ...{ sender: undefined, contentType: undefined, key: undefined, tombstone: undefined },
});

/** Commits that end when the test says so. */
class Commits {
  readonly batches: number[][] = [];
  readonly #ends: { resolve(refused: readonly Refused[]): void; reject(error: Error): void }[] = [];
  readonly gathering = new Gathering((batch: Packed) => {
    this.batches.push(unpacked(batch).map(({ seq }) => seq));
    return new Promise((resolve, reject) => this.#ends.push({ resolve, reject }));
  });

  end(refused: readonly Refused[] = []): void {
    this.#ends.shift()!.resolve(refused);
  }

  fail(error: Error): void {
    this.#ends.shift()!.reject(error);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('what is appended while a commit runs goes into the next one, in order', async () => {
  const commits = new Commits();
  const confirmed: number[] = [];
  const append = (seq: number) => commits.gathering.append([record(seq)]).then(() => confirmed.push(seq));
  void append(1);
  await turn();
  for (const seq of [2, 3, 4]) void append(seq);
  await turn();
  expect(commits.batches).toEqual([[1]]);
  expect(confirmed).toEqual([]);
  commits.end();
  await turn();
  expect(commits.batches).toEqual([[1], [2, 3, 4]]);
  expect(confirmed).toEqual([1]);
  commits.end();
  await commits.gathering.drained();
  await turn();
  expect(confirmed).toEqual([1, 2, 3, 4]);
});

it('each hears of its own refusals, and a failure is told to all of that commit alone', async () => {
  const commits = new Commits();
  const [poison, fine] = [record(2), record(3)];
  const answers = [[record(1)], [poison, fine], [record(4)]].map((records) =>
    commits.gathering.append(records),
  );
  await turn();
  const late = commits.gathering.append([record(5)]);
  commits.end([[1, 'no good']]);
  expect(await Promise.all(answers)).toEqual([[], [{ record: poison, reason: 'no good' }], []]);
  await turn();
  commits.fail(new Error('disk'));
  await expect(late).rejects.toThrow('disk');
  const after = commits.gathering.append([record(6)]);
  await turn();
  commits.end();
  expect(await after).toEqual([]);
});

it('a commit is bounded by its records and its bytes; one append is never parted', async () => {
  const commits = new Commits();
  const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => record(from + i));
  const all = [
    many(1, 3000),
    many(3001, 3000),
    many(6001, 5000),
    [record(9, 12 << 20)],
    [record(10, 12 << 20)],
  ];
  const done = Promise.all(all.map((records) => commits.gathering.append(records)));
  for (const _ of all) {
    await turn();
    commits.end();
  }
  await done;
  expect(commits.batches.map(({ length }) => length)).toEqual([3000, 3000, 5000, 1, 1]);
});
