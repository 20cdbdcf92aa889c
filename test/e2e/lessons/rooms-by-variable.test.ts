// `/ws-connect`, `/publish` and `/subscribe`, rooms as a part of the destination: by options, whatever prefixes these are.
import { afterEach, describe, expect, it } from 'vitest';
import { requires } from '../../servers/requires.ts';
import { closeAll, serve } from './built.ts';

const redis = requires('redis');
afterEach(closeAll);

const contents = (messages: readonly { readonly body: string }[]): string[] =>
  messages.map(({ body }) => (JSON.parse(body) as { content: string }).content);
const say = (content: string): string => JSON.stringify({ content });

describe.each([
  [
    'with prefixes of its own',
    [
      ...['--app-prefix', '/publish', '--broker-prefix', '/subscribe'],
      ...['--alias', '/publish/chat/{id}=/publish/chat-room/{id}/send'],
      ...['--alias', '/subscribe/chat/{id}=/subscribe/chat-room/{id}'],
      ...['--alias', '/publish/chat=/publish/chat-room/everybody/send'],
      ...['--alias', '/subscribe/chat=/subscribe/chat-room/everybody'],
    ],
  ],
  [
    'with the usual prefixes under it',
    [
      ...['--alias', '/publish/chat/{id}=/app/chat-room/{id}/send'],
      ...['--alias', '/subscribe/chat/{id}=/topic/chat-room/{id}'],
      ...['--alias', '/publish/chat=/app/chat-room/everybody/send'],
      ...['--alias', '/subscribe/chat=/topic/chat-room/everybody'],
    ],
  ],
])('a service %s', (_, flags) => {
  const start = (...more: string[]) => serve('--endpoint', '/ws-connect', ...more, ...flags);

  it('keeps rooms apart, and one client may be in several', async () => {
    const server = await start();
    const [ann, bob] = [await server.page('/ws-connect'), await server.oldPage('/ws-connect')];
    const [one, two] = [await ann.subscribe('/subscribe/chat/1'), await ann.subscribe('/subscribe/chat/2')];
    const his = await bob.hears('/subscribe/chat/2');
    const all = await bob.hears('/subscribe/chat');
    await ann.send('/publish/chat/1', say('in 1'));
    await ann.send('/publish/chat/2', say('in 2'));
    bob.client.send('/publish/chat/2', {}, say('in 2 as well'));
    await ann.send('/publish/chat', say('to everybody'));
    expect(contents(await two.messages.count(2))).toEqual(['in 2', 'in 2 as well']);
    expect(contents((await his.count(2)).map((body) => ({ body })))).toEqual(['in 2', 'in 2 as well']);
    expect(contents((await all.count(1)).map((body) => ({ body })))).toEqual(['to everybody']);
    expect(contents(one.messages.all)).toEqual(['in 1']);
    // what was said so is a message of the room wherever it is looked for
    const read = await server.get<{ content: string }[]>('/api/chat/rooms/2/messages');
    expect(read.map(({ content }) => content)).toEqual(['in 2', 'in 2 as well']);
  });

  it.runIf(redis)('is one service on several nodes', async () => {
    const node = () => start('--broker', redis!, '--history', 'off');
    const [ann, bob] = [await (await node()).page('/ws-connect'), await (await node()).page('/ws-connect')];
    const room = `${process.pid}-${Date.now()}`;
    const heard = await bob.subscribe(`/subscribe/chat/${room}`);
    await ann.send(`/publish/chat/${room}`, say('from another node'));
    expect(contents(await heard.messages.count(1))).toEqual(['from another node']);
  });

  it('answers what cannot be read on the queue of errors, and goes on', async () => {
    const server = await start();
    const page = await server.page('/ws-connect');
    const errors = await page.subscribe('/user/queue/errors');
    const room = await page.subscribe('/subscribe/chat/1');
    page.client.publish({ destination: '/publish/chat/1', body: '{"content":' });
    page.client.publish({ destination: '/publish/chat/1', body: '{}' });
    page.client.publish({ destination: '/publish/chat/not%20a%20room', body: say('x') });
    const codes = (await errors.messages.count(3)).map(
      ({ body }) => (JSON.parse(body) as { code: string }).code,
    );
    expect(codes.slice(0, 2)).toEqual(['bad-payload', 'bad-payload']);
    await page.send('/publish/chat/1', say('goes on'));
    expect(contents(await room.messages.count(1))).toEqual(['goes on']);
  });

  it('refuses a SUBSCRIBE to several rooms at once, and to one of somebody else', async () => {
    const server = await serve(
      '--endpoint',
      '/ws-connect',
      '--rooms',
      'members',
      '--denial',
      'keep',
      ...flags,
    );
    const page = await server.page('/ws-connect');
    const errors = await page.subscribe('/user/queue/errors');
    page.client.subscribe('/subscribe/chat/*', () => {});
    page.client.subscribe('/subscribe/chat/secret', () => {});
    const told = await errors.messages.count(2);
    expect(told.map(({ body }) => JSON.parse(body) as { code: string })).toMatchObject([
      { code: 'denied', message: 'rooms are subscribed to one by one' },
      { code: 'no-access' },
    ]);
  });

  it('takes pages of the origins that are named, and of no others', async () => {
    const server = await serve('--endpoint', '/ws-connect', '--origin', 'http://localhost:3000', ...flags);
    await server.page('/ws-connect', { opening: { origin: 'http://localhost:3000' } });
    await expect(server.plain('/ws-connect', 'http://localhost:3001')).rejects.toThrow('403');
    const info = await fetch(`${server.http}/ws-connect/info`, {
      headers: { origin: 'http://localhost:3000' },
    });
    expect(info.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
  });
});
