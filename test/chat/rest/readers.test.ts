// Who reads without a name is nobody in particular: what such a one may is asked once.
import { expect, it } from 'vitest';
import { installChat } from '../../../src/chat/chat.ts';
import { MemoryRepository } from '../../../src/chat/repositories/memory.ts';
import { anonymous } from '../../../src/index.ts';
import { startTestApp } from '../../../src/testing.ts';

it('guests without a name read as one, and what is asked about them is known from then on', async () => {
  const repository = new MemoryRepository();
  const asked: string[] = [];
  const { roleOf } = repository.members;
  Object.assign(repository.members, {
    roleOf: (roomId: string, user: string) => {
      asked.push(user);
      return roleOf(roomId, user);
    },
  });
  const kit = await startTestApp((server) => installChat(server, { repository }), {
    authenticator: anonymous(),
  });
  try {
    const get = async (path: string): Promise<number> =>
      (await kit.server.http.inject({ url: `/api/chat/rooms/r${path}`, headers: { host: 'localhost' } }))
        .statusCode;
    for (const path of ['/messages', '/messages', '/members', '/presence', '/messages'])
      expect(await get(path), path).toBe(200);
    expect(asked).toEqual(['']);
    expect(await get('/messages?userId=kim')).toBe(200);
    expect(asked).toEqual(['', 'kim']);
  } finally {
    await kit.close();
  }
});
