// The commands `history dead-letters list | retry`: what the history could not keep, shown and tried again.
import type { Config } from '../config/config.ts';
import type { Sources } from '../config/load.ts';
import { StompwireError } from '../errors.ts';
import type { DeadLetter, DeadLetters } from '../history/feed.ts';
import type { HistoryStore } from '../history/store.ts';
import { failureLines } from './failure.ts';

/** What the commands touch outside themselves. */
export interface LetterSurroundings extends Pick<Sources, 'env' | 'readFile'> {
  readonly err: (text: string) => void;
  readonly stdout: NodeJS.WritableStream;
}

type Flags = Readonly<Record<string, unknown>>;
const page = 100;

/** Writes a line of JSON for each dead letter, the oldest first. */
export function listDeadLetters(flags: Flags, around: LetterSurroundings): Promise<number> {
  return withLetters(flags, around, async (letters) => {
    for await (const letter of all(letters)) around.stdout.write(`${JSON.stringify(shown(letter))}\n`);
    return 0;
  });
}

/**
 * Puts records into the place that a tombstone keeps for them, and takes their letters away.
 *
 * @param ids - which; none: all
 * @returns the exit code: 1 when some are left
 */
export function retryDeadLetters(
  ids: readonly string[],
  flags: Flags,
  around: LetterSurroundings,
): Promise<number> {
  return withLetters(flags, around, async (letters, config) => {
    const store = await storeOf(config);
    try {
      await store.open();
      return await retry(letters, store, ids, around);
    } finally {
      await store.close();
    }
  });
}

async function retry(
  letters: DeadLetters,
  store: HistoryStore,
  ids: readonly string[],
  around: LetterSurroundings,
): Promise<number> {
  const wanted = new Set(ids);
  let left = 0;
  for await (const letter of all(letters)) {
    if (ids.length > 0 && !wanted.delete(letter.id)) continue;
    const problem = await stored(letter, store);
    if (problem === undefined) await letters.remove(letter.id);
    else left++;
    around.stdout.write(`${letter.id} ${problem ?? 'stored'}\n`);
  }
  for (const id of wanted) around.err(`stompwire: there is no dead letter ${id}\n`);
  return left + wanted.size > 0 ? 1 : 0;
}

/** @returns why not */
async function stored({ entry }: DeadLetter, store: HistoryStore): Promise<string | undefined> {
  if (entry.record === undefined) return `no record: ${entry.trouble?.reason}`;
  if (store.upkeep.restore === undefined) return 'this history cannot replace a tombstone';
  return (await store.upkeep.restore(entry.record))?.reason;
}

async function* all(letters: DeadLetters): AsyncGenerator<DeadLetter> {
  for (let after: string | undefined; ; ) {
    const list = await letters.list(page, after);
    yield* list;
    if (list.length < page) return;
    after = list.at(-1)!.id;
  }
}

/** What an operator wants to know of it; the body is in the feed, and may be anybody's secret. */
function shown({ id, time, reason, entry }: DeadLetter): object {
  const { destination, epoch, seq } = entry.record ?? entry.trouble?.place ?? {};
  const bytes = entry.record?.body.length ?? entry.trouble?.bytes.length ?? 0;
  const at = new Date(time).toISOString();
  return { id, at, reason, destination, epoch, seq, sender: entry.record?.sender, bytes };
}

async function withLetters(
  flags: Flags,
  around: LetterSurroundings,
  work: (letters: DeadLetters, config: Config) => Promise<number>,
): Promise<number> {
  let config: Config | undefined;
  try {
    const { loadConfig } = await import('../config/load.ts');
    config = loadConfig({ flags, env: around.env, readFile: around.readFile });
    const { openDeadLetters } = await import('../backends.ts');
    const { letters, close } = await openDeadLetters(config);
    try {
      return await work(letters, config);
    } finally {
      await close();
    }
  } catch (error) {
    for (const line of failureLines(error, config)) around.err(`${line}\n`);
    return 1;
  }
}

async function storeOf({ history, data }: Config): Promise<HistoryStore> {
  const { openStore } = await import('../backends.ts');
  const store = await openStore(history, data, { existing: true });
  if (store !== undefined) return store;
  throw new StompwireError('bad-configuration', 'history: give the address of the history to write to');
}
