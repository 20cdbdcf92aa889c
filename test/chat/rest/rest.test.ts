// The chat over HTTP: the same rooms, messages and rights as over STOMP.
import { describe, expect, it, vi } from 'vitest';
import type { ShownMessage } from '../../../src/chat/rest/shown-message.ts';
import { type Answer, type ChatApi, chat } from './chat-api.ts';

const messagesIn = ({ body }: Answer): ShownMessage[] => body as ShownMessage[];
const contents = (answer: Answer): string[] => messagesIn(answer).map(({ content }) => content);
const problem = ({ status, headers, body }: Answer) => ({
  status,
  type: headers['content-type'],
  kind: (body as { type: string }).type.replace('urn:stompwire:problem:', ''),
});
const ofKind = (status: number, kind: string) => ({
  status,
  type: 'application/problem+json; charset=utf-8',
  kind,
});

async function said(api: ChatApi, room: string, count: number): Promise<void> {
  for (let i = 1; i <= count; i++)
    await api.post(`/rooms/${room}/messages`, { content: `${i}` }, { as: 'kim' });
}

describe('messages', () => {
  it('are the same by REST, STOMP and SSE, whichever way they came', async () => {
    const api = await chat();
    const lee = await api.kit.connect({ login: 'lee' });
    const heard = await lee.subscribe('/topic/chat-room/r');
    const events = await api.stream('/rooms/r/subscribe', { as: 'ann' });
    const { status, body } = await api.post('/rooms/r/messages', { content: 'by REST' }, { as: 'kim' });
    expect(status).toBe(201);
    const { messageId, number, ...plain } = body as ShownMessage;
    expect(plain).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      roomId: 'r',
      sender: 'kim',
      content: 'by REST',
      sentAt: expect.stringMatching(/^\d{4}-.*Z$/),
      messageType: 'MESSAGE',
    });
    const frame = await heard.next();
    expect(frame.body).toEqual(plain);
    expect(frame.headers['message-id']).toBe(messageId);
    const event = await events.next();
    expect(event.id).toBe(messageId);
    expect(JSON.parse(event.data)).toEqual({ ...plain, messageId, number });
    await lee.send('/app/chat-room/r/send', { content: 'by STOMP' });
    const stomp = await heard.next();
    const read = messagesIn(await api.get('/rooms/r/messages'));
    expect(read[0]).toMatchObject(body as object);
    expect(read[1]).toMatchObject(stomp.body as object);
    expect(read[1]).toMatchObject(JSON.parse((await events.next()).data) as object);
    expect(read[1]!.number).toBeGreaterThan(number);
  });

  it('are read page by page, back and forth, and none is missed or seen twice', async () => {
    const api = await chat();
    await said(api, 'r', 7);
    const first = await api.get('/rooms/r/messages', { query: { limit: '3' } });
    expect(contents(first)).toEqual(['5', '6', '7']);
    const [, next] = /^<\/api\/chat(.*)>; rel="next"$/.exec(first.headers.link!)!;
    const second = await api.get(next!);
    expect(contents(second)).toEqual(['2', '3', '4']);
    const [, last] = /^<\/api\/chat(.*)>; rel="next"$/.exec(second.headers.link!)!;
    const third = await api.get(last!);
    expect(contents(third)).toEqual(['1']);
    expect(third.headers.link).toBeUndefined();
    const { number, messageId } = messagesIn(second)[1]!;
    for (const place of [String(number), messageId]) {
      for (const name of ['before', 'lastMessageId'])
        expect(contents(await api.get('/rooms/r/messages', { query: { [name]: place } }))).toEqual([
          '1',
          '2',
        ]);
      const after = await api.get('/rooms/r/messages', { query: { after: place, limit: '2' } });
      expect(contents(after)).toEqual(['4', '5']);
      const [, on] = /^<\/api\/chat(.*)>; rel="next"$/.exec(after.headers.link!)!;
      expect(contents(await api.get(on!))).toEqual(['6', '7']);
    }
  });

  it('are found by sender, by text and by time', async () => {
    const api = await chat();
    await said(api, 'r', 2);
    await api.post('/rooms/r/messages', { content: 'a needle, 바늘' }, { as: 'lee' });
    const query = async (asked: Record<string, string>) =>
      contents(await api.get('/rooms/r/messages', { query: asked }));
    expect(await query({ sender: 'lee' })).toEqual(['a needle, 바늘']);
    expect(await query({ q: 'needle' })).toEqual(['a needle, 바늘']);
    expect(await query({ q: '바늘' })).toEqual(['a needle, 바늘']);
    expect(await query({ q: 'NEEDLE ａ' })).toEqual(['a needle, 바늘']);
    for (const beside of ['kim', 'lee', 'MESSAGE', 'sender'])
      expect(await query({ q: beside }), beside).toEqual([]);
    expect(await query({ from: '2001-01-01T00:00:00Z', to: '2002-01-01T00:00:00Z' })).toEqual([]);
    expect(await query({ from: '0', to: '99999999999999' })).toHaveLength(3);
  });

  it('are folded once by a search, however many words it asks for', async () => {
    const api = await chat();
    const long = `${'ﷺ'.repeat(1000)} needle`;
    await api.post('/rooms/r/messages', { content: long }, { as: 'kim' });
    const folding = vi.spyOn(String.prototype, 'normalize');
    const folded = async (q: string): Promise<number> => {
      folding.mockClear();
      expect(contents(await api.get('/rooms/r/messages', { query: { q } }))).toEqual([long]);
      return folding.mock.contexts.filter((text) => String(text).length > 1000).length;
    };
    const once = await folded('needle');
    expect(await folded('needle e d le n ee '.repeat(10))).toBe(once);
    folding.mockRestore();
  });

  it('that are said again under their key are not said again, and are answered as the first', async () => {
    const api = await chat();
    const headers = { 'idempotency-key': 'k-1' };
    const first = await api.post('/rooms/r/messages', { content: 'once' }, { as: 'kim', headers });
    const again = await api.post('/rooms/r/messages', { content: 'twice?' }, { as: 'kim', headers });
    const field = await api.post('/rooms/r/messages', { content: 'x', idempotencyKey: 'k-1' }, { as: 'kim' });
    expect([first.status, again.status, field.status]).toEqual([201, 200, 200]);
    expect([again.body, field.body]).toEqual([first.body, first.body]);
    const other = await api.post('/rooms/r/messages', { content: 'mine' }, { as: 'lee', headers });
    expect(other.status).toBe(201);
    expect(contents(await api.get('/rooms/r/messages'))).toEqual(['once', 'mine']);
    const bad = await api.post(
      '/rooms/r/messages',
      { content: 'x' },
      { as: 'kim', headers: { 'idempotency-key': 'é' } },
    );
    expect(problem(bad)).toEqual(ofKind(400, 'bad-request'));
  });

  it('come back as they were said, and as nothing else', async () => {
    const api = await chat();
    const evil = '<script>alert(1)</script><img src=x onerror=alert(1)>\u2028"\\\u0000</script>';
    await api.post('/rooms/r/messages', { content: evil }, { as: '<b>kim</b>' });
    const answer = await api.get('/rooms/r/messages');
    expect(messagesIn(answer)[0]).toMatchObject({ content: evil, sender: '<b>kim</b>' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  it('that a program has published past the chat are shown all the same', async () => {
    const api = await chat();
    for (const payload of ['no JSON', { some: 'object' }, 'null', '"text"'])
      await api.kit.server.publish('/topic/chat-room/r', payload);
    expect(contents(await api.get('/rooms/r/messages'))).toEqual([
      'no JSON',
      '{"some":"object"}',
      'null',
      '"text"',
    ]);
    const events = await api.stream('/rooms/r/subscribe', { as: 'kim', query: { from: 'first' } });
    await events.next('resume');
    expect((await events.next()).data).toBe('no JSON');
  });

  it('that a program has published past the chat are searched, and none hides the others', async () => {
    const api = await chat();
    const odd = [
      { id: 1, content: { not: 'text' } },
      { id: 'x', content: 'said', mentions: 5, attachments: 'none', replyTo: 7 },
    ];
    for (const payload of odd) await api.kit.server.publish('/topic/chat-room/r', payload);
    const [first, second] = messagesIn(await api.get('/rooms/r/messages'));
    expect(first).toMatchObject({ content: JSON.stringify(odd[0]), messageType: 'MESSAGE' });
    expect(second).toMatchObject({ content: JSON.stringify(odd[1]), number: first!.number + 1 });
    expect(contents(await api.get('/rooms/r/messages', { query: { q: 'text' } }))).toEqual([
      JSON.stringify(odd[0]),
    ]);
  });
});

describe('rooms', () => {
  it('are made, listed, described, renamed and deleted', async () => {
    const api = await chat({ rooms: 'members' });
    const made = await api.post('/rooms', { id: 'r', name: 'Our room', kind: 'private' }, { as: 'kim' });
    expect(made).toMatchObject({ status: 201, headers: { location: '/api/chat/rooms/r' } });
    expect(made.body).toMatchObject({ id: 'r', name: 'Our room', kind: 'private', createdBy: 'kim' });
    expect((await api.get('/rooms', { as: 'kim' })).body).toMatchObject([{ id: 'r', role: 'owner' }]);
    expect((await api.get('/rooms', { as: 'lee' })).body).toEqual([]);
    expect((await api.get('/rooms/r', { as: 'kim' })).body).toMatchObject({ role: 'owner', members: 1 });
    const renamed = await api.ask('PATCH', '/rooms/r', { as: 'kim', body: { name: 'Ours' } });
    expect(renamed.body).toMatchObject({ name: 'Ours' });
    expect(problem(await api.post('/rooms', { id: 'r' }, { as: 'lee' }))).toEqual(ofKind(409, 'room-exists'));
    expect((await api.ask('DELETE', '/rooms/r', { as: 'kim' })).status).toBe(204);
    expect(problem(await api.get('/rooms/r', { as: 'kim' }))).toEqual(ofKind(404, 'no-such-room'));
  });

  it('of two people exist once, whoever asks, and are for the two', async () => {
    const api = await chat({ rooms: 'members' });
    const one = await api.post('/users/lee/rooms', {}, { as: 'kim' });
    const other = await api.ask('POST', '/users/kim/rooms', { as: 'lee' });
    expect(one.body).toMatchObject({ kind: 'direct', with: 'lee' });
    expect(other.body).toEqual({ ...(one.body as object), with: 'kim' });
    const { id } = one.body as { id: string };
    expect((await api.post(`/rooms/${id}/messages`, { content: 'psst' }, { as: 'lee' })).status).toBe(201);
    expect(problem(await api.get(`/rooms/${id}/messages`, { as: 'eve' }))).toEqual(
      ofKind(404, 'no-such-room'),
    );
    expect(problem(await api.post('/users/kim/rooms', {}, { as: 'kim' }))).toEqual(
      ofKind(400, 'bad-request'),
    );
  });

  it('have members, who are taken in, listed in parts, and sent out', async () => {
    const api = await chat({ rooms: 'members' });
    await api.post('/rooms', { id: 'r', kind: 'private' }, { as: 'kim' });
    for (const name of ['ann', 'lee'])
      expect((await api.ask('PUT', `/rooms/r/members/${name}`, { as: 'kim' })).status).toBe(204);
    await api.ask('PUT', '/rooms/r/members/lee', { as: 'kim', body: { role: 'reader' } });
    const part = await api.get('/rooms/r/members', { as: 'lee', query: { limit: '2' } });
    expect(part.body).toMatchObject([
      { user: 'ann', role: 'member' },
      { user: 'kim', role: 'owner' },
    ]);
    const [, next] = /^<\/api\/chat(.*)>; rel="next"$/.exec(part.headers.link!)!;
    expect((await api.get(next!)).body).toMatchObject([{ user: 'lee', role: 'reader' }]);
    expect(problem(await api.post('/rooms/r/messages', { content: 'x' }, { as: 'lee' }))).toEqual(
      ofKind(403, 'no-access'),
    );
    expect((await api.ask('DELETE', '/rooms/r/members/lee', { as: 'kim' })).status).toBe(204);
    expect(problem(await api.ask('DELETE', '/rooms/r/members/lee', { as: 'kim' }))).toEqual(
      ofKind(404, 'no-such-member'),
    );
  });

  it('that are open are there from the first who subscribes by name, as a member', async () => {
    const api = await chat();
    await api.stream('/rooms/7/subscribe', { as: '42' });
    expect((await api.get('/rooms', { as: '42' })).body).toMatchObject([{ id: '7', role: 'member' }]);
    await api.stream('/rooms/8/subscribe');
    expect((await api.get('/rooms')).body).toMatchObject([{ id: '7' }]);
  });
});

describe('users', () => {
  it('who are connected are listed, in parts', async () => {
    const api = await chat();
    for (const login of ['lee', 'kim', 'ann']) await api.kit.connect({ login });
    const first = await api.get('/users', { query: { limit: '2' } });
    expect(first.body).toEqual([
      { name: 'ann', online: true },
      { name: 'kim', online: true },
    ]);
    const [, next] = /^<\/api\/chat(.*)>; rel="next"$/.exec(first.headers.link!)!;
    expect((await api.get(next!)).body).toEqual([{ name: 'lee', online: true }]);
  });

  it('are listed once, in one order, whoever came first and however often, by guests and by names proven', async () => {
    const names = ['z', 'a', '김', 'é', 'B', '😀', '\uffee', 'm', 'a', 'm'];
    const sorted = [...new Set(names)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const options of [{}, { authenticated: false }]) {
      const authenticate = ({ login = 'who asks' }: { login: string | undefined }) => ({
        name: login,
        authenticated: true,
        roles: [],
        ...options,
      });
      const api = await chat({}, { authenticator: { proves: true, authenticate } });
      for (const login of names) await api.kit.connect({ login });
      for (const limit of [1, 3, 200]) {
        const listed: string[] = [];
        let next: string | undefined = `/users?limit=${limit}`;
        while (next !== undefined) {
          const part = await api.get(next);
          listed.push(...(part.body as { name: string }[]).map(({ name }) => name));
          next = /^<\/api\/chat(.*)>; rel="next"$/.exec(part.headers.link ?? '')?.[1];
        }
        expect(listed).toEqual(sorted);
      }
    }
  });
});

describe('an event stream of a room', () => {
  it('goes on behind Last-Event-ID', async () => {
    const api = await chat();
    await said(api, 'r', 3);
    const [first] = messagesIn(await api.get('/rooms/r/messages'));
    const events = await api.stream('/rooms/r/subscribe', {
      as: 'lee',
      headers: { 'last-event-id': first!.messageId },
    });
    expect((await events.next()).name).toBe('resume');
    const data = [await events.next(), await events.next()].map(
      (event) => JSON.parse(event.data) as ShownMessage,
    );
    expect(data.map(({ content }) => content)).toEqual(['2', '3']);
    expect(data[0]!.number).toBeGreaterThan(first!.number);
  });

  it('ends for who is sent out: nothing later is heard, and coming back is refused', async () => {
    const api = await chat({ rooms: 'members' });
    await api.post('/rooms', { id: 'r', kind: 'private' }, { as: 'kim' });
    await api.ask('PUT', '/rooms/r/members/lee', { as: 'kim' });
    const events = await api.stream('/rooms/r/subscribe', { as: 'lee' });
    const others = await api.stream('/rooms/r/subscribe', { as: 'kim' });
    await api.ask('DELETE', '/rooms/r/members/lee', { as: 'kim' });
    await api.post('/rooms/r/messages', { content: 'among us' }, { as: 'kim' });
    await others.next('message', 'among us');
    await events.end();
    expect(events.events.map(({ name }) => name)).toEqual(['error']);
    expect(events.text).not.toContain('among us');
    await expect(api.stream('/rooms/r/subscribe', { as: 'lee' })).rejects.toThrow('404');
  });

  it('ends for everybody when its room is deleted', async () => {
    const api = await chat({ rooms: 'members' });
    await api.post('/rooms', { id: 'r' }, { as: 'kim' });
    const events = await api.stream('/rooms/r/subscribe', { as: 'lee' });
    await api.ask('DELETE', '/rooms/r', { as: 'kim' });
    expect((await events.next()).data).toContain("room 'r' was deleted");
    await events.end();
  });

  it('is opened by GET alone', async () => {
    const api = await chat();
    const { statusCode } = await api.kit.server.http.inject({
      method: 'HEAD',
      url: '/api/chat/rooms/r/subscribe?userId=kim',
      headers: { host: 'localhost' },
    });
    expect(statusCode).toBe(404);
    expect([...api.kit.server.users.sessions()]).toEqual([]);
  });
});
