// A process that makes rooms in a file, and says which were answered, until it is killed.
import { SqliteRepository } from '../../src/chat/repositories/sqlite.ts';
import { tell } from './tell.ts';

const [file = '', run = '0'] = process.argv.slice(2);
const repository = new SqliteRepository(file);
await repository.open();

async function make(lane: number): Promise<never> {
  for (let n = 0; ; n++) {
    const id = `${run}-${lane}-${n}`;
    const room = { id, name: id, kind: 'public', createdAt: n, createdBy: 'kim' } as const;
    await repository.rooms.create(room, [{ roomId: id, user: 'kim', role: 'owner', joinedAt: n }]);
    tell(id);
  }
}

await Promise.all([0, 1, 2, 3].map(make));
