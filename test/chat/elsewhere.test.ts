// Names and numbers of elsewhere: messages of other rooms, numbers beyond all bounds, and names that are none.
import { describe, expect, it } from 'vitest';
import type { TestClient } from '../../src/testing.ts';
import { type ChatApi, chat } from './rest/chat-api.ts';

interface Rooms {
  readonly api: ChatApi;
  /** Of kim in a private room in which eve is nobody. */
  readonly theirs: string;
  /** Of eve in a room of her own. */
  readonly hers: string;
  readonly eve: TestClient;
}

async function rooms(): Promise<Rooms> {
  const api = await chat({ rooms: 'members', systemMessages: 'off' });
  const said: string[] = [];
  for (const [id, as] of [
    ['theirs', 'kim'],
    ['hers', 'eve'],
  ] as const) {
    await api.post('/rooms', { id, kind: 'private' }, { as });
    const { body } = await api.post(`/rooms/${id}/messages`, { content: `in ${id}` }, { as });
    said.push((body as { messageId: string }).messageId);
  }
  return { api, theirs: said[0]!, hers: said[1]!, eve: await api.kit.connect({ login: 'eve' }) };
}

/** A message-id as they are, of no room at all. */
const ofNowhere = 'AAAAAAAAAAAA.1-1';

describe('a message of another room', () => {
  it.each([
    ['GET', 'messages/{of}', undefined],
    ['PATCH', 'messages/{of}', { content: 'mine' }],
    ['DELETE', 'messages/{of}', undefined],
    ['PUT', 'messages/{of}/reactions/%F0%9F%91%8D', undefined],
    ['DELETE', 'messages/{of}/reactions/%F0%9F%91%8D', undefined],
    ['POST', 'messages', { content: 'an answer', replyTo: '{of}' }],
    ['PUT', 'read', { messageId: '{of}' }],
    ['GET', 'messages?before={of}', undefined],
    ['GET', 'messages?after={of}', undefined],
    ['GET', 'messages?lastMessageId={of}', undefined],
  ] as const)('is none of this one over HTTP: %s %s, told as one of nowhere', async (method, path, said) => {
    const { api, theirs, hers } = await rooms();
    const ask = (of: string, room = 'hers') => {
      const [bare = '', query] = path.replace('{of}', of).split('?');
      const body = said && (JSON.parse(JSON.stringify(said).replace('{of}', of)) as object);
      const more = query === undefined ? {} : { query: Object.fromEntries(new URLSearchParams(query)) };
      return api.ask(method, `/rooms/${room}/${bare}`, { as: 'eve', ...more, ...(body && { body }) });
    };
    const [foreign, unknown] = [await ask(theirs), await ask(ofNowhere)];
    expect(foreign.status).toBeGreaterThanOrEqual(400);
    expect(foreign.status).toBeLessThan(405);
    expect(JSON.stringify(foreign.body).replaceAll(theirs, ofNowhere)).toBe(
      JSON.stringify(unknown.body).replaceAll(theirs, ofNowhere),
    );
    expect((await ask(theirs, 'theirs')).body).toMatchObject({
      type: 'urn:stompwire:problem:no-such-room',
    });
    expect((await ask(hers)).status).toBeLessThan(300);
    const kept = await api.get('/rooms/theirs/messages', { as: 'kim' });
    expect(kept.body).toMatchObject([{ content: 'in theirs' }]);
    expect((kept.body as object[])[0]).not.toHaveProperty('reactions');
  });

  it.each([
    ['edit', { of: '{of}', content: 'mine' }],
    ['delete', { of: '{of}' }],
    ['react', { of: '{of}', emoji: '👍' }],
    ['send', { content: 'an answer', replyTo: '{of}' }],
    ['read', { messageId: '{of}' }],
  ])('is none of this one over STOMP: %s, told as one of nowhere', async (what, body) => {
    const { eve, theirs, hers } = await rooms();
    const say = (of: string, room = 'hers'): Promise<unknown> =>
      eve.send(`/app/chat-room/${room}/${what}`, JSON.parse(JSON.stringify(body).replace('{of}', of))).then(
        () => 'done',
        (error: Error) => error.message.replaceAll(of, '{of}'),
      );
    expect(await say(theirs)).toMatch(/was refused \(bad-(payload|resume)\)/);
    expect(await say(theirs)).toBe(await say(ofNowhere));
    expect(await say(theirs, 'theirs')).toMatch(/was refused \(no-access\)/);
    expect(await say(hers)).toBe('done');
  });

  it('is no place to resume from, nor for an event stream', async () => {
    const { api, eve, theirs, hers } = await rooms();
    const from = (id: string) => eve.subscribe('/topic/chat-room/hers', { 'resume-from': id });
    await expect(from(theirs)).rejects.toMatchObject({ code: 'bad-resume' });
    await from(hers);
    const stream = (id: string) =>
      api.get('/rooms/hers/subscribe', { as: 'eve', headers: { 'last-event-id': id } });
    expect((await stream(theirs)).body).toMatchObject({ type: 'urn:stompwire:problem:bad-resume' });
  });

  it('of the same number is the message of the room that is named', async () => {
    const { api } = await rooms();
    const numberIn = async (room: string, as: string): Promise<number> =>
      ((await api.get(`/rooms/${room}/messages`, { as })).body as { number: number }[])[0]!.number;
    const number = await numberIn('theirs', 'kim');
    const shown = await api.get(`/rooms/hers/messages/${number}`, { as: 'eve' });
    if (number === (await numberIn('hers', 'eve'))) expect(shown.body).toMatchObject({ content: 'in hers' });
    else expect(shown.status).toBe(404);
  });
});

describe('a number beyond all bounds', () => {
  const huge = [
    '9007199254740991',
    '9007199254740993',
    '9'.repeat(30),
    '1e309',
    'Infinity',
    '-Infinity',
    '-1',
    '0x10',
    '1.5',
    'NaN',
  ];

  it.each(huge)('is told so and harms nothing: %s', async (number) => {
    const { api } = await rooms();
    for (const [path, query] of [
      [`/rooms/hers/messages/${number}`, {}],
      ['/rooms/hers/messages', { before: number }],
      ['/rooms/hers/messages', { after: number }],
      ['/rooms/hers/messages', { limit: number }],
      ['/rooms/hers/messages', { from: number.repeat(2) }],
      ['/rooms/hers/members', { limit: number }],
      ['/rooms', { limit: number }],
      ['/users', { limit: number }],
    ] as const)
      expect([200, 400, 404], `${path} ${JSON.stringify(query)}`).toContain(
        (await api.get(path, { as: 'eve', query })).status,
      );
    for (const headers of [{ 'content-type': 'application/json' }]) {
      const body = `{"number":${number}}`;
      const { status } = await api.ask('PUT', '/rooms/hers/read', { as: 'eve', body, headers });
      expect([200, 400]).toContain(status);
    }
    const { body } = await api.get('/rooms/hers/messages', { as: 'eve' });
    expect(body).toMatchObject([{ content: 'in hers' }]);
  });
});
