// The contract of the history store, held against the embedded history.
import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HistoryReader } from '../../src/history/reader.ts';
import { SqliteStore } from '../../src/history/stores/sqlite.ts';
import { type LogPolicy, usualPolicy } from '../../src/message/policies.ts';
import type { Log } from '../../src/relay/log.ts';
import { recordOf, room } from './history-records.ts';
import { historyStoreContract } from './history-store.ts';

historyStoreContract({
  name: 'sqlite',
  tooLarge: () => recordOf(99, { body: Buffer.alloc((64 << 20) + 1) }),
  place: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stompwire-history-'));
    return {
      store: async () => new SqliteStore({ file: join(folder, 'history.sqlite') }),
      close: async () => rmSync(folder, { recursive: true }),
    };
  },
});

describe('a search among many that only seem to hold its words', () => {
  it('is done in steps, between which others are served, and finds what is there in the end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stompwire-history-'));
    const store = new SqliteStore({ file: join(folder, 'history.sqlite') });
    await store.open();
    try {
      const seeming = Array.from({ length: 2500 }, (_, i) => recordOf(i + 2, { text: 'ab bc' }));
      await store.append([recordOf(1, { text: 'xabcx' }), ...seeming]);
      await store.upkeep.settled();
      const query = { destination: room, order: 'newest', text: 'abc', limit: 10 } as const;
      const pages: (readonly number[])[] = [];
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        const { records, next } = await store.find({ ...query, cursor });
        pages.push(records.map(({ seq }) => seq));
        cursor = next;
      }
      expect(pages).toEqual([[], [], [1]]);
      const reach = async () => ({ oldest: 1, top: { epoch: 2, seq: 0 } }); // a hot log that has begun anew
      const log = { reach, read: async () => [] } as Partial<Log> as Log;
      const policyOf = (pattern: string): LogPolicy => ({ ...usualPolicy, pattern });
      const found = await new HistoryReader({ log, store, policyOf }).page(query);
      expect([found.records.map(({ seq }) => seq), found.next]).toEqual([[1], undefined]);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true });
    }
  });
});
