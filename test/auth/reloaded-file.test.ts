// A file that is read again once it has changed: when it is looked at, and what happens to one that breaks.
import { renameSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReloadedFile } from '../../src/auth/reloaded-file.ts';
import { Clock, Folder, Log } from './folder.ts';

let folder: Folder;
let clock: Clock;
let log: Log;
let file: ReloadedFile<string>;
let parsed: number;

const parse = (text: string): string => {
  parsed++;
  if (text.startsWith('bad')) throw new Error('is bad');
  return text.toUpperCase();
};

beforeEach(() => {
  folder = new Folder();
  clock = new Clock();
  log = new Log();
  parsed = 0;
  const path = folder.file('a.txt', 'one');
  file = new ReloadedFile({ path, option: 'aFile (--a-file)', parse, log, clock: clock.read });
});
afterEach(() => folder.remove());

async function aSecondLater(): Promise<string> {
  clock.now += 1000;
  return file.current();
}

describe('at start', () => {
  it.each([
    ['is missing', undefined, 'aFile (--a-file): PATH does not exist'],
    ['is broken', 'bad', 'aFile (--a-file): PATH is bad'],
    ['is too large', 'x'.repeat(16 * 1024 * 1024 + 1), 'aFile (--a-file): PATH has 16777217 bytes'],
  ])('a file that %s is an error that names the option', async (_, text, told) => {
    const path = folder.file('b.txt', text);
    const other = new ReloadedFile({ path, option: 'aFile (--a-file)', parse, log, clock: clock.read });
    const error = expect.objectContaining({
      code: 'bad-configuration',
      message: expect.stringContaining(told.replace('PATH', path)),
    });
    await expect(other.start()).rejects.toThrow(error);
    await expect(other.current()).rejects.toThrow('start() comes first');
  });

  it('a folder is an error too', async () => {
    const other = new ReloadedFile({ path: folder.path, option: 'x', parse, log, clock: clock.read });
    await expect(other.start()).rejects.toThrow('cannot be read (EISDIR)');
  });

  it('a byte order mark is no part of the text', async () => {
    folder.file('a.txt', '\uFEFFone');
    await file.start();
    expect(await file.current()).toBe('ONE');
  });
});

describe('later', () => {
  beforeEach(() => file.start());

  it('a change counts after a second at most, and is not looked for more often', async () => {
    folder.file('a.txt', 'two');
    clock.now += 999;
    expect(await file.current()).toBe('ONE');
    clock.now += 1;
    expect(await file.current()).toBe('TWO');
  });

  it('a file that did not change is not read again', async () => {
    expect(await aSecondLater()).toBe('ONE');
    expect(parsed).toBe(1);
  });

  it('a clock that was set back does not stop the looking', async () => {
    folder.file('a.txt', 'two');
    clock.now -= 3_600_000;
    expect(await file.current()).toBe('TWO');
  });

  it('a file that was put in its place counts as changed', async () => {
    folder.file('new.txt', 'six');
    renameSync(folder.file('new.txt'), folder.file('a.txt'));
    expect(await aSecondLater()).toBe('SIX');
  });

  it('many who ask at once look once', async () => {
    folder.file('a.txt', 'two');
    clock.now += 1000;
    expect(await Promise.all([file.current(), file.current(), file.current()])).toEqual([
      'TWO',
      'TWO',
      'TWO',
    ]);
    expect(parsed).toBe(2);
  });

  it('a broken change is warned of once, and the old content holds until it is mended', async () => {
    folder.file('a.txt', 'bad secret');
    expect(await aSecondLater()).toBe('ONE');
    expect(await aSecondLater()).toBe('ONE');
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain('is bad');
    expect(log.lines[0]).not.toContain('secret');
    folder.file('a.txt', 'mended');
    expect(await aSecondLater()).toBe('MENDED');
  });

  it('a file that is gone is warned of once, and read again when it is back', async () => {
    rmSync(folder.file('a.txt'));
    expect(await aSecondLater()).toBe('ONE');
    expect(await aSecondLater()).toBe('ONE');
    expect(log.lines).toHaveLength(1);
    folder.file('a.txt', 'back');
    expect(await aSecondLater()).toBe('BACK');
  });
});
