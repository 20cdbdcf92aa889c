// Dead letters in a file: one line of JSON for each, and one for each that was taken away; at its bound it is written anew.
import { type FileHandle, open, readFile, rename, writeFile } from 'node:fs/promises';
import type { LogRecord } from '../../message/record.ts';
import { decodeRecord, encodeRecord } from '../../relay/envelope.ts';
import {
  type DeadLetter,
  type DeadLetterBounds,
  type DeadLetters,
  type FeedEntry,
  usualDeadLetters,
} from '../feed.ts';

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
 * operator's process may take letters away while the server adds some: both append. One that is taken away while
 * the server writes the file anew may be there again: to retry it once more changes nothing.
 */
export class FileDeadLetters implements DeadLetters {
  readonly #path: string;
  readonly #bounds: DeadLetterBounds;
  #work: Promise<unknown> = Promise.resolve();
  #added = 0;
  /** At most so many letters are in the file; beyond the bound it is looked at. */
  #letters = Number.POSITIVE_INFINITY;

  constructor(path: string, bounds: DeadLetterBounds = usualDeadLetters) {
    this.#path = path;
    this.#bounds = bounds;
  }

  add(entry: FeedEntry, reason: string): Promise<number> {
    const time = Date.now();
    const id = `${time}-${process.pid}-${++this.#added}`;
    const line: Line = { id, reason, time, entry: entry.id, ...contentOf(entry) };
    return this.#inTurn(async () => {
      const bytes = await appendLine(this.#path, JSON.stringify(line));
      this.#letters++;
      return bytes > this.#bounds.bytes || this.#letters > this.#bounds.letters ? this.#fit(bytes) : 0;
    });
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
    const removal: Removal = { removed: id };
    await this.#inTurn(() => appendLine(this.#path, JSON.stringify(removal)));
    return true;
  }

  /** Takes out what was removed and, beyond a bound, the oldest, so many that there is room again. */
  async #fit(bytes: number): Promise<number> {
    const lines = await this.#read();
    const texts = lines.map((line) => `${JSON.stringify(line)}\n`);
    const kept = texts.slice(firstKept(texts, this.#bounds));
    if (kept.length < texts.length || bytes > this.#bounds.bytes) await writeAnew(this.#path, kept.join(''));
    this.#letters = kept.length;
    return texts.length - kept.length;
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
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }
}

/** The place of the oldest that stays: the newest always does. */
function firstKept(texts: readonly string[], bounds: DeadLetterBounds): number {
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  if (texts.length <= bounds.letters && whole <= bounds.bytes) return 0;
  // a quarter is free then: it is not written anew with each letter
  let [letters, bytes] = [bounds.letters * 0.75, bounds.bytes * 0.75];
  let first = texts.length;
  while (first > 0 && --letters >= 0 && (bytes -= sizes[first - 1]!) >= 0) first--;
  return Math.min(first, texts.length - 1);
}

/** The file is the old one or the new one, whatever happens. */
async function writeAnew(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}

/** @returns how many bytes the file has */
async function appendLine(path: string, line: string): Promise<number> {
  const file = await open(path, 'a+', 0o600);
  try {
    const begin = (await endsTorn(file)) ? '\n' : '';
    await file.appendFile(`${begin}${line}\n`);
    await file.datasync();
    return (await file.stat()).size;
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
