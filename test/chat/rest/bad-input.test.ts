// What may not be over HTTP: strangers, rooms and cursors of elsewhere, bodies of the wrong kind, pages of others.
import { describe, expect, it } from 'vitest';
import { type Answer, chat } from './chat-api.ts';

const told = ({ status, headers, body }: Answer): string => {
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(body).toMatchObject({ status });
  return `${status} ${(body as { type: string }).type.replace('urn:stompwire:problem:', '')}`;
};

describe('somebody who is no member', () => {
  it('neither reads, nor writes, nor hears, nor learns that the room is there', async () => {
    const api = await chat({ rooms: 'members' });
    await api.post('/rooms', { id: 'r', kind: 'private' }, { as: 'kim' });
    await api.post('/rooms/r/messages', { content: 'secret' }, { as: 'kim' });
    const eve = { as: 'eve' };
    const asked = (room: string) => [
      api.get(`/rooms/${room}`, eve),
      api.get(`/rooms/${room}/messages`, eve),
      api.get(`/rooms/${room}/members`, eve),
      api.get(`/rooms/${room}/subscribe`, eve),
      api.post(`/rooms/${room}/messages`, { content: 'hi' }, eve),
      api.ask('PUT', `/rooms/${room}/members/eve`, eve),
      api.ask('PATCH', `/rooms/${room}`, { ...eve, body: { name: 'mine' } }),
      api.ask('DELETE', `/rooms/${room}`, eve),
      api.ask('DELETE', `/rooms/${room}/members/kim`, eve),
    ];
    const [there, nowhere] = [await Promise.all(asked('r')), await Promise.all(asked('nowhere'))];
    for (const [at, answer] of there.entries()) {
      expect(told(answer)).toBe('404 no-such-room');
      const { detail } = answer.body as { detail: string };
      expect(detail.replaceAll("'r'", "'nowhere'")).toBe((nowhere[at]!.body as { detail: string }).detail);
    }
    expect(await api.get('/rooms', { ...eve, query: { of: 'public' } })).toMatchObject({ body: [] });
    expect([...api.kit.server.users.sessions()]).toEqual([]);
  });
});

describe('places of elsewhere', () => {
  it('are refused: cursors, message-ids, last events, numbers that are none', async () => {
    const api = await chat();
    for (const room of ['r', 'q'])
      for (const content of ['1', '2', '3'])
        await api.post(`/rooms/${room}/messages`, { content }, { as: 'kim' });
    const page = await api.get('/rooms/r/messages', { query: { limit: '1' } });
    const [, cursor] = /cursor=([^&>]+)/.exec(page.headers.link!)!;
    const { messageId } = (page.body as { messageId: string }[])[0]!;
    const inQ = (query: Record<string, string>) => api.get('/rooms/q/messages', { query });
    expect(told(await inQ({ cursor: cursor!, limit: '1' }))).toBe('400 bad-cursor');
    expect(told(await inQ({ cursor: 'AAAA' }))).toBe('400 bad-cursor');
    expect(told(await inQ({ before: messageId }))).toBe('400 bad-resume');
    expect(told(await inQ({ lastMessageId: messageId }))).toBe('400 bad-resume');
    for (const after of ['-1', '1.5', 'x', '1e3', 'AAAAAAAAAAAA.1-1', '9'.repeat(60)])
      expect(told(await inQ({ after })), after).toBe('400 bad-resume');
    const headers = { 'last-event-id': messageId };
    expect(told(await api.get('/rooms/q/subscribe', { as: 'kim', headers }))).toBe('400 bad-resume');
    for (const query of [
      { limit: '0' },
      { limit: '201' },
      { limit: 'x' },
      { from: 'yesterday' },
      { q: '' },
      { of: 'x' },
    ])
      expect(
        told(
          await api.get(
            'limit' in query || 'from' in query || 'q' in query ? '/rooms/r/messages' : '/rooms',
            { query: query as unknown as Record<string, string> },
          ),
        ),
      ).toBe('400 bad-request');
  });

  it('are rooms that no room is named as', async () => {
    const api = await chat();
    for (const room of [
      '%2e%2e',
      'a%2Fb',
      '*',
      '**',
      'a%20b',
      '%3Cscript%3E',
      'x'.repeat(65),
      'a%0Ab',
      '%00',
      'r.x',
    ])
      for (const answer of [
        await api.get(`/rooms/${room}/messages`, { as: 'kim' }),
        await api.post(`/rooms/${room}/messages`, { content: 'x' }, { as: 'kim' }),
        await api.get(`/rooms/${room}/subscribe`, { as: 'kim' }),
      ])
        expect(['400 bad-request', '404 not-found'], room).toContain(told(answer));
    const { statusCode } = await api.kit.server.http.inject('/api/chat/rooms/%zz/messages');
    expect(statusCode).toBe(400);
    expect((await api.get('/rooms')).body).toEqual([]);
  });
});

