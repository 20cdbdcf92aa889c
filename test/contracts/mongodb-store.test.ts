// The contract of the history store, held against a real MongoDB, and what that store promises beyond it.
import { Buffer } from 'node:buffer';
import { describe } from 'vitest';
import { requires } from '../servers/requires.ts';
import { recordOf } from './history-records.ts';
import { historyStoreContract } from './history-store.ts';
import { MongoPlace } from './mongodb-places.ts';

const url = requires('mongodb');

describe.runIf(url)('over MongoDB', () => {
  if (url === undefined) return;
  historyStoreContract({
    name: 'mongodb',
    tooLarge: () => recordOf(99, { body: Buffer.alloc(17 << 20) }),
    place: async () => new MongoPlace(url),
  });
});
