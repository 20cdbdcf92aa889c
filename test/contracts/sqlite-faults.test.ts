// What the embedded history survives: kill -9, a torn write-ahead log, damaged pages, a full disk, a second process.
import { Buffer } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { matchOf } from '../../src/history/stores/sqlite/text-index.ts';
import { requires } from '../servers/requires.ts';
import { SmallDisk } from '../servers/small-disk.ts';
import { recordOf, recordsOf, room, seqsOf } from './history-records.ts';
import { cleanUp, imageOf, newFile, opened, recordsIn, seeded } from './sqlite-folder.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
afterEach(cleanUp);

const appender = fileURLToPath(new URL('./sqlite-appender.ts', import.meta.url));

interface Said {
  readonly epoch: number;
  /** Destination, epoch and seq. */
  readonly confirmed: readonly string[];
}

/** Lets a process append until so many were confirmed, then ends it. */
async function appendUntil(file: string, count: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<Said> {
  const child = spawn(process.execPath, [appender, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (lines.length === count + 1) child.kill(signal);
  }
  const epoch = Number(lines[0]!.split(' ')[1]);
  return {
    epoch,
    confirmed: lines.slice(1).map((line) => `${line.split(' ')[0]} ${epoch}-${line.split(' ')[1]}`),
  };
}

function damage(file: string, at: number, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, at);
  closeSync(descriptor);
}

/** The pages, counted from 0, that lead somewhere: no check sees what is wrong in the middle of a long body. */
function treePagesOf(file: string): number[] {
  const db = new Database(imageOf(file), { readonly: true });
  const pages = db
    .prepare("SELECT pageno - 1 FROM dbstat WHERE pagetype <> 'overflow'")
    .pluck()
    .all() as number[];
  db.close();
  return pages;
}

describe('the embedded history', () => {
  it('holds all that was confirmed, once, after kill -9 at random instants', async () => {
    const file = newFile();
    const random = seeded(Number(process.env.STOMPWIRE_TEST_SEED ?? 5));
    const confirmed = new Set<string>();
    let before = { epoch: 0, clean: false };
    for (let round = 0; round < 10; round++) {
      const clean = round % 4 === 2;
      const said = await appendUntil(file, random(400), clean ? 'SIGTERM' : 'SIGKILL');
      for (const position of said.confirmed) confirmed.add(position);
      if (before.clean) expect(said.epoch).toBe(before.epoch);
      else expect(said.epoch).toBeGreaterThan(before.epoch);
      before = { epoch: said.epoch, clean };
    }
    const store = await opened(file);
    const records = await recordsIn(store);
    const positions = records.map(({ destination, epoch, seq }) => `${destination} ${epoch}-${seq}`);
    expect(new Set(positions).size).toBe(positions.length);
    expect([...confirmed].filter((position) => !positions.includes(position))).toEqual([]);
    expect(records.map(({ body }) => body.toString())).toEqual(
      positions.map((position) => `body of ${position}`),
    );
    await store.upkeep.settled();
    expect(await store.upkeep.count({ text: 'BODY' })).toBe(records.length);
  });

  it('opens with a torn write-ahead log: what is left is a beginning, by whole commits, in a new epoch', async () => {
    const file = newFile();
    // a clock that stands still: that epochs grow must come from the file
    const store = await opened(file, () => 1000);
    const { epoch } = await store.upkeep.begin();
    for (let batch = 0; batch < 40; batch++)
      await store.append([1, 2, 3].map((i) => recordOf(batch * 3 + i, { epoch })));
    await store.upkeep.settled();
    const random = seeded(3);
    const left: number[] = [];
    for (let round = 0; round < 14; round++) {
      const image = imageOf(file);
      const wal = `${image}-wal`;
      const size = statSync(wal).size;
      if (round === 0) rmSync(wal);
      else if (round % 2) truncateSync(wal, random(size));
      else
        damage(
          wal,
          size - 1 - random(Math.floor(size / 2)),
          Buffer.of(random(256), 0xff, random(256)).subarray(0, 1),
        );
      const torn = await opened(image, () => 1000);
      const seqs = seqsOf(await recordsIn(torn));
      expect(seqs).toEqual(seqsOf(recordsOf(seqs.length)));
      expect(seqs.length % 3).toBe(0);
      left.push(seqs.length);
      const next = await torn.upkeep.begin();
      expect(next.epoch).toBeGreaterThan(epoch);
      expect(next.sure).toBe(next.epoch);
      await torn.append([recordOf(1, { epoch: next.epoch, text: 'goes on' })]);
      await torn.upkeep.settled();
      expect(await torn.upkeep.count({ text: 'message' })).toBe(seqs.length);
      await torn.close();
    }
    expect(left[0]).toBe(0);
    expect(new Set(left).size).toBeGreaterThan(4);
  });

  it('refuses to open when a page is damaged after a crash, and says what to do', async () => {
    const file = newFile();
    const first = await opened(file);
    await first.append(recordsOf(3000, { text: 'some words of a message that is not so short' }));
    await first.upkeep.settled();
    await first.close();
    await opened(file);
    const pages = treePagesOf(file);
    const random = seeded(9);
    const noise = Buffer.from(Array.from({ length: 4096 }, () => random(256)));
    for (const page of [0, 1, 2, ...Array.from({ length: 9 }, () => pages[random(pages.length)]!)]) {
      const image = imageOf(file);
      damage(image, page * 4096, noise);
      const refused = await opened(image).then(
        () => undefined,
        (error: Error) => error,
      );
      expect(refused, `page ${page}`).toMatchObject({ code: 'history-damaged' });
      expect(refused!.message).toContain(image);
      expect(refused!.message).toMatch(/backup.*\.recover.*away/);
    }
    const cut = imageOf(file);
    truncateSync(cut, 4096 * Math.floor(statSync(cut).size / 8192));
    await expect(opened(cut)).rejects.toMatchObject({ code: 'history-damaged' });
  });

  it('refuses what is no history of this program, and leaves it alone', async () => {
    const text = newFile();
    writeFileSync(
      text,
      'some text that is long enough to be read as the head of a file of SQLite, but is none of it'.repeat(9),
    );
    await expect(opened(text)).rejects.toMatchObject({ code: 'history-damaged' });
    const foreign = newFile();
    new Database(foreign).exec('CREATE TABLE mark (name)').close();
    await expect(opened(foreign)).rejects.toThrow('is a database, but no history');
    const newer = newFile();
    await (await opened(newer)).close();
    const db = new Database(newer);
    db.pragma('user_version = 99');
    db.close();
    await expect(opened(newer)).rejects.toThrow(/newer version.*schema 99/);
    const nowhere = join(newFile(), 'none', 'history.sqlite');
    await expect(opened(nowhere)).rejects.toMatchObject({ message: expect.stringContaining(nowhere) });
  });

  it('belongs to one service at a time, of this process or another', async () => {
    const file = newFile();
    const child = spawn(process.execPath, [appender, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await expect(opened(file)).rejects.toMatchObject({
      code: 'history-unavailable',
      message: `${file} is in use by another service`,
    });
    child.kill('SIGKILL');
    child.stdout.resume();
    await ended;
    const store = await opened(file);
    await expect(opened(file)).rejects.toThrow('in use by another service');
    await store.append([recordOf(1)]);
    await store.close();
    await opened(file);
  });

  it('takes what was redacted or deleted out of the file and out of its index', async () => {
    const file = newFile();
    const store = await opened(file);
    await store.append([recordOf(1, { text: 'secretive' }), recordOf(2, { text: 'secretive' }), recordOf(3)]);
    await store.upkeep.settled();
    await store.upkeep.redact(room, { epoch: 1, seq: 2 });
    await store.upkeep.deleteBefore(2);
    await store.close();
    const db = new Database(file);
    const rowOf = db.prepare('SELECT rowid FROM words WHERE words MATCH ?').pluck();
    expect(rowOf.all(matchOf(['secretive'], undefined))).toEqual([]);
    expect(rowOf.all(matchOf(['message'], undefined))).toEqual([3]);
    db.close();
    expect(readFileSync(file).includes('secretive')).toBe(false);
  });

  it('has epochs that grow when the clock goes back', async () => {
    const file = newFile();
    const epochs: number[] = [];
    for (const now of [5000, 1000, 9000, 1]) {
      const store = await opened(file, () => now);
      epochs.push((await store.upkeep.begin()).epoch);
      await store.close();
    }
    expect(epochs).toEqual([5000, 5001, 9000, 9001]);
  });

  it('brings the index of words after a crash to where the messages end', async () => {
    const file = newFile();
    const store = await opened(file);
    await store.append(recordsOf(1000));
    const image = imageOf(file);
    const db = new Database(image);
    const indexed = (): number =>
      db.prepare("SELECT value FROM mark WHERE name = 'indexed'").pluck().get() as number;
    expect(indexed()).toBeLessThan(1000);
    db.close();
    const after = await opened(image);
    await after.upkeep.settled();
    expect(await after.upkeep.count({ destination: room, text: 'message' })).toBe(1000);
  });
});

const strace = requires('strace');
const mount = requires('mount');

it.runIf(strace)('each confirmation comes after a sync of the file', async () => {
  const [file, trace] = [newFile(), newFile()];
  const traced = ['-f', '-qq', '-e', 'trace=fsync,fdatasync,write', '-s', '16', '-o', trace];
  const child = spawn(strace!, [...traced, process.execPath, appender, file, '1', '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let confirmed = 0;
  for await (const line of createInterface(child.stdout))
    if (line.startsWith('/topic') && ++confirmed === 40)
      spawnSync('pkill', ['-TERM', '-P', String(child.pid)]);
  let synced = false;
  let confirmations = 0;
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    if (/\bf(data)?sync(\(| resumed).*= 0/.test(line)) synced = true;
    if (!line.includes('write(1, "/topic/0')) continue;
    expect(synced, `confirmation ${++confirmations}`).toBe(true);
    synced = false;
  }
  expect(confirmations).toBeGreaterThanOrEqual(40);
});

it.runIf(mount)(
  'on a full disk appends are refused, nothing is half written, and it goes on when there is room',
  async () => {
    const disk = new SmallDisk(mount!, 6 << 20);
    try {
      disk.fill(4 << 20);
      const file = join(disk.folder, 'history.sqlite');
      const store = await opened(file);
      const body = Buffer.alloc(5000, 'x');
      const confirmed: number[] = [];
      let refused: Error | undefined;
      for (let seq = 1; refused === undefined && seq < 3000; seq += 3) {
        const batch = [seq, seq + 1, seq + 2].map((each) => recordOf(each, { body, key: `k${each}` }));
        await store.append(batch).then(
          () => confirmed.push(seq, seq + 1, seq + 2),
          (error: Error) => {
            refused = error;
          },
        );
      }
      expect(refused).toMatchObject({ code: 'history-full', message: expect.stringContaining(file) });
      expect(confirmed.length).toBeGreaterThan(50);
      expect(seqsOf(await recordsIn(store))).toEqual(confirmed);
      disk.free();
      const next = confirmed.length + 1;
      await store.append(
        Array.from({ length: 30 }, (_, i) => recordOf(next + i, { body, key: `k${next + i}` })),
      );
      expect(seqsOf(await recordsIn(store))).toEqual(seqsOf(recordsOf(confirmed.length + 30)));
      await store.close();
      const again = await opened(file);
      expect(await recordsIn(again)).toHaveLength(confirmed.length + 30);
      await again.close();
      expect(existsSync(`${file}-wal`)).toBe(false);
    } finally {
      await cleanUp();
      disk.remove();
    }
  },
);
