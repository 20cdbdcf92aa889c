// The usual first example of Spring: `/ws` with SockJS, `/app/chat.sendMessage` to `/topic/public`, whatever client it is.
import { afterEach, describe, expect, it } from 'vitest';
import { requires } from '../../servers/requires.ts';
import { type Built, closeAll, serve } from './built.ts';

const redis = requires('redis');
afterEach(closeAll);

/** An old page on one node and a new one on another (or the same) hear each other. */
async function chat(one: Built, other: Built): Promise<void> {
  const [old, page] = [await one.oldPage('/ws'), await other.page('/ws')];
  const [heardOld, heard] = [await old.hears('/topic/public'), await page.subscribe('/topic/public')];
  old.client.send(
    '/app/chat.sendMessage',
    {},
    JSON.stringify({ sender: 'claims', content: 'from stompjs 2' }),
  );
  await heard.messages.count(1);
  page.client.publish({
    destination: '/app/chat.sendMessage',
    body: JSON.stringify({ content: 'from StompJS' }),
  });
  const due = ['from stompjs 2', 'from StompJS'];
  const bodies = (await heard.messages.count(2)).map(({ body }) => JSON.parse(body) as Said);
  expect(bodies.map(({ content }) => content)).toEqual(due);
  expect(bodies[0]!.sender).not.toBe('claims');
  const old2 = (await heardOld.count(2)).map((body) => JSON.parse(body) as Said);
  expect(old2).toEqual(bodies);
}

interface Said {
  readonly sender: string;
  readonly content: string;
}

describe('the public topic', () => {
  it('is shared by stompjs 2 over sockjs-client and StompJS over WebSocket', async () => {
    const server = await serve();
    await chat(server, server);
  });

  it.runIf(redis)('is one on several nodes', async () => {
    const node = () => serve('--broker', redis!, '--history', 'off');
    await chat(await node(), await node());
  });
});
