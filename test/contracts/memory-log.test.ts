// The log contract, held against the logs of a single node.
import { LogInMemory } from './log-in-memory.ts';
import { redactionContract } from './log-redaction.ts';
import { logContract } from './relay-log.ts';

logContract({
  name: 'memory',
  skips: {
    'gives all nodes the messages of a destination in the order of their seq': 'this process is all there is',
  },
  open: async (policies) => new LogInMemory(policies),
});

logContract({
  name: 'memory, whose logs begin only once the store was asked',
  skips: {
    'gives all nodes the messages of a destination in the order of their seq': 'this process is all there is',
  },
  open: async (policies) =>
    new LogInMemory(policies, { beginnings: { of: async () => ({ epoch: 7, seq: 0 }) } }),
});

redactionContract({ name: 'memory', open: async (policies) => new LogInMemory(policies) });
