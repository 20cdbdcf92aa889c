// The command `history export`: all records of a history, or some, as lines of JSON.
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { patternSeparator } from '../config/compat.ts';
import type { Config } from '../config/config.ts';
import { StompwireError } from '../errors.ts';
import { lineOf } from '../history/record-lines.ts';
import type { HistoryStore } from '../history/store.ts';
import { assertDestination, type Separator } from '../message/destination.ts';
import { PatternMatcher } from '../message/pattern.ts';
import { type HistorySurroundings, withHistory } from './history-store.ts';
import { type Progress, progressOn } from './progress.ts';

/** What is exported, and to where. */
export interface Export {
  /** A path, or `-` for stdout. */
  readonly file: string;
  /** Destinations or patterns; none: everything. */
  readonly destinations: readonly string[];
}

/**
 * Writes the records of each destination in their order; a file appears when it is whole.
 *
 * @param flags - the given flags by option key
 * @returns the exit code
 */
export function exportHistory(
  { file, destinations }: Export,
  flags: Readonly<Record<string, unknown>>,
  around: HistorySurroundings,
): Promise<number> {
  const work = async (store: HistoryStore, config: Config): Promise<number> => {
    const matchers = destinations.map((pattern) => matcherOf(pattern, patternSeparator(config)));
    const wanted = (destination: string): boolean =>
      matchers.length === 0 || matchers.some((matcher) => matcher.matches(destination));
    const total = around.stderr.isTTY === true ? await store.upkeep.count({}) : 0;
    const progress = progressOn(around.stderr, total, 'records');
    const counted = { records: 0 };
    try {
      await writeTo(file, linesOf(store, wanted, progress, counted), around);
    } finally {
      progress.stop();
    }
    around.err(`stompwire: ${counted.records} records exported\n`);
    return 0;
  };
  return withHistory(flags, around, work, { existing: true });
}

function matcherOf(pattern: string, separator: Separator): PatternMatcher {
  assertDestination(pattern, separator);
  return new PatternMatcher(pattern, separator);
}

async function* linesOf(
  store: HistoryStore,
  wanted: (destination: string) => boolean,
  progress: Progress,
  counted: { records: number },
): AsyncIterable<string> {
  for await (const record of store.upkeep.all()) {
    progress.advance(1);
    if (!wanted(record.destination)) continue;
    counted.records++;
    yield lineOf(record);
  }
}

async function writeTo(
  file: string,
  lines: AsyncIterable<string>,
  { stdout }: HistorySurroundings,
): Promise<void> {
  if (file === '-') return pipeline(Readable.from(lines), stdout, { end: false });
  const part = `${file}.part`;
  try {
    // what people wrote to each other is for the operator's eyes alone
    await pipeline(Readable.from(lines), createWriteStream(part, { mode: 0o600, flush: true }));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw unwritable(error, file);
  }
}

function unwritable(error: unknown, file: string): unknown {
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new StompwireError('bad-configuration', `${path ?? file} cannot be written (${code})`);
}
