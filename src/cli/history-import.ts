// The command `history import`: puts lines of JSON into a history; doing it twice changes nothing.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { StompwireError } from '../errors.ts';
import { linesIn, recordIn } from '../history/record-lines.ts';
import type { HistoryStore } from '../history/store.ts';
import type { LogRecord } from '../message/record.ts';
import { type HistorySurroundings, withHistory } from './history-store.ts';
import { progressOn } from './progress.ts';

/** A batch ends at either. */
const mostRecords = 1000;
const mostBytes = 8 * 1024 * 1024;

/** A record and the number of its line. */
interface Read {
  readonly record: LogRecord;
  readonly line: number;
}

/**
 * Puts the records of a file where their positions say; what is there already is left as it is.
 *
 * @param file - a path, or `-` for stdin
 * @param flags - the given flags by option key
 * @returns the exit code: 1 when a line is none, or a record was refused
 */
export function importHistory(
  file: string,
  flags: Readonly<Record<string, unknown>>,
  around: HistorySurroundings,
): Promise<number> {
  let size = 0;
  const first = async (): Promise<void> => {
    if (file !== '-') size = await sizeOf(file);
  };
  const work = async (store: HistoryStore): Promise<number> => {
    const progress = progressOn(around.stderr, size, 'bytes');
    const tell = (line: number, why: string): void => around.err(`stompwire: line ${line}: ${why}\n`);
    const importing = new Importing(store, tell);
    try {
      const chunks = file === '-' ? around.stdin : createReadStream(file);
      for await (const line of linesIn(chunks)) {
        await importing.take(line);
        progress.advance(line.length + 1);
      }
      await importing.flush();
    } finally {
      progress.stop();
    }
    const { stored, refused } = importing;
    around.err(`stompwire: ${stored} records imported, ${refused} refused\n`);
    return refused === 0 ? 0 : 1;
  };
  return withHistory(flags, around, work, { first });
}

/** Gathers records into batches. */
class Importing {
  stored = 0;
  refused = 0;
  readonly #store: HistoryStore;
  readonly #tell: (line: number, why: string) => void;
  #batch: Read[] = [];
  #bytes = 0;
  #line = 0;

  constructor(store: HistoryStore, tell: (line: number, why: string) => void) {
    this.#store = store;
    this.#tell = tell;
  }

  /** Blank lines are passed over, such as an editor leaves at the end. */
  async take(text: Buffer): Promise<void> {
    this.#line++;
    if (/^\s*$/.test(text.toString('latin1', 0, 64)) && text.toString().trim() === '') return;
    this.#batch.push({ record: await this.#read(text), line: this.#line });
    this.#bytes += text.length;
    if (this.#batch.length >= mostRecords || this.#bytes >= mostBytes) await this.flush();
  }

  /** Puts what was gathered into the store. */
  async flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    if (batch.length === 0) return;
    const refusals = await this.#store.append(batch.map(({ record }) => record));
    for (const { record, reason } of refusals) this.#tell(lineIn(batch, record), reason);
    this.stored += batch.length - refusals.length;
    this.refused += refusals.length;
  }

  /** What stands before a bad line is kept: the mended file may be imported from its begin. */
  async #read(text: Buffer): Promise<LogRecord> {
    try {
      return recordIn(text);
    } catch (error) {
      await this.flush();
      const why = error instanceof Error ? error.message : String(error);
      const kept = `${this.stored} records before it were imported; the file can be imported again when it is mended`;
      throw new StompwireError('bad-configuration', `line ${this.#line}: ${why}; ${kept}`);
    }
  }
}

/** A store may give back a copy. */
const lineIn = (batch: readonly Read[], { destination, epoch, seq }: LogRecord): number =>
  batch.find(
    ({ record }) => record.destination === destination && record.epoch === epoch && record.seq === seq,
  )!.line;

async function sizeOf(file: string): Promise<number> {
  try {
    const handle = await open(file);
    return await handle
      .stat()
      .then(({ size }) => size)
      .finally(() => handle.close());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StompwireError('bad-configuration', `${file} cannot be read (${code})`);
  }
}
