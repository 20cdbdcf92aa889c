// Saying something where there is no room: nothing is remembered of names that no room can have.
import { expect, it } from 'vitest';
import { RoomAccess } from '../../../src/chat/access.ts';
import { Gathering } from '../../../src/chat/messages/gathering.ts';
import { Pace } from '../../../src/chat/messages/pace.ts';
import { Messages } from '../../../src/chat/messages.ts';
import { MemoryRepository } from '../../../src/chat/repositories/memory.ts';
import { Rooms } from '../../../src/chat/rooms.ts';

it('keeps neither a pace nor a count for what is no id of a room', async () => {
  const repository = new MemoryRepository();
  const access = new RoomAccess({ repository, open: true, keeps: 1000, now: () => 0 });
  const parts = { maxMembers: 2, noticeMembers: 2, clock: () => 0, changed: () => {} };
  const rooms = new Rooms({ repository, access, ...parts });
  const asked: string[] = [];
  const pace = new Pace(0, 1, () => 0);
  pace.take = (place) => void asked.push(place);
  const history = { page: async () => ({ messages: [], next: undefined }), top: async () => 0 };
  const gathering = new Gathering({
    ...{ shelf: () => repository.changes, history: { ...history, numberOf: () => 0 } },
    destinationOf: (roomId) => roomId,
  });
  gathering.said = (roomId) => void asked.push(roomId);
  const server = { publish: async () => undefined, history } as never;
  const messages = new Messages({ server, access, rooms, topic: '/topic', pace, gathering });
  for (const roomId of ['x'.repeat(8000), '', 'a b'])
    await expect((async () => messages.make(roomId, 'kim', { content: 'hi' }))()).rejects.toThrow(
      /a room is named by/,
    );
  expect(asked).toEqual([]);
  await messages.make('r', 'kim', { content: 'hi' });
  expect(asked).toEqual(['r', 'r']);
});
