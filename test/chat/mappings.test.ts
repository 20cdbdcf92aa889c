// The chat's handlers: what becomes of what is sent to a room, and what never gets there.
import { describe, expect, it } from 'vitest';
import { ProgramSubscriber } from '../../src/broker/listening.ts';
import { RoomAccess } from '../../src/chat/access.ts';
import { addMappings, topicOf } from '../../src/chat/mappings.ts';
import { Messages } from '../../src/chat/messages.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import { Rooms } from '../../src/chat/rooms.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { type Client, World } from '../session/world.ts';

async function person(world: World, login: string, ...destinations: string[]): Promise<Client> {
  const client = await world.connected({ login });
  for (const destination of ['/user/queue/errors', ...destinations])
    client.say('SUBSCRIBE', { id: destination, destination });
  return client;
}

function chat(): World {
  const world = new World({
    frameLimits: { frameBytes: 100_000, headerCount: 20, headerLineBytes: 1000 },
  });
  const { app, rules, broker } = world;
  const repository = new MemoryRepository();
  const access = new RoomAccess({ repository, open: true, keeps: 5000, now: () => 0 });
  const rooms = new Rooms({
    repository,
    access,
    maxMembers: 10,
    noticeMembers: 2,
    clock: Date.now,
    changed: () => {},
  });
  const messages = new Messages({
    server: {} as never,
    access,
    rooms,
    topic: '/topic',
    gathering: { said: () => {} } as never,
  });
  addMappings({ app, rules, policies: broker.policies, config: resolveConfig() }, { access, messages });
  return world;
}

const say = (client: Client, destination: string, payload: unknown): Client =>
  client.say('SEND', { destination }, JSON.stringify(payload));

describe('a message to a room', () => {
  it('reaches everybody in it, the sender too, with an id, the sender and the time', async () => {
    const world = chat();
    const [ann, bo] = [
      await person(world, 'Ann', '/topic/chat-room/7'),
      await person(world, 'Bo', '/topic/chat-room/7'),
    ];
    const before = Date.now();
    say(ann, '/app/chat-room/7/send', { content: 'hi', sender: 'Eve', id: 'forged', roomId: '8' });
    for (const client of [ann, bo]) {
      const { headers, body } = await client.hears('MESSAGE');
      const message = JSON.parse(body) as Record<string, string>;
      expect(headers).toMatchObject({
        destination: '/topic/chat-room/7',
        'content-type': 'application/json',
      });
      expect(message).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        roomId: '7',
        sender: 'Ann',
        content: 'hi',
        sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        messageType: 'MESSAGE',
      });
      expect(Date.parse(message.sentAt!)).toBeGreaterThanOrEqual(before);
    }
  });

  it('stays in its room', async () => {
    const world = chat();
    const [ann, bo] = [await person(world, 'Ann'), await person(world, 'Bo', '/topic/chat-room/8')];
    say(ann, '/app/chat-room/7/send', { content: 'hi' });
    expect(await bo.heard()).toEqual([]);
  });

  it('to the public room goes to everybody who hears that', async () => {
    const world = chat();
    const ann = await person(world, 'Ann', '/topic/public');
    say(ann, '/app/chat.sendMessage', { content: '안녕' });
    expect(JSON.parse((await ann.hears('MESSAGE')).body)).toMatchObject({
      roomId: 'public',
      sender: 'Ann',
      content: '안녕',
    });
  });

  it.each([
    ['no content', '7', {}, 'body must have required'],
    ['empty content', '7', { content: '' }, 'body/content must NOT have fewer than 1 characters'],
    [
      'endless content',
      '7',
      { content: 'x'.repeat(10_001) },
      'body/content must NOT have more than 10000 characters',
    ],
    ['content that is no text', '7', { content: 5 }, 'body/content must be string'],
    ['a blank in the room', 'a b', { content: 'hi' }, 'a room is named by 1 to 64 letters, digits, - and _'],
    ['a wildcard for a room', '*', { content: 'hi' }, 'a room is named by'],
    ['an endless room', 'x'.repeat(65), { content: 'hi' }, 'a room is named by'],
  ])('with %s is answered on the error queue, and nobody hears it', async (_, room, payload, reason) => {
    const world = chat();
    const ann = await person(world, 'Ann');
    const heard: unknown[] = [];
    const everything = new ProgramSubscriber(
      world.broker,
      '/topic/**',
      (one) => heard.push(one),
      () => {},
    );
    await everything.begin();
    say(ann, `/app/chat-room/${room}/send`, payload);
    const { headers, body } = await ann.hears('MESSAGE');
    expect(headers.destination).toBe('/user/queue/errors');
    expect(JSON.parse(body)).toMatchObject({ code: 'bad-payload', message: expect.stringContaining(reason) });
    expect(heard).toEqual([]);
    expect(ann.connection.closes).toEqual([]);
  });

  it('in a room with a name of any script is taken', async () => {
    const world = chat();
    const ann = await person(world, 'Ann', '/topic/chat-room/방_1-α');
    say(ann, '/app/chat-room/방_1-α/send', { content: 'hi' });
    expect(JSON.parse((await ann.hears('MESSAGE')).body)).toMatchObject({ roomId: '방_1-α' });
  });

  it.each([
    ['/topic/chat-room/7', '/app/chat-room/{roomId}/send'],
    ['/topic/chat-room/7/deep', '/app/chat-room/{roomId}/send'],
    ['/topic/public', '/app/chat.sendMessage'],
  ])('past its handler, straight to %s, is denied, and told where it belongs', async (destination, mend) => {
    const world = chat();
    const bo = await person(world, 'Bo', destination);
    say(await person(world, 'Eve'), destination, { sender: 'Ann', content: 'forged' });
    expect(await bo.heard()).toEqual([]);
    const eve = await person(world, 'Eve');
    say(eve, destination, {});
    const { close, frame } = await eve.ended();
    expect(close).toBe(1008);
    expect(frame!.headers.message).toContain(mend);
  });
});

describe('the topic of the rooms', () => {
  it('is the first prefix that fans out', () => {
    expect(topicOf(['/topic', '/queue'])).toBe('/topic');
    expect(topicOf(['/queue', '/news'])).toBe('/news');
    expect(topicOf(['/queue'])).toBe('/topic');
  });
});
