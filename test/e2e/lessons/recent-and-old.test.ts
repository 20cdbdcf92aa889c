// The newest messages are in memory, all of them in a store: who reads cannot tell where one ends, and asks by user, room and time.
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import { requires } from '../../servers/requires.ts';
import { type Built, closeAll, folder, serve } from './built.ts';

const [redis, mongodb] = [requires('redis'), requires('mongodb')];
afterEach(closeAll);

interface Said {
  readonly content: string;
  readonly sender: string;
  readonly number: number;
  readonly sentAt: string;
}

const count = 60;
/** So few stay in memory that most of what is read comes from the store. */
const short = ['--logged', '/topic/chat-room/* count=10'];

async function talk(server: Built, room: string): Promise<Said[]> {
  const said: Said[] = [];
  for (let n = 0; n < count; n++) {
    const body = { userId: n % 3 === 0 ? 'ann' : 'bob', content: `n${n}` };
    said.push(await server.post<Said>(`/api/chat/rooms/${room}/messages`, body));
  }
  return said;
}

/** Pages back from the newest one, by the number of the oldest that was read. */
async function readBack(server: Built, room: string, query = ''): Promise<Said[]> {
  const read: Said[] = [];
  for (;;) {
    const last = read.length === 0 ? '' : `&lastMessageId=${read[0]!.number}`;
    const page = await server.get<Said[]>(`/api/chat/rooms/${room}/messages?limit=7${last}${query}`);
    if (page.length === 0) return read;
    read.unshift(...page);
  }
}

async function hold(server: Built): Promise<void> {
  const room = `r${process.pid}-${Date.now()}`;
  const said = await talk(server, room);
  await server.post(`/api/chat/rooms/${room}x/messages`, { userId: 'ann', content: 'elsewhere' });
  const texts = said.map(({ content }) => content);
  expect((await readBack(server, room)).map(({ content }) => content)).toEqual(texts);
  const anns = await readBack(server, room, '&sender=ann');
  expect(anns.map(({ content }) => content)).toEqual(texts.filter((_, n) => n % 3 === 0));
  const [from, to] = [said[20]!.sentAt, said[40]!.sentAt];
  const within = await readBack(server, room, `&from=${from}&to=${to}`);
  expect(within.length).toBeGreaterThan(10);
  for (const { sentAt } of within) expect(sentAt >= from && sentAt <= to).toBe(true);
  expect((await readBack(server, room, '&q=n59')).map(({ content }) => content)).toEqual(['n59']);
}

describe('recent and old messages', () => {
  it('are one history in memory and a file', async () => {
    await hold(await serve('--data', folder(), ...short));
  });

  it.runIf(redis && mongodb)('are one history in Redis and MongoDB', async () => {
    const database = new URL(mongodb!);
    database.pathname = `/lessons_${process.pid}`;
    const store = await MongoClient.connect(database.href);
    try {
      await hold(await serve('--broker', redis!, '--history', database.href, ...short));
    } finally {
      await closeAll();
      await store.db().dropDatabase();
      await store.close();
    }
  });
});
