// Gathering the changes of a long log: whoever else has something to do gets their turn between two pages of it.
import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { Gathering } from '../../../src/chat/messages/gathering.ts';
import { MemoryRepository } from '../../../src/chat/repositories/memory.ts';
import type { History, HistoryMessage } from '../../../src/index.ts';

const pages = 20;
const body = Buffer.from('{"content": "word"}');

/** A log in memory, which answers without any wait. */
const history: Pick<History, 'page' | 'numberOf' | 'top'> = {
  page: async (_, { after = 0, limit = 0 } = {}) => {
    const messages = Array.from({ length: limit }, (_, at) => ({ number: Number(after) + at + 1, body }));
    const isLast = Number(after) + limit >= pages * limit;
    return { messages: messages as unknown as HistoryMessage[], next: isLast ? undefined : 'more' };
  },
  numberOf: () => 0,
  top: async () => Number.POSITIVE_INFINITY,
};

it('lets others work between the pages of a log that is in memory', async () => {
  const { changes } = new MemoryRepository();
  const gathering = new Gathering({ shelf: () => changes, history, destinationOf: () => '/topic/r' });
  let [turns, isDone] = [0, false];
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await gathering.gather('r');
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(pages - 1);
});
