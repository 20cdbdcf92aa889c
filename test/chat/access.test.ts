// Who may do what: an answer that was on its way when something changed is nobody's, however many others are asked about.
import { expect, it } from 'vitest';
import { RoomAccess } from '../../src/chat/access.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';

it('is asked again when it changed meanwhile, also where there was no room for all answers', async () => {
  const repository = new MemoryRepository();
  const room = { id: 'r', name: 'r', kind: 'private', createdAt: 1, createdBy: 'kim' } as const;
  await repository.rooms.create(room, [{ roomId: 'r', user: 'eve', role: 'member', joinedAt: 1 }]);
  const { roleOf } = repository.members;
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow: typeof roleOf = async (roomId, user) => {
    const role = await roleOf(roomId, user);
    if (user === 'eve') await held; // the answer is on its way
    return role;
  };
  const members = { ...repository.members, roleOf: slow };
  const parts = { repository: { rooms: repository.rooms, members }, open: false, keeps: 5000, now: () => 0 };
  const access = new RoomAccess(parts);
  const early = access.of('r', 'eve');
  for (let at = 0; at < 50; at++)
    await Promise.all(Array.from({ length: 1000 }, (_, user) => access.of(`room ${at}`, `user ${user}`)));
  await repository.members.remove('r', 'eve');
  access.forget('r', 'eve');
  release();
  expect(await early).toMatchObject({ role: undefined, reads: false });
  expect(await access.of('r', 'eve')).toMatchObject({ reads: false });
});
