// A message is stored, then delivered: who comes later reads it, and who was away is given it.
import { afterEach, describe, expect, it } from 'vitest';
import { requires } from '../../servers/requires.ts';
import { type Built, closeAll, folder, serve } from './built.ts';

const redis = requires('redis');
afterEach(closeAll);

const contents = (messages: readonly { readonly body: string }[]): string[] =>
  messages.map(({ body }) => (JSON.parse(body) as { content: string }).content);
const rooms = ['--logged', '/topic/chat-room/* deliver=stored'];

describe('stored first', () => {
  it('what anybody was given is there after a kill, and newcomers get it first', async () => {
    const data = folder();
    const server = await serve('--endpoint', '/ws-connect', '--data', data, ...rooms);
    const [ann, bob] = [await server.page('/ws-connect'), await server.oldPage('/ws-connect')];
    const heard = await bob.hears('/topic/chat-room/7');
    for (let n = 0; n < 50; n++)
      ann.client.publish({
        destination: '/app/chat-room/7/send',
        body: JSON.stringify({ content: `n${n}` }),
      });
    await heard.count(20);
    await server.stop('SIGKILL');
    const given = contents(heard.all.map((body) => ({ body })));
    const again = await serve('--endpoint', '/ws-connect', '--data', data, ...rooms);
    const newcomer = await again.page('/ws-connect');
    const room = await newcomer.subscribe('/topic/chat-room/7', { 'resume-from': 'first' });
    expect(contents(await room.messages.count(given.length))).toEqual(given);
  });

  it('who was away is given what was said meanwhile, once, in its order', async () => {
    const server = await serve('--data', folder(), ...rooms);
    const [ann, bob] = [await server.page('/ws'), await server.page('/ws')];
    const say = (content: string): Promise<void> =>
      ann.send('/app/chat-room/7/send', JSON.stringify({ content }));
    const before = await bob.subscribe('/topic/chat-room/7');
    await say('before');
    const [last] = await before.messages.count(1);
    bob.drop();
    for (let n = 0; n < 30; n++) await say(`away ${n}`);
    const back = await server.page('/ws');
    const after = await back.subscribe('/topic/chat-room/7', { 'resume-from': last!.headers['message-id']! });
    await say('after');
    const due = [...Array.from({ length: 30 }, (_, n) => `away ${n}`), 'after'];
    expect(contents(await after.messages.count(due.length))).toEqual(due);
  });

  /** What is kept for bob while he is away, by room, and how much he has not read. */
  async function keep(server: Built): Promise<void> {
    const hosts = { host: 'any' };
    const bob = await server.page('/ws', { connectHeaders: { ...hosts, login: 'bob' } });
    const rooms = ['one', 'two'].map((name) => `${name}-${process.pid}-${Date.now()}`);
    for (const room of rooms) await bob.send(`/app/chat-room/${room}/join`, '{}');
    bob.drop();
    const ann = await server.page('/ws', { connectHeaders: { ...hosts, login: 'ann' } });
    for (const room of rooms)
      for (const content of ['first', 'second'])
        await ann.send(`/app/chat-room/${room}/send`, JSON.stringify({ content }));
    const back = await server.page('/ws', { connectHeaders: { ...hosts, login: 'bob' } });
    const kept = await back.subscribe('/user/queue/notifications');
    const notices = (await kept.messages.count(4)).map(({ body }) => JSON.parse(body) as Notice);
    for (const room of rooms)
      expect(notices.filter(({ roomId }) => roomId === room).map(({ preview }) => preview)).toEqual([
        'first',
        'second',
      ]);
    const counts = await back.subscribe('/app/chat-rooms/unread');
    const [unread] = await counts.messages.count(1);
    expect(JSON.parse(unread!.body)).toMatchObject({
      rooms: expect.arrayContaining(rooms.map((roomId) => expect.objectContaining({ roomId, unread: 2 }))),
    });
  }

  it('who was away is told of it on return, room by room', async () => {
    await keep(await serve('--data', folder()));
  });

  it.runIf(redis)('and so over Redis', async () => {
    await keep(await serve('--broker', redis!, '--history', 'off'));
  });
});

interface Notice {
  readonly roomId: string;
  readonly preview: string;
}
