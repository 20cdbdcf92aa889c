// Sessions have people behind them: who is there, who is not any more, and what goes to all but the one who sent it.
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../servers/redis-groups.ts';
import { requires } from '../../servers/requires.ts';
import type { StompJs } from '../clients/stompjs.ts';
import { type Built, closeAll, serve } from './built.ts';

const redis = requires('redis');
afterEach(closeAll);

interface Presence {
  readonly people: readonly { readonly user: string; readonly state: string }[];
}

const enter = (server: Built, login: string): Promise<StompJs> =>
  server.page('/ws', { connectHeaders: { host: 'any', login } });

async function there(server: Built, room: string): Promise<string[]> {
  const { people } = await server.get<Presence>(`/api/chat/rooms/${room}/presence`);
  return people.map(({ user, state }) => `${user} ${state}`).sort();
}

const sees = (server: Built, room: string, ...people: string[]): Promise<void> =>
  until(async () => (await there(server, room)).join() === people.join());

describe('the people of a room', () => {
  async function hold(one: Built, other: Built): Promise<void> {
    const room = `r${process.pid}-${Date.now()}`;
    const [ann, bob] = [await enter(one, 'ann'), await enter(other, 'bob')];
    for (const page of [ann, bob]) await page.subscribe(`/topic/chat-room/${room}`);
    for (const server of [one, other]) await sees(server, room, 'ann online', 'bob online');
    await bob.send('/app/presence', JSON.stringify({ state: 'away' }));
    await sees(one, room, 'ann online', 'bob away');
    bob.drop();
    await sees(one, room, 'ann online');
  }

  it('are seen to come, to be away and to go', async () => {
    const server = await serve();
    await hold(server, server);
  });

  it.runIf(redis)('whichever node they are on', async () => {
    const node = () => serve('--broker', redis!, '--history', 'off');
    await hold(await node(), await node());
  });

  it('are counted out when they say nothing for too long', async () => {
    const server = await serve('--idle-timeout', '2000');
    const ann = await enter(server, 'ann');
    await ann.subscribe('/topic/chat-room/quiet');
    await ann.errors.first(({ headers }) => headers.code === 'idle-timeout', 'why it ended');
    await sees(server, 'quiet');
  });
});

describe('a message', () => {
  it('goes to all but the session that sent it, where that is asked for', async () => {
    const server = await serve();
    const [ann, bob] = [await enter(server, 'ann'), await enter(server, 'bob')];
    const [own, heard] = [await ann.subscribe('/topic/news'), await bob.subscribe('/topic/news')];
    await ann.send('/topic/news', 'for the others', { 'exclude-sender': 'true' });
    await bob.send('/topic/news', 'for all');
    expect((await heard.messages.count(2)).map(({ body }) => body)).toEqual(['for the others', 'for all']);
    expect((await own.messages.count(1)).map(({ body }) => body)).toEqual(['for all']);
  });
});
