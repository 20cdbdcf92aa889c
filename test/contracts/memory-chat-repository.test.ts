// The chat's repository in memory keeps the contract of its port.
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import { chatRepositoryContract } from './chat-repository.ts';
import { liveRepositoryContract } from './live-repository.ts';

const kind = {
  name: 'memory',
  open: async () => {
    const repository = new MemoryRepository();
    await repository.open();
    return { repository, close: () => repository.close() };
  },
};
chatRepositoryContract(kind);
liveRepositoryContract(kind);
