// Rooms over STOMP: who is no member hears nothing, and who is sent out hears nothing more.
import { afterEach, describe, expect, it } from 'vitest';
import { installChat } from '../../src/chat/chat.ts';
import { startTestApp, type TestApp } from '../../src/testing.ts';

const open: TestApp[] = [];

async function chat(rooms: 'open' | 'members'): Promise<TestApp> {
  const kit = await startTestApp((server) => installChat(server), { options: { rooms } });
  open.push(kit);
  return kit;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((kit) => kit.close()));
});

const room = '/topic/chat-room/r';
const say = (content: string) => ({ content });

describe('rooms of members', () => {
  it('are made, and heard by those who were invited', async () => {
    const kit = await chat('members');
    const [kim, lee] = [await kit.connect({ login: 'kim' }), await kit.connect({ login: 'lee' })];
    const answers = await kim.subscribe('/user/queue/rooms');
    await kim.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
    expect((await answers.next()).body).toMatchObject({ id: 'r', createdBy: 'kim' });
    await expect(lee.subscribe(room)).rejects.toMatchObject({ code: 'no-access' });
    await expect(lee.send('/app/chat-room/r/send', say('let me in'))).rejects.toMatchObject({
      code: 'no-access',
    });
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    const heard = await lee.subscribe(room);
    await kim.send('/app/chat-room/r/send', say('welcome'));
    expect((await heard.next()).body).toMatchObject({ sender: 'kim', content: 'welcome' });
  });

  it('are left at once by who is sent out: nothing later is heard, or said', async () => {
    const kit = await chat('members');
    const [kim, lee] = [await kit.connect({ login: 'kim' }), await kit.connect({ login: 'lee' })];
    await kim.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    const [heard, typing] = [await lee.subscribe(room), await lee.subscribe(`${room}/typing`)];
    await kim.send('/app/chat-room/r/remove', { user: 'lee' });
    await kim.send('/app/chat-room/r/send', say('among us'));
    const told = [await lee.errors.next(), await lee.errors.next()];
    expect(told.map(({ headers }) => headers['subscription-id']).sort()).toEqual(
      [heard.id, typing.id].sort(),
    );
    expect(told[0]!.body).toMatchObject({ code: 'no-access', message: "you were sent out of room 'r'" });
    await heard.expectNothing();
    await expect(lee.send('/app/chat-room/r/send', say('but'))).rejects.toMatchObject({ code: 'no-access' });
    await expect(lee.subscribe(room)).rejects.toMatchObject({ code: 'no-access' });
  });

  it('are in no durable subscription of who was sent out, whatever it is subscribed to later', async () => {
    const kit = await chat('members');
    const [kim, lee] = [await kit.connect({ login: 'kim' }), await kit.connect({ login: 'lee' })];
    await kim.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    const durable = { durable: 'true', id: 'mine' };
    const heard = await lee.subscribe(room, durable);
    await kim.send('/app/chat-room/r/send', say('before'));
    await heard.next({ matching: { body: { content: 'before' } } });
    lee.cut();
    await kim.send('/app/chat-room/r/send', say('while away'));
    await kim.send('/app/chat-room/r/remove', { user: 'lee' });
    await kim.send('/app/chat-room/r/send', say('among us'));
    const again = await kit.connect({ login: 'lee' });
    await expect(again.subscribe(room, durable)).rejects.toMatchObject({ code: 'no-access' });
    const news = await again.subscribe('/topic/news', durable);
    await kit.server.publish('/topic/news', 'news');
    expect((await news.next()).body).toBe('news');
    await news.expectNothing();
  });

  it('end for everybody when they are deleted', async () => {
    const kit = await chat('members');
    const [kim, lee] = [await kit.connect({ login: 'kim' }), await kit.connect({ login: 'lee' })];
    await kim.send('/app/chat-rooms/create', { id: 'r' });
    await lee.subscribe(room);
    await kim.send('/app/chat-room/r/delete-room', {});
    expect((await lee.errors.next()).body).toMatchObject({ message: "room 'r' was deleted" });
    await expect(lee.subscribe(room)).rejects.toMatchObject({ code: 'no-access' });
  });

  it('are not there for patterns', async () => {
    const kit = await chat('members');
    const kim = await kit.connect({ login: 'kim' });
    await expect(kim.subscribe('/topic/chat-room/*')).rejects.toMatchObject({ code: 'denied' });
    const lee = await kit.connect({ login: 'lee' });
    await expect(lee.subscribe('/topic/**')).rejects.toMatchObject({ code: 'denied' });
  });

  it.each([
    ['send', say('me too')],
    ['edit', { of: 'own', content: 'changed' }],
    ['delete', { of: 'own' }],
    ['react', { of: 'own', emoji: '👍' }],
    ['typing', {}],
  ])('that are read only for somebody are just that: no %s', async (what, body) => {
    const kit = await chat('members');
    const [kim, lee] = [await kit.connect({ login: 'kim' }), await kit.connect({ login: 'lee' })];
    await kim.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    const heard = await lee.subscribe(room);
    await lee.send('/app/chat-room/r/send', say('mine'));
    const own = await heard.next({ matching: { body: { content: 'mine' } } });
    const done = { ...body, ...('of' in body && { of: own.headers['message-id'] }) };
    await kim.send('/app/chat-room/r/invite', { user: 'lee', role: 'reader' });
    await expect(lee.send(`/app/chat-room/r/${what}`, done)).rejects.toMatchObject({ code: 'no-access' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee', role: 'member' });
    await lee.send(`/app/chat-room/r/${what}`, done);
  });

  it.each([
    ['invite', { user: 'moe' }],
    ['invite', { user: 'lee', role: 'owner' }],
    ['remove', { user: 'kim' }],
    ['rename', { name: 'ours' }],
    ['delete', { of: 'theirs' }],
    ['delete-room', {}],
  ])('are their owners’: members do not %s %o', async (what, body) => {
    const kit = await chat('members');
    const [kim, lee] = [await kit.connect({ login: 'kim' }), await kit.connect({ login: 'lee' })];
    await kim.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    const heard = await lee.subscribe(room);
    await kim.send('/app/chat-room/r/send', say('theirs'));
    const theirs = await heard.next({ matching: { body: { content: 'theirs' } } });
    const done = { ...body, ...('of' in body && { of: theirs.headers['message-id'] }) };
    await expect(lee.send(`/app/chat-room/r/${what}`, done)).rejects.toMatchObject({ code: 'no-access' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee', role: 'owner' });
    await lee.send(`/app/chat-room/r/${what}`, done);
  });
});

describe('open rooms', () => {
  it('are there from their first use, and then in the list', async () => {
    const kit = await chat('open');
    const kim = await kit.connect({ login: 'kim' });
    const heard = await kim.subscribe(room);
    const before = await kim.subscribe('/app/chat-rooms/public');
    expect((await before.next()).body).toEqual({ items: [] });
    await kim.send('/app/chat-room/r/send', say('hello'));
    expect((await heard.next()).body).toMatchObject({ content: 'hello' });
    const after = await kim.subscribe('/app/chat-rooms/public');
    expect((await after.next()).body).toMatchObject({ items: [{ id: 'r', name: 'r', kind: 'public' }] });
  });
});
