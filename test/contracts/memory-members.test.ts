// The members contract, held against the members of one process.
import { MemberSpace, MemoryMembers } from '../../src/relay/memory-members.ts';
import { membersContract } from './members.ts';

const inHere = 'nothing is kept outside the nodes: they end together';

membersContract({
  name: 'memory',
  skips: {
    'says anew whom it has when what was kept is lost, past every limit': inHere,
    'says anew what of the quota it has when what was kept is lost': inHere,
    'says anew whom it has when it was taken for dead': inHere,
  },
  open: async () => {
    const space = new MemberSpace();
    let made = 0;
    return {
      node: async () => {
        const name = `node-${made++}`;
        const members = new MemoryMembers(name, space);
        return { name, members, close: async () => members.close() };
      },
    };
  },
});
