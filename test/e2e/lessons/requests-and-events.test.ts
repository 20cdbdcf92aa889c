// A chat without WebSocket: requests to say and to read, one stream of events to hear, which comes back by itself.
import { afterEach, describe, expect, it } from 'vitest';
import { EventReader } from '../../event-reader.ts';
import { requires } from '../../servers/requires.ts';
import { type Built, closeAll, folder, serve } from './built.ts';

const redis = requires('redis');
afterEach(closeAll);

interface Said {
  readonly content: string;
  readonly number: number;
  readonly sender: string;
}

const contents = (said: readonly Said[]): string[] => said.map(({ content }) => content);
const messages = (server: Built, room: string, query = ''): Promise<Said[]> =>
  server.get<Said[]>(`/api/chat/rooms/${room}/messages${query}`);

async function stream(server: Built, path: string, last?: string): Promise<[EventReader, AbortController]> {
  const gone = new AbortController();
  const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
  const response = await fetch(server.http + path, { headers, signal: gone.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  return [new EventReader(response.body!), gone];
}

describe('requests and events', () => {
  it('rooms are made, listed, described and deleted by users that number themselves', async () => {
    const server = await serve();
    const room = await server.post<{ id: string }>('/api/chat/rooms', { userId: 7, name: 'Lunch' });
    expect(await server.get('/api/chat/rooms?userId=7')).toMatchObject([{ id: room.id, name: 'Lunch' }]);
    expect(await server.get(`/api/chat/rooms/${room.id}?userId=7`)).toMatchObject({ name: 'Lunch' });
    const gone = await fetch(`${server.http}/api/chat/rooms/${room.id}?userId=7`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    expect(await server.get('/api/chat/rooms?userId=7')).toEqual([]);
  });

  it('parameters are all that a client has to say: who asks, and in numbers', async () => {
    const server = await serve();
    const asked = (method: string, path: string): Promise<Response> =>
      fetch(`${server.http}/api/chat${path}`, { method });
    const made = await asked('POST', '/rooms?userId=7');
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    expect(await server.get('/api/chat/rooms?userId=7')).toMatchObject([{ id }]);
    const two = (await (await asked('POST', '/users/8/rooms?userId=7')).json()) as { id: string };
    expect(await server.get('/api/chat/rooms?userId=8')).toMatchObject([{ id: two.id }]);
    // what a client of that kind says beside its words is the server's to say
    const body = { userId: 7, roomId: 3, sender: 'someone', messageType: 'MESSAGE', content: 'hi' };
    const said = await server.post('/api/chat/rooms/3/messages', body);
    expect(said).toMatchObject({ sender: '7', roomId: '3', messageType: 'MESSAGE', content: 'hi' });
  });

  it('whoever subscribes to a room that is not there makes it, and belongs to it', async () => {
    const server = await serve();
    await stream(server, '/api/chat/rooms/3/subscribe?userId=2');
    expect(await server.get('/api/chat/rooms?userId=2')).toMatchObject([{ id: '3' }]);
    expect(await server.get('/api/chat/rooms/3/members')).toMatchObject([{ user: '2' }]);
  });

  it.runIf(redis)('what is posted to one node is heard from another', async () => {
    const node = () => serve('--broker', redis!, '--history', 'off');
    const [here, there] = [await node(), await node()];
    const room = `r${process.pid}-${Date.now()}`;
    const [events] = await stream(there, `/api/chat/rooms/${room}/subscribe?userId=2`);
    await here.post(`/api/chat/rooms/${room}/messages`, { userId: 1, content: 'over Redis' });
    expect(JSON.parse((await events.next('message')).data)).toMatchObject({ content: 'over Redis' });
    const read = (server: Built): Promise<Said[]> => messages(server, room);
    expect(contents(await read(there))).toEqual(contents(await read(here)));
  });

  it('a room of two exists once, whoever of them asks for it', async () => {
    const server = await serve();
    const one = await server.post<{ id: string }>('/api/chat/users/bob/rooms', { userId: 'ann' });
    const other = await server.post<{ id: string }>('/api/chat/users/ann/rooms', { userId: 'bob' });
    expect(other.id).toBe(one.id);
  });

  it('what was said before a message is read from its number on, page by page', async () => {
    const server = await serve();
    for (let n = 1; n <= 7; n++)
      await server.post('/api/chat/rooms/1/messages', { userId: 'ann', content: `n${n}` });
    const newest = await messages(server, '1', '?limit=3');
    expect(contents(newest)).toEqual(['n5', 'n6', 'n7']);
    const earlier = await messages(server, '1', `?limit=3&lastMessageId=${newest[0]!.number}`);
    expect(contents(earlier)).toEqual(['n2', 'n3', 'n4']);
    expect(contents(await messages(server, '1', `?lastMessageId=${earlier[0]!.number}`))).toEqual(['n1']);
  });

  it('a stream that was cut comes back to where it was, also past a restart', async () => {
    const data = folder();
    const server = await serve('--data', data);
    const [events, gone] = await stream(server, '/api/chat/rooms/1/subscribe?userId=2');
    const page = await server.page('/ws');
    await page.send('/app/chat-room/1/send', JSON.stringify({ content: 'by STOMP' }));
    const first = await events.next('message');
    expect(JSON.parse(first.data)).toMatchObject({ content: 'by STOMP', roomId: '1' });
    gone.abort();
    await server.post('/api/chat/rooms/1/messages', { userId: 'ann', content: 'while away' });
    await server.stop('SIGTERM');
    const again = await serve('--data', data);
    const [resumed] = await stream(again, '/api/chat/rooms/1/subscribe?userId=2', first.id);
    expect(JSON.parse((await resumed.next('resume')).data)).toEqual({ resume: 'complete' });
    expect(JSON.parse((await resumed.next('message')).data)).toMatchObject({ content: 'while away' });
    await again.post('/api/chat/rooms/1/messages', { userId: 'ann', content: 'and on' });
    expect(JSON.parse((await resumed.next('message')).data)).toMatchObject({ content: 'and on' });
    expect(resumed.events.filter(({ name }) => name === 'message')).toHaveLength(2);
  });

  it('who is there can be chosen to write to', async () => {
    const server = await serve();
    await server.page('/ws', { connectHeaders: { host: 'any', login: 'kim' } });
    expect(await server.get('/api/chat/users')).toContainEqual({ name: 'kim', online: true });
  });
});
