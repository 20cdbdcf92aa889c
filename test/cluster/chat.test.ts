// The chat over two nodes and a Redis: presence that is exact again after a crash, notifications that are told once.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installChat } from '../../src/chat/chat.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import { RedisLive } from '../../src/chat/repositories/redis.ts';
import type { Config, Server } from '../../src/index.ts';
import type { RawTcp } from '../e2e/clients/raw-tcp.ts';
import { Executable } from '../e2e/executable.ts';
import { until } from '../servers/redis-groups.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { UserNodes } from './user-nodes.ts';

const program = requires('redis-server');
const topic = '/topic/chat-room/r';

describe.runIf(program)('the chat over nodes', () => {
  let redis: OwnRedis;
  let nodes: UserNodes;
  let repository: MemoryRepository;
  beforeEach(async () => {
    redis = await startRedis(program!);
    nodes = new UserNodes(redis.url);
    repository = new MemoryRepository();
  });
  afterEach(async () => {
    await nodes.close();
    await redis.stop();
  });

  const node = (options: Partial<Config> = {}): Promise<Server> =>
    nodes.node({ rooms: 'open', presenceGather: 50, userTimeout: 700, ...options }, (server) =>
      installChat(server, { repository }),
    );

  /** A client in the room, which hears who is in it. */
  async function enter(at: { addresses: { stomp?: string } }, login: string): Promise<RawTcp> {
    const client = await nodes.open(at);
    await client.connect({ login });
    await client.subscribe(`${topic}/presence`, 'presence');
    await client.subscribe(topic, 'room');
    await client.subscribe('/app/chat-room/r/presence', 'snapshot');
    return client;
  }

  const bodies = (client: RawTcp, ...subscriptions: string[]): Record<string, unknown>[] =>
    client.messages
      .filter(({ headers }) => subscriptions.includes(headers.subscription!))
      .map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>);

  /** Who is in the room, as a client knows that keeps to the documented rule: a snapshot, and what fits onto it. */
  function people(client: RawTcp): string[] {
    const there = new Map<string, string>();
    let version = Number.POSITIVE_INFINITY; // nothing counts before the snapshot
    for (const news of bodies(client, 'presence', 'snapshot')) {
      if (version !== Number.POSITIVE_INFINITY || news.people === undefined) {
        if (Number(news.version) <= version) continue;
        if (news.changes !== undefined) expect(news.since).toBe(version);
      }
      const changes = (news.people ?? news.changes ?? []) as { user: string; state: string }[];
      if (news.people !== undefined) there.clear();
      for (const { user, state } of changes)
        if (state === 'offline') there.delete(user);
        else there.set(user, state);
      version = Number(news.version);
    }
    return Array.from(there, ([user, state]) => `${user} ${state}`).sort();
  }

  const sees = (client: RawTcp, ...expected: string[]): Promise<void> =>
    until(async () => people(client).join() === expected.join());

  it('tells on each node who is where, whichever node that is', async () => {
    const [a, b] = [await node(), await node()];
    const [ann, bob] = [await enter(a, 'ann'), await enter(b, 'bob')];
    for (const client of [ann, bob]) await sees(client, 'ann online', 'bob online');
    const phone = await enter(b, 'ann');
    phone.frame(
      'SEND',
      { destination: '/app/presence', 'content-type': 'application/json' },
      '{"state":"away"}',
    );
    ann.drop();
    await sees(bob, 'ann away', 'bob online');
    const third = await node();
    const cid = await enter(third, 'cid');
    for (const client of [bob, cid]) await sees(client, 'ann away', 'bob online', 'cid online');
    await third.close();
    await sees(bob, 'ann away', 'bob online');
  });

  it('forgets who was on a node that is killed, and nobody else', async () => {
    const a = await node();
    const shared = new RedisLive(nodes.broker);
    const ann = await enter(a, 'ann');
    const doomed = new Executable(
      [nodes.broker, '700'],
      [],
      new URL('chat-node.ts', import.meta.url).pathname,
    );
    try {
      const [, , stomp] = await doomed.addresses();
      const far = { addresses: { stomp: stomp! } };
      const before = Date.now();
      await enter(far, 'bob');
      await enter(far, 'ann');
      await sees(ann, 'ann online', 'bob online');
      // when he was last there is said while he is there: it is known, however his node ends
      await until(async () => (await shared.seen.of(['bob'])).length === 1);
      doomed.signal('SIGKILL');
      await doomed.ended;
      await sees(ann, 'ann online');
      const [[, at] = ['', 0]] = await shared.seen.of(['bob']);
      expect(at).toBeGreaterThanOrEqual(before);
    } finally {
      doomed.signal('SIGKILL');
      await shared.close();
    }
  });

  it('is exact again when a node was paused, and when Redis was away', async () => {
    const a = await node();
    const ann = await enter(a, 'ann');
    const frozen = new Executable(
      [nodes.broker, '700'],
      [],
      new URL('chat-node.ts', import.meta.url).pathname,
    );
    try {
      const [, , stomp] = await frozen.addresses();
      const bob = await enter({ addresses: { stomp: stomp! } }, 'bob');
      await sees(ann, 'ann online', 'bob online');
      frozen.signal('SIGSTOP');
      await sees(ann, 'ann online');
      const cid = await enter(a, 'cid');
      frozen.signal('SIGCONT');
      for (const client of [ann, bob, cid]) await sees(client, 'ann online', 'bob online', 'cid online');
      await redis.kill('SIGKILL');
      cid.drop();
      await sees(ann, 'ann online');
      await redis.restart();
      for (const client of [ann, bob]) await sees(client, 'ann online', 'bob online');
    } finally {
      frozen.signal('SIGKILL');
      await frozen.ended;
    }
  });

  it('tells a notification once to each device, and what was kept once to all', async () => {
    const members = { rooms: 'members' } as const;
    const [a, b] = [await node(members), await node(members)];
    const shared = new RedisLive(nodes.broker);
    const kept = async (user: string): Promise<number> => (await shared.notices.of(user, 50)).length;
    const kim = await nodes.open(a);
    await kim.connect({ login: 'kim' });
    const say = (destination: string, body: unknown): Promise<unknown> =>
      kim.confirmed('SEND', { destination, 'content-type': 'application/json' }, JSON.stringify(body));
    await say('/app/chat-rooms/create', { id: 'r', kind: 'private' });
    for (const user of ['lee', 'moe']) await say('/app/chat-room/r/invite', { user });
    const post = (content: string): Promise<unknown> => say('/app/chat-room/r/send', { content });
    for (let at = 0; at < 20; at++) await post(`away ${at}`);
    await until(async () => (await kept('lee')) === 20);
    const come = async (at: Server): Promise<RawTcp> => {
      const client = await nodes.open(at);
      await client.connect({ login: 'lee' });
      await client.subscribe('/user/queue/notifications', 'notes');
      await client.subscribe('/user/queue/unread', 'unread');
      return client;
    };
    const devices = await Promise.all([come(a), come(b), come(b)]);
    // more is said while the nodes have not told each other yet that lee is back
    for (let at = 0; at < 20; at++) await post(`back ${at}`);
    const previews = (client: RawTcp): string[] =>
      bodies(client, 'notes').map(({ preview }) => String(preview));
    await until(async () => devices.every((device) => previews(device).includes('back 19')));
    await until(async () => (await kept('lee')) === 0);
    for (const device of devices) {
      const told = previews(device);
      expect(new Set(told).size).toBe(told.length);
      expect(told.filter((one) => one.startsWith('back'))).toHaveLength(20);
    }
    const anywhere = new Set(devices.flatMap(previews));
    expect(anywhere.size).toBe(40);
    await until(async () => devices.every((device) => bodies(device, 'unread').at(-1)?.unread === 40));
    const { messages } = await b.history.page(topic);
    const reader = devices[2]!;
    const read = JSON.stringify({ number: messages[0]!.number });
    reader.frame('SEND', { destination: '/app/chat-room/r/read', 'content-type': 'application/json' }, read);
    await until(async () => devices.every((device) => bodies(device, 'unread').at(-1)?.unread === 0));
    expect(await kept('moe')).toBe(40);
    await shared.close();
  });

  it('notifies of what a node left that was killed, once', async () => {
    const a = await node();
    const shared = new RedisLive(nodes.broker);
    const kept = async (): Promise<number> => (await shared.notices.of('lee', 50)).length;
    const lee = await nodes.open(a);
    await lee.connect({ login: 'lee' });
    await lee.confirmed('SEND', { destination: '/app/chat-room/r/join' }, '{}');
    await lee.subscribe(`${topic}/presence`, 'presence');
    await lee.subscribe('/app/chat-room/r/presence', 'snapshot');
    // a node that does not know who belongs to the room: it notifies of nothing
    const doomed = new Executable(
      [nodes.broker, '700'],
      [],
      new URL('chat-node.ts', import.meta.url).pathname,
    );
    try {
      const [, , stomp] = await doomed.addresses();
      const kim = await enter({ addresses: { stomp: stomp! } }, 'kim');
      await sees(lee, 'kim online');
      for (const content of ['one', 'two', 'three'])
        await kim.confirmed('SEND', { destination: '/app/chat-room/r/send' }, JSON.stringify({ content }));
      expect(await kept()).toBe(0);
      doomed.signal('SIGKILL');
      await doomed.ended;
      await until(async () => (await kept()) === 3);
      await lee.subscribe('/user/queue/notifications', 'notes');
      await lee.next('MESSAGE', ({ body }) => String(body).includes('"three"'));
      expect(bodies(lee, 'notes').map(({ preview }) => preview)).toEqual(['one', 'two', 'three']);
      expect(await kept()).toBe(0);
    } finally {
      doomed.signal('SIGKILL');
      await shared.close();
    }
  });
});
