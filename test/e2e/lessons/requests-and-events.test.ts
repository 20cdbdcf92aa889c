// A chat without WebSocket: requests to say and to read, one stream of events to hear, which comes back by itself.
import { afterEach, describe, expect, it } from 'vitest';
import { EventReader } from '../../event-reader.ts';
import { type Built, closeAll, folder, serve } from './built.ts';

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
