// A message is stored, then delivered: who comes later reads it, and who was away is given it.
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, folder, serve } from './built.ts';

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
});
