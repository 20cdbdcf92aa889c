// Presence, read marks and unread counts over HTTP.
import { expect, it } from 'vitest';
import { type ChatApi, chat } from './chat-api.ts';

async function room(): Promise<ChatApi> {
  const api = await chat({ rooms: 'members', presenceGather: 10 });
  await api.post('/rooms', { id: 'r', kind: 'private' }, { as: 'kim' });
  await api.ask('PUT', '/rooms/r/members/lee', { as: 'kim', body: {} });
  return api;
}

it('tells who is in a room, and when somebody was last seen', async () => {
  const api = await room();
  const presenceOf = async (user: string): Promise<unknown> =>
    ((await api.get('/presence', { as: 'kim', query: { user } })).body as unknown[])[0];
  expect(await api.get('/rooms/r/presence', { as: 'kim' })).toMatchObject({
    status: 200,
    body: { roomId: 'r', count: 0, people: [] },
  });
  const lee = await api.kit.connect({ login: 'lee' });
  await lee.subscribe('/topic/chat-room/r');
  const people = async () =>
    ((await api.get('/rooms/r/presence', { as: 'kim' })).body as { people: unknown[] }).people;
  await expect.poll(people).toEqual([{ user: 'lee', state: 'online' }]);
  expect(await presenceOf('lee')).toEqual({
    user: 'lee',
    state: 'online',
  });
  const url = '/api/chat/presence?user=lee&user=nobody&userId=kim';
  const both = await api.kit.server.http.inject({ url, headers: { host: 'localhost' } });
  expect(both.json()).toMatchObject([{ state: 'online' }, { state: 'offline' }]);
  lee.cut();
  await expect.poll(people).toEqual([]);
  expect(await presenceOf('lee')).toEqual({
    ...{ user: 'lee', state: 'offline' },
    lastSeen: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(await presenceOf('nobody')).toEqual({
    user: 'nobody',
    state: 'offline',
  });
});

it('counts who hears a room as an event stream', async () => {
  const api = await room();
  await api.stream('/rooms/r/subscribe', { as: 'lee' });
  const count = async () => (await api.get('/rooms/r/presence', { as: 'kim' })).body;
  await expect.poll(count).toMatchObject({ count: 1, people: [{ user: 'lee', state: 'online' }] });
});

it('tells what is unread, and takes how far somebody has read', async () => {
  const api = await room();
  const said = [];
  for (const content of ['one', 'two', 'three'])
    said.push((await api.post('/rooms/r/messages', { content }, { as: 'kim' })).body as { number: number });
  const unread = async (as: string) => (await api.get('/rooms/r/unread', { as })).body;
  expect(await unread('lee')).toMatchObject({ unread: 3, read: 0 });
  const { number } = said[1]!;
  const read = { as: 'lee', body: { number } };
  expect(await api.ask('PUT', '/rooms/r/read', read)).toMatchObject({ status: 200, body: { number } });
  const back = { as: 'lee', body: { number: said[0]!.number } };
  expect(await api.ask('PUT', '/rooms/r/read', back)).toMatchObject({ body: { number } });
  expect((await api.get('/unread', { as: 'lee' })).body).toMatchObject([
    { roomId: 'r', unread: 1, read: number },
  ]);
  expect(await unread('kim')).toMatchObject({ unread: 0 });
});

it('tells strangers nothing, and takes nothing that is no place', async () => {
  const api = await room();
  for (const path of ['/rooms/r/presence', '/rooms/r/unread', '/rooms/nowhere/presence'])
    expect((await api.get(path, { as: 'eve' })).status).toBe(404);
  expect((await api.ask('PUT', '/rooms/r/read', { as: 'eve', body: { number: 1 } })).status).toBe(404);
  expect((await api.get('/unread', { as: 'eve' })).body).toEqual([]);
  for (const body of [{}, { number: -1 }, { number: 'x' }, { messageId: 'of elsewhere' }])
    expect((await api.ask('PUT', '/rooms/r/read', { as: 'kim', body })).status).toBe(400);
});