describe('a body', () => {
  it('of a million characters is refused, and the server lives', async () => {
    const api = await chat();
    const post = (content: string) => api.post('/rooms/r/messages', { content }, { as: 'kim' });
    expect(told(await post('x'.repeat(1_000_000)))).toBe('413 too-large');
    const long = await post('x'.repeat(10_001));
    expect(told(long)).toBe('413 message-too-long');
    expect(long.body).toMatchObject({ detail: expect.stringContaining('10000 characters') });
    const said = await post('😀'.repeat(5000));
    expect(said.status).toBe(201);
    const path = `/rooms/r/messages/${(said.body as { messageId: string }).messageId}`;
    const edit = (content: string) => api.ask('PATCH', path, { as: 'kim', body: { content } });
    expect(told(await edit('x'.repeat(1_000_000)))).toBe('413 too-large');
    expect(told(await edit('x'.repeat(10_001)))).toBe('413 message-too-long');
    expect(await api.get(path)).toMatchObject({ body: { content: '😀'.repeat(5000) } });
  });

  it('that is not what is expected says so, and changes nothing', async () => {
    const api = await chat();
    for (const body of [
      {},
      { content: '' },
      { content: 5 },
      { content: null },
      { content: ['a'] },
      [],
      { text: 'x' },
    ])
      expect(told(await api.post('/rooms/r/messages', body, { as: 'kim' })), JSON.stringify(body)).toBe(
        '400 bad-request',
      );
    for (const body of [{ kind: 'direct' }, { id: 'a b' }, { name: '' }, { name: 'a\u0000b' }, { id: 5 }])
      expect(told(await api.post('/rooms', body, { as: 'kim' })), JSON.stringify(body)).toBe(
        '400 bad-request',
      );
    expect((await api.get('/rooms')).body).toEqual([]);
  });

  it('claims nothing: neither who sends, nor what it is, nor a prototype', async () => {
    const api = await chat();
    const claims = '{"content":"x","sender":"admin","id":"1","messageType":"SYSTEM","roomId":"q","number":1}';
    const headers = { 'content-type': 'application/json' };
    const answer = await api.post('/rooms/r/messages', claims, { as: 'kim', headers });
    expect(answer.body).toMatchObject({ sender: 'kim', messageType: 'MESSAGE', roomId: 'r' });
    for (const body of [
      '{"content":"x","__proto__":{"userId":"admin"}}',
      '{"content":"x","constructor":{"prototype":{}}}',
      '{',
      '{"content":',
    ])
      expect(told(await api.post('/rooms/r/messages', body, { as: 'kim', headers }))).toBe('400 bad-request');
  });

  it('is JSON: what a form of a stranger may send without asking is refused', async () => {
    const api = await chat();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/html',
    ])
      expect(
        told(
          await api.post('/rooms/r/messages', '{"content":"x"}', {
            as: 'kim',
            headers: { 'content-type': type },
          }),
        ),
      ).toBe('415 unsupported-media-type');
    expect((await api.get('/rooms/r/messages')).body).toEqual([]);
  });
});

describe('a page of others', () => {
  it('is refused whatever it asks for, and told so in a problem', async () => {
    const api = await chat({ origins: ['https://*.friends.example'] });
    const headers = { origin: 'https://evil.example' };
    for (const answer of [
      await api.get('/rooms', { headers }),
      await api.post('/rooms/r/messages', { content: 'x' }, { as: 'kim', headers }),
      await api.ask('DELETE', '/rooms/r', { as: 'kim', headers }),
      await api.get('/rooms/r/subscribe', { as: 'kim', headers }),
      await api.get('/rooms', { headers: { host: 'rebound.evil.example' } }),
    ]) {
      expect(told(answer)).toBe('403 denied');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect((await api.get('/rooms/r/messages')).body).toEqual([]);
  });

  it('of a listed origin reads, after asking; cookies stay out', async () => {
    const api = await chat({ origins: ['https://*.friends.example'] });
    const origin = 'https://chat.friends.example';
    const answer = await api.get('/rooms', { headers: { origin } });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    const preflight = await api.kit.server.http.inject({
      method: 'OPTIONS',
      url: '/api/chat/rooms/r/messages',
      headers: { host: 'localhost', origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers['access-control-allow-headers']).toContain('content-type');
  });
});

describe('who asks', () => {
  it('is said where it must be, and is a name that somebody may have', async () => {
    const api = await chat();
    expect(told(await api.post('/rooms/r/messages', { content: 'x' }))).toBe('400 bad-request');
    expect(told(await api.post('/rooms', {}))).toBe('400 bad-request');
    for (const name of ['', ' ', 'a\nb', 'x'.repeat(200), '\u202e'])
      expect(told(await api.post('/rooms/r/messages', { content: 'x' }, { as: name })), name).toMatch(
        /^40[01] /,
      );
    const numbered = await api.post('/rooms/7/messages', { content: 'x', userId: 42 });
    expect(numbered.body).toMatchObject({ sender: '42' });
  });
});

describe('what is not there', () => {
  it('is told in a problem, whatever the method', async () => {
    const api = await chat();
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
      expect(told(await api.ask(method, '/nothing', { as: 'kim' }))).toBe('404 not-found');
    expect(told(await api.ask('PUT', '/rooms', { as: 'kim' }))).toBe('404 not-found');
  });
});
