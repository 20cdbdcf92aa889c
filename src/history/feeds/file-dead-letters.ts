// Dead letters in a file that only grows: one line of JSON for each, and one for each that was taken away.
import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { LogRecord } from '../../message/record.ts';
import { decodeRecord, encodeRecord } from '../../relay/envelope.ts';
import type { DeadLetter, DeadLetters, FeedEntry } from '../feed.ts';

/** A line of the file. Bytes are base64. */
interface Line {
  readonly id: string;
  readonly reason: string;
  readonly time: number;
  readonly entry: string;
  readonly place?: Pick<LogRecord, 'destination' | 'epoch' | 'seq'>;
  /** The envelope of the record, or what was found instead of one. */
  readonly record?: string;
  readonly trouble?: { readonly reason: string; readonly bytes: string };
}

interface Removal {
  readonly removed: string;
}

/**
 * Each line is on disk before `add` or `remove` is done. A line that was torn by a crash is passed over. An
 * operator's process may take letters away while the server adds some: both only append.
 */
export class FileDeadLetters implements DeadLetters {
  readonly #path: string;
  #work: Promise<void> = Promise.resolve();
  #added = 0;

  constructor(path: string) {
    this.#path = path;
  }

  add(entry: FeedEntry, reason: string): Promise<void> {
    const time = Date.now();
    const id = `${time}-${process.pid}-${++this.#added}`;
    return this.#append({ id, reason, time, entry: entry.id, ...contentOf(entry) });
  }

  async list(limit: number, after?: string): Promise<readonly DeadLetter[]> {
    const letters = await this.#read();
    const from = after === undefined ? 0 : letters.findIndex(({ id }) => id === after) + 1;
    return letters.slice(from, from + limit).map(letterOf);
  }

  async count(): Promise<number> {
    return (await this.#read()).length;
  }

  async remove(id: string): Promise<boolean> {
    if (!(await this.#read()).some((line) => line.id === id)) return false;
    await this.#append({ removed: id });
    return true;
  }

  async #read(): Promise<readonly Line[]> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const letters = new Map<string, Line>();
    for (const line of text.split('\n').map(parsed)) {
      if (line === undefined) continue;
      if ('removed' in line) letters.delete(line.removed);
      else letters.set(line.id, line);
    }
    return [...letters.values()];
  }

  /** One after another; a failure is its own line's only. */
  #append(line: Line | Removal): Promise<void> {
    const done = this.#work.then(() => appendLine(this.#path, JSON.stringify(line)));
    this.#work = done.catch(() => {});
    return done;
  }
}

async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'a+', 0o600);
  try {
    const begin = (await endsTorn(file)) ? '\n' : '';
    await file.appendFile(`${begin}${line}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}

function parsed(text: string): Line | Removal | undefined {
  try {
    const line = JSON.parse(text) as Line | Removal;
    return 'removed' in line || typeof line.id === 'string' ? line : undefined;
  } catch {
    return undefined;
  }
}

function contentOf({ record, trouble }: FeedEntry): Pick<Line, 'place' | 'record' | 'trouble'> {
  if (record !== undefined) {
    const { destination, epoch, seq } = record;
    return { place: { destination, epoch, seq }, record: encodeRecord(record).toString('base64') };
  }
  if (trouble === undefined) return {};
  return {
    ...(trouble.place && { place: trouble.place }),
    trouble: { reason: trouble.reason, bytes: trouble.bytes.toString('base64') },
  };
}

function letterOf({ id, reason, time, entry, place, record, trouble }: Line): DeadLetter {
  const bytes = Buffer.from(record ?? trouble?.bytes ?? '', 'base64');
  if (record !== undefined && place !== undefined)
    return { id, reason, time, entry: { id: entry, record: decodeRecord(bytes, place) } };
  const told = { reason: trouble?.reason ?? reason, bytes, ...(place && { place }) };
  return { id, reason, time, entry: { id: entry, record: undefined, trouble: told } };
}
