// Whom a change of a room concerns hears of it on every device, and nobody else does.
import { afterEach, describe, expect, it } from 'vitest';
import { RoomAccess } from '../../src/chat/access.ts';
import { installChat } from '../../src/chat/chat.ts';
import { seenBy } from '../../src/chat/direct.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import { Rooms } from '../../src/chat/rooms.ts';
import { startTestApp, type TestApp, type TestClient, type TestSubscription } from '../../src/testing.ts';

const open: TestApp[] = [];

async function chat(rooms: 'open' | 'members' = 'members'): Promise<TestApp> {
  const kit = await startTestApp((server) => installChat(server), {
    options: { rooms, systemMessages: 'off' },
  });
  open.push(kit);
  return kit;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((kit) => kit.close()));
});

interface Device {
  readonly client: TestClient;
  readonly news: TestSubscription;
}

async function device(kit: TestApp, login: string): Promise<Device> {
  const client = await kit.connect({ login });
  return { client, news: await client.subscribe('/user/queue/room-changes') };
}

const told = async ({ news }: Device): Promise<unknown> => (await news.next()).body;

describe('of a room that is made, somebody is told', () => {
  it('who made it, on all devices; of one of two, both, each with the name of the other', async () => {
    const kit = await chat();
    const [laptop, phone, lee, eve] = [
      await device(kit, 'kim'),
      await device(kit, 'kim'),
      await device(kit, 'lee'),
      await device(kit, 'eve'),
    ];
    await laptop.client.send('/app/chat-rooms/create', { id: 'r', name: 'Ours', kind: 'private' });
    const made = {
      what: 'created',
      by: 'kim',
      role: 'owner',
      room: { id: 'r', name: 'Ours', kind: 'private' },
    };
    for (const one of [laptop, phone]) expect(await told(one)).toMatchObject(made);
    await laptop.client.send('/app/chat-rooms/direct', { user: 'lee' });
    for (const [one, other] of [
      [phone, 'lee'],
      [laptop, 'lee'],
      [lee, 'kim'],
    ] as const)
      expect(await told(one)).toMatchObject({
        what: 'created',
        role: 'member',
        room: { kind: 'direct', with: other },
      });
    await laptop.client.send('/app/chat-rooms/direct', { user: 'lee' });
    for (const one of [laptop, lee, eve]) await one.news.expectNothing();
  });
});

describe('of what becomes of a room', () => {
  it('whom it concerns hears, and nobody else', async () => {
    const kit = await chat();
    const [kim, lee, eve] = [await device(kit, 'kim'), await device(kit, 'lee'), await device(kit, 'eve')];
    await kim.client.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
    await told(kim);
    await kim.client.send('/app/chat-room/r/invite', { user: 'lee', role: 'reader' });
    expect(await told(lee)).toMatchObject({ what: 'joined', by: 'kim', role: 'reader', room: { id: 'r' } });
    const heard = await lee.client.subscribe('/topic/chat-room/r');
    await kim.client.send('/app/chat-room/r/invite', { user: 'lee', role: 'member' });
    expect(await told(lee)).toMatchObject({ what: 'role', role: 'member' });
    await kim.client.send('/app/chat-room/r/rename', { name: 'Another' });
    expect(await told(lee)).toMatchObject({ what: 'renamed', room: { name: 'Another' } });
    await kim.client.send('/app/chat-room/r/remove', { user: 'lee' });
    expect(await told(lee)).toMatchObject({ what: 'left', by: 'kim', room: { id: 'r' } });
    await kim.client.send('/app/chat-room/r/rename', { name: 'Without you' });
    await kim.client.send('/app/chat-room/r/delete-room', {});
    for (const one of [kim, lee, eve]) await one.news.expectNothing();
    await heard.expectNothing();
  });

  it('who is there hears that it is deleted', async () => {
    const kit = await chat();
    const [kim, lee] = [await device(kit, 'kim'), await device(kit, 'lee')];
    await kim.client.send('/app/chat-rooms/create', { id: 'r' });
    await lee.client.subscribe('/topic/chat-room/r');
    await kim.client.send('/app/chat-room/r/delete-room', {});
    expect(await told(lee)).toMatchObject({ what: 'deleted', by: 'kim', room: { id: 'r' } });
  });

  it('guests hear too', async () => {
    const kit = await chat('open');
    const kim = await device(kit, 'kim');
    await kim.client.send('/app/chat-room/r/join', {});
    expect(await told(kim)).toMatchObject({ what: 'joined', by: 'kim', role: 'member', room: { id: 'r' } });
  });
});

describe('a room of two', () => {
  const repository = new MemoryRepository();
  const access = new RoomAccess({ repository, open: false, keeps: 0, now: () => 0 });
  const rooms = new Rooms({
    repository,
    access,
    maxMembers: 10,
    noticeMembers: 2,
    clock: () => 0,
    changed: () => {},
  });

  it.each([
    ['kim', 'lee'],
    ['a', 'a, a'],
    ['a, b', 'c'],
    ['c', 'b, a'],
    ['k'.repeat(128), 'l'.repeat(128)],
    ['kim', 'l'.repeat(128)],
    ['김', '이, 김'],
  ])('has for each the name of the other: %s and %s', async (one, other) => {
    const room = await rooms.direct(one, other);
    expect(room.with).toBe(other);
    const { with: _, ...plain } = room;
    expect((await seenBy(plain, one, repository.members)).with).toBe(other);
    expect((await seenBy(plain, other, repository.members)).with).toBe(one);
    const mine = await rooms.mine(other, { limit: 10 });
    expect(mine.items.find(({ id }) => id === room.id)).toMatchObject({ with: one, role: 'member' });
    expect(await rooms.describe(room.id, other)).toMatchObject({ with: one });
  });
});
