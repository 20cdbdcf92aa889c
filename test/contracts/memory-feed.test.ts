// The feed in memory keeps the contract of a feed.
import { MemoryFeed } from '../../src/history/feeds/memory.ts';
import { feedContract } from './feed.ts';

feedContract({
  name: 'memory',
  oneReader: 'it is gone with the process, and so is its reader',
  open: async () => {
    let feed = new MemoryFeed();
    return {
      reader: () => feed,
      recorder: (maxEntries) => {
        if (maxEntries !== undefined) feed = new MemoryFeed({ maxEntries });
        return { record: (record) => feed.record(record), flushed: async () => {} };
      },
      crash: async () => {},
      close: () => feed.close(),
    };
  },
});
