// Queues with a journal for tests: in a folder of their own, opened again as often as it takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueueLimits } from '../../src/queue/consumer.ts';
import { SqliteJournal } from '../../src/relay/journal/sqlite-journal.ts';
import { MemoryQueues, type MemoryQueuesParts } from '../../src/relay/memory-queues.ts';

export const usualLimits: QueueLimits = {
  ...{ count: 100_000, bytes: 1 << 30, age: 0 },
  ...{ overflow: 'reject', tries: 3 },
};

const folders: string[] = [];
const open: MemoryQueues[] = [];

/** The path of a journal that is not there yet. */
export function newJournal(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stompwire-queues-'));
  folders.push(folder);
  return join(folder, 'queues.sqlite');
}

/** Queues over a journal, with all that it kept. */
export async function queuesOver(
  file: string,
  parts: Partial<MemoryQueuesParts> = {},
): Promise<MemoryQueues> {
  const queues = new MemoryQueues({
    limits: usualLimits,
    deadLetters: '/queue/dead-letter',
    queues: 100,
    bindings: 10,
    separator: '/',
    now: Date.now,
    journal: new SqliteJournal(file),
    ...parts,
  });
  open.push(queues);
  await queues.open();
  return queues;
}

export async function removeJournals(): Promise<void> {
  for (const queues of open.splice(0)) await queues.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
