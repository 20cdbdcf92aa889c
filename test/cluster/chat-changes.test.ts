// Edits and deletions over two nodes, a Redis, a writer of its own and a MongoDB: one truth, and nothing left of what is gone.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installChat } from '../../src/chat/chat.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { WriterProcess } from '../../src/history-writer.ts';
import type { Server } from '../../src/index.ts';
import { MongoPlace } from '../contracts/mongodb-places.ts';
import type { RawTcp } from '../e2e/clients/raw-tcp.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { UserNodes } from './user-nodes.ts';

const program = requires('redis-server');
const url = requires('mongodb');
const topic = '/topic/chat-room/r';
type Fields = Record<string, unknown>;

describe.runIf(program && url)('changes of messages over nodes', () => {
  let redis: OwnRedis;
  let nodes: UserNodes;
  let place: MongoPlace;
  let writer: WriterProcess;
  let running: Promise<void>;
  let one: Server;
  let other: Server;

  beforeEach(async () => {
    redis = await startRedis(program!);
    place = new MongoPlace(url!);
    const history = place.url;
    nodes = new UserNodes(redis.url);
    writer = new WriterProcess(
      resolveConfig({ broker: nodes.broker, history, ops: 'off', logLevel: 'silent' }),
    );
    await writer.start();
    const node = (): Promise<Server> =>
      nodes.node({ rooms: 'open', history }, (server) => installChat(server));
    [one, other] = [await node(), await node()];
  });
  afterEach(async () => {
    await nodes.close();
    await writer.drain();
    await running;
    await writer.close();
    await redis.stop();
    await place.close();
  });

  async function enter(at: Server, login: string): Promise<RawTcp> {
    const client = await nodes.open(at as never);
    await client.connect({ login });
    await client.subscribe(topic, 'room');
    return client;
  }
  const change = (client: RawTcp, what: string, body: object): Promise<unknown> =>
    client.confirmed('SEND', { destination: `/app/chat-room/r/${what}` }, JSON.stringify(body));
  const page = async (at: Server): Promise<Fields[]> => {
    const asked = { url: '/api/chat/rooms/r/messages?userId=kim', headers: { host: 'localhost' } };
    return (await at.http.inject(asked)).json<Fields[]>();
  };

  it('are the same for all, and a deletion is told at once and holds before the writer has come', async () => {
    const [kim, lee] = [await enter(one, 'kim'), await enter(other, 'lee')];
    await change(kim, 'send', { content: 'the secret' });
    await expect.poll(() => lee.messages.length).toBe(1);
    const of = lee.messages[0]!.headers['message-id']!;
    await change(kim, 'edit', { of, content: 'another secret' });
    await change(lee, 'react', { of, emoji: '👍' });
    for (const node of [one, other])
      expect(await page(node)).toMatchObject([
        { content: 'another secret', reactions: [{ emoji: '👍', count: 1 }] },
      ]);
    const deleted = change(kim, 'delete', { of });
    // nothing is stored yet, and nobody reads it any more
    await expect
      .poll(async () => (await page(other))[0])
      .toMatchObject({ content: '', tombstone: 'redacted' });
    const said = async (): Promise<string> =>
      (await other.history.page(topic, { limit: 100 })).messages.map(({ body }) => String(body)).join();
    await expect.poll(said).not.toContain('secret');
    running = writer.run();
    await deleted;
    for (const node of [one, other]) expect(await page(node)).toHaveLength(1);
    const kept = await place.db.collection('messages').find().toArray();
    expect(kept).toHaveLength(4);
    for (const { body } of kept) expect(String(body)).not.toContain('secret');
    expect(JSON.stringify(await place.db.collection('chat_changes').find().toArray())).not.toContain(
      'secret',
    );
  });

  it('end with their room: whoever writes on any node is refused, and nothing is left in Redis or MongoDB', async () => {
    running = writer.run();
    const [kim, lee] = [await enter(one, 'kim'), await enter(other, 'lee')];
    await kim.confirmed('SEND', { destination: '/app/chat-rooms/create' }, JSON.stringify({ id: 'q' }));
    const say = (client: RawTcp, content: string): Promise<unknown> =>
      client.confirmed('SEND', { destination: '/app/chat-room/q/send' }, JSON.stringify({ content }));
    for (const content of ['a', 'b', 'c']) await Promise.all([say(kim, content), say(lee, content)]);
    const of = '/topic/chat-room/q';
    const left = async (): Promise<number> =>
      (await other.history.page(of)).messages.length + (await kept({ destination: of }));
    const kept = (filter: object): Promise<number> => place.db.collection('messages').countDocuments(filter);
    await expect.poll(() => kept({ destination: of })).toBe(6);
    await kim.confirmed('SEND', { destination: '/app/chat-room/q/delete-room' }, '{}');
    await Promise.all([kim, lee].map((client) => client.subscribe('/user/queue/errors', 'errors')));
    const refused = ({ messages }: RawTcp): boolean =>
      messages.some(({ headers, body }) => headers.subscription === 'errors' && body.includes('no-access'));
    for (const client of [kim, lee])
      await expect
        .poll(() => {
          client.frame(
            'SEND',
            { destination: '/app/chat-room/q/send', 'content-type': 'application/json' },
            '{"content":"late"}',
          );
          return refused(client);
        })
        .toBe(true);
    await expect.poll(left, { timeout: 15_000 }).toBe(0);
  });
});
