// Who is no member of a room has nothing of it over STOMP, and is told the same as of a room that is not there.
import { afterEach, describe, expect, it } from 'vitest';
import { installChat } from '../../src/chat/chat.ts';
import type { Config } from '../../src/index.ts';
import { Refusal, startTestApp, type TestApp, type TestClient } from '../../src/testing.ts';

const open: TestApp[] = [];
const id = 'inner-circle';
const room = `/topic/chat-room/${id}`;
const app = `/app/chat-room/${id}`;

afterEach(async () => {
  await Promise.all(open.splice(0).map((kit) => kit.close()));
});

interface Chat {
  readonly kit: TestApp;
  readonly owner: TestClient;
  readonly member: TestClient;
  /** Of what kim has said. */
  readonly number: number;
}

/** A private room of kim and lee, in which something was said. */
async function chat(options: Partial<Config> = {}): Promise<Chat> {
  const kit = await startTestApp((server) => installChat(server), {
    options: { rooms: 'members', systemMessages: 'off', ...options },
  });
  open.push(kit);
  const [owner, member] = [await kit.connect({ login: 'kim' }), await kit.connect({ login: 'lee' })];
  await owner.send('/app/chat-rooms/create', { id, kind: 'private' });
  await owner.send(`${app}/invite`, { user: 'lee' });
  await owner.send(`${app}/send`, { content: 'secret' });
  const { messages } = await kit.server.history.page(room);
  return { kit, owner, member, number: messages[0]!.number };
}

/** How something was refused, whichever room it was about. */
async function refusalOf(done: Promise<unknown>, roomId = id): Promise<string> {
  const error = await done.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refusal)) throw error;
  return `${error.code}: ${error.message.replaceAll(roomId, '{room}')}`;
}

type Asked = readonly [destination: string, headers: Record<string, string>];

const subscriptions: readonly Asked[] = [
  [room, {}],
  [room, { 'resume-from': 'first' }],
  [room, { 'resume-from': 'last-5' }],
  [room, { ack: 'client' }],
  [room, { ack: 'client-individual' }],
  [room, { durable: 'true', id: 'mine' }],
  ...['typing', 'presence', 'read'].map((what) => [`${room}/${what}`, {}] as const),
  ...['description', 'members', 'presence', 'read', 'unread'].map((what) => [`${app}/${what}`, {}] as const),
];

