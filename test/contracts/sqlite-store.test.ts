// The contract of the history store, held against the embedded history.
import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../src/history/stores/sqlite.ts';
import { recordOf } from './history-records.ts';
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
