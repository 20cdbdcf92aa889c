// The claims contract, held against the claims of one process.
import { MemoryClaims } from '../../src/routing/memory-claims.ts';
import { SharedClaims } from '../../src/routing/shared-claims.ts';
import { claimsContract } from './claims.ts';

const bounds = { entries: 100, window: 1000 };
const skips = {
  'lets another be the first when the node is dead that was': 'its claims die with this process',
};

claimsContract({
  name: 'memory',
  skips,
  open: async () => {
    let now = 5000;
    const all = new MemoryClaims(bounds, () => now);
    const pass = async (milliseconds: number): Promise<void> => void (now += milliseconds);
    return { node: async () => all, pass, close: async () => {} };
  },
});

claimsContract({
  name: 'shared',
  skips,
  open: async () => {
    let now = 5000;
    const clock = (): number => now;
    const all = new MemoryClaims(bounds, clock);
    return {
      node: async () => new SharedClaims(new MemoryClaims(bounds, clock), all),
      pass: async (milliseconds) => void (now += milliseconds),
      close: async () => {},
    };
  },
});
