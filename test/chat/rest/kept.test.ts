// The chat on disk: rooms, members and messages are there again after a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ShownMessage } from '../../../src/chat/rest/shown-message.ts';
import { ChatApi } from './chat-api.ts';

const folder = mkdtempSync(join(tmpdir(), 'stompwire-'));
const open: ChatApi[] = [];

async function chat(): Promise<ChatApi> {
  const api = await ChatApi.start({ data: folder, rooms: 'members' });
  open.push(api);
  return api;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
  rmSync(folder, { recursive: true, force: true });
});

describe('a chat whose data is on disk', () => {
  // each start begins threads, which takes a busy machine long
  it('starts again with its rooms and messages, and an event stream goes on where it was', {
    timeout: 90_000,
  }, async () => {
    const before = await chat();
    await before.post('/rooms', { id: 'r', kind: 'private' }, { as: 'kim' });
    const contents = ['one', 'two', 'three'];
    for (const content of contents) await before.post('/rooms/r/messages', { content }, { as: 'kim' });
    const { body } = await before.get('/rooms/r/messages', { as: 'kim' });
    await before.close();

    const after = await chat();
    expect((await after.get('/rooms', { as: 'kim' })).body).toMatchObject([{ id: 'r', role: 'owner' }]);
    const read = await after.get('/rooms/r/messages', { as: 'kim' });
    expect(read.body).toMatchObject(body as object[]);
    expect((await after.get('/rooms/r/messages', { as: 'eve' })).status).toBe(404);
    const [first] = (body as ShownMessage[]).filter(({ content }) => content === 'one');
    const headers = { 'last-event-id': first!.messageId };
    const events = await after.stream('/rooms/r/subscribe', { as: 'kim', headers });
    await events.next('resume');
    for (const content of contents.slice(1)) await events.next('message', `"${content}"`);
  });
});