describe('a stranger', () => {
  it.each(subscriptions)('does not subscribe to %s %o, as members do', async (destination, headers) => {
    const { kit, member } = await chat();
    const eve = await kit.connect({ login: 'eve' });
    const [there, nowhere] = [
      await refusalOf(eve.subscribe(destination, headers)),
      await refusalOf(eve.subscribe(destination.replace(id, 'nowhere'), headers), 'nowhere'),
    ];
    expect(there).toMatch(/^no-access: .*is not there, or 'eve' is no member of it/);
    expect(there).toBe(nowhere);
    await member.subscribe(destination, headers);
  });

  it.each([
    ['send', { content: 'let me in' }],
    ['send', { content: 'an answer', replyTo: '{number}' }],
    ['edit', { of: '{number}', content: 'mine' }],
    ['delete', { of: '{number}' }],
    ['react', { of: '{number}', emoji: '👍' }],
    ['typing', {}],
    ['read', { number: 1 }],
    ['join', {}],
    ['leave', {}],
    ['invite', { user: 'eve' }],
    ['remove', { user: 'lee' }],
    ['rename', { name: 'mine' }],
    ['delete-room', {}],
  ])('does not %s %o there, as the owner does', async (what, body) => {
    const { kit, owner, member, number } = await chat();
    const eve = await kit.connect({ login: 'eve' });
    const said = JSON.parse(JSON.stringify(body).replace('{number}', String(number))) as object;
    const heard = await member.subscribe(room);
    const [there, nowhere] = [
      await refusalOf(eve.send(`${app}/${what}`, said)),
      await refusalOf(eve.send(`/app/chat-room/nowhere/${what}`, said), 'nowhere'),
    ];
    expect(there).toMatch(/^no-access: .*is not there, or 'eve' is no member of it/);
    expect(there).toBe(nowhere);
    await heard.expectNothing();
    if (what !== 'leave') await owner.send(`${app}/${what}`, said); // the last owner stays
  });

  it.each([
    ...[
      '/topic/**',
      `/topic/*/${id}`,
      '/topic/chat-room/*',
      `/topic/chat-room/?${id.slice(1)}`,
      `/topic/chat-r*/${id}`,
    ],
    ...[`/topic/**/${id}`, `${room}/*`, `${room}/**`, `${room}*`, '/**', `/*/chat-room/${id}`],
  ])('does not hear it by the pattern %s, nor does a member', async (pattern) => {
    const { kit } = await chat();
    for (const [login, headers] of [
      ['eve', {}],
      ['eve', { durable: 'true', id: 'mine' }],
      ['eve', { ack: 'client' }],
      ['lee', {}],
    ] as const) {
      const client = await kit.connect({ login });
      await expect(client.subscribe(pattern, headers)).rejects.toMatchObject({
        code: expect.stringMatching(/^(denied|not-supported)$/),
      });
    }
    const eve = await kit.connect({ login: 'eve' });
    await eve.subscribe('/topic/news/**');
  });

  it.each([
    ['rabbitmq', '/topic/#'],
    ['rabbitmq', '/topic/*'],
    ['rabbitmq', '/exchange/amq.topic/#'],
    ['activemq', '/topic/>'],
    ['activemq', '/topic/*'],
  ] as const)('does not hear it as clients of %s call it: %s', async (compat, pattern) => {
    const { kit, owner, member } = await chat({ compat });
    const eve = await kit.connect({ login: 'eve' });
    const [own, heard] = [await member.subscribe(room), await eve.subscribe(pattern).catch(() => undefined)];
    await owner.send(`${app}/send`, { content: 'among us' });
    await own.next({ matching: { body: { content: 'among us' } } });
    await heard?.expectNothing();
  });

  it.each([
    ...[
      `${room}/`,
      `${room}//`,
      `/topic//chat-room/${id}`,
      `/topic/./chat-room/${id}`,
      `/topic/x/../chat-room/${id}`,
    ],
    ...[
      `${room} `,
      ` ${room}`,
      `${room}\t`,
      `${room}\u0000`,
      `${room}\u200b`,
      `${room}\u202e`,
      `${room};x`,
      `${room}?x`,
    ],
    ...[
      `${room}#`,
      room.replace('i', '%69'),
      room.replace('/chat', '%2Fchat'),
      room.toUpperCase(),
      `${room}%00`,
    ],
    ...[
      room.replace('inner', 'ｉnner'),
      `/queue${room}`,
      `/user${room}`,
      `/user/queue/../..${room}`,
      `/user/kim${room}`,
    ],
    ...[
      '/topic/chat-room/',
      '/topic/chat-room',
      `/app${room}`,
      `/topic/${'x'.repeat(500)}`,
      `${room}/${'x'.repeat(500)}`,
    ],
  ])('does not hear it by a destination that looks like it: %j', async (destination) => {
    const { kit, owner, member } = await chat();
    const eve = await kit.connect({ login: 'eve' });
    const own = await member.subscribe(room);
    const heard = await eve.subscribe(destination).catch(() => undefined);
    const later = await kit.connect({ login: 'eve' });
    await later.send(destination.replace('/topic', '/app').concat('/send'), { content: 'x' }).catch(() => {});
    await owner.send(`${app}/send`, { content: 'among us' });
    expect((await own.next()).body).toMatchObject({ content: 'among us' });
    await heard?.expectNothing();
  });

  it('does not hear it by an alias, nor writes; members do', async () => {
    const aliases = [
      '/publish/chat/{id}=/app/chat-room/{id}/send',
      '/subscribe/chat/{id}=/topic/chat-room/{id}',
    ];
    const { kit, owner, member } = await chat({ aliases });
    const eve = await kit.connect({ login: 'eve' });
    await expect(eve.subscribe(`/subscribe/chat/${id}`)).rejects.toMatchObject({ code: 'no-access' });
    await expect(eve.send(`/publish/chat/${id}`, { content: 'x' })).rejects.toMatchObject({
      code: 'no-access',
    });
    const heard = await member.subscribe(`/subscribe/chat/${id}`);
    await owner.send(`/publish/chat/${id}`, { content: 'welcome' });
    await heard.next({ matching: { body: { content: 'welcome' } } });
    await owner.send(`${app}/remove`, { user: 'lee' });
    await owner.send(`/publish/chat/${id}`, { content: 'among us' });
    await heard.expectNothing();
  });

  it('cannot send past the handlers, whoever it would be for', async () => {
    const { kit, member } = await chat();
    const heard = await member.subscribe(room);
    for (const destination of [room, `${room}/typing`, '/user/lee/queue/notifications']) {
      const eve = await kit.connect({ login: 'eve' });
      await expect(eve.send(destination, { content: 'forged' })).rejects.toMatchObject({ code: 'denied' });
    }
    await heard.expectNothing();
  });

  it('is not notified of it, whoever mentions whom', async () => {
    const { kit, owner, member } = await chat();
    const eve = await kit.connect({ login: 'eve' });
    const [hers, theirs, counts] = [
      await eve.subscribe('/user/queue/notifications'),
      await member.subscribe('/user/queue/notifications'),
      await eve.subscribe('/user/queue/unread'),
    ];
    await owner.send(`${app}/send`, { content: '@eve @lee', mentions: ['eve', 'lee'] });
    await theirs.next({ matching: { body: { preview: '@eve @lee', mentioned: true } } });
    for (const queue of [hers, counts]) await queue.expectNothing();
    const { messages } = await kit.server.history.page(room);
    expect(JSON.parse(String(messages[0]!.body))).toMatchObject({ mentions: ['lee'] });
  });
});
