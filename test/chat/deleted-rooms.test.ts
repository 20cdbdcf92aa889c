// A room that is deleted: whoever writes there is refused, nothing is heard later, its history goes, its id begins anew.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { installChat } from '../../src/chat/chat.ts';
import { DeletedRooms, type DeletedRoomsParts } from '../../src/chat/deleted-rooms.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import { SqliteRepository } from '../../src/chat/repositories/sqlite.ts';
import type { HistoryMessage } from '../../src/index.ts';
import { startTestApp, type TestApp } from '../../src/testing.ts';

const topic = '/topic/chat-room/r';
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Answer {
  readonly status: number;
  readonly body: { readonly type?: string; readonly content?: string };
}

function asking(kit: TestApp) {
  return async (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    as: string,
    body?: object,
  ): Promise<Answer> => {
    const url = `/api/chat/rooms${path}?userId=${as}`;
    const asked = { method, url, headers: { host: 'localhost' }, ...(body && { payload: body }) };
    const { statusCode, body: text } = await kit.server.http.inject(asked);
    return { status: statusCode, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
  };
}

async function served(repository: MemoryRepository): Promise<TestApp> {
  const options = { rooms: 'members', systemMessages: 'off', logged: [`${topic} count=5`] } as const;
  const kit = await startTestApp((server) => installChat(server, { repository }), {
    options: { ...options, logged: [...options.logged] },
  });
  ends.push(() => kit.close());
  return kit;
}

describe('a room that is deleted while many write there', () => {
  it('refuses each of them by name, tells nobody later, leaves nothing; and one of its id begins with nothing', async () => {
    const repository = new MemoryRepository();
    const kit = await served(repository);
    const ask = asking(kit);
    const [kim, lee] = [await kit.connect({ login: 'kim' }), await kit.connect({ login: 'lee' })];
    await kim.send('/app/chat-rooms/create', { id: 'r', kind: 'private' });
    await kim.send('/app/chat-room/r/invite', { user: 'lee' });
    const heard: string[] = [];
    await kit.server.listen(topic, ({ body }) => heard.push(String(body)));
    const hears = await lee.subscribe(topic);
    let content = 'early';
    const refusals = new Set<string>();
    const byFrames = [kim, lee].map(async (client) => {
      for (let refused = 0; refused < 20; )
        await client.send('/app/chat-room/r/send', { content }).catch((error: { code: string }) => {
          refusals.add(error.code);
          refused++;
        });
    });
    const byRequests = ['kim', 'lee'].map(async (as) => {
      for (let refused = 0; refused < 20; ) {
        const { status, body } = await ask('POST', '/r/messages', as, { content });
        if (status !== 201) refusals.add(`${status} ${body.type}`);
        if (status !== 201) refused++;
      }
    });
    for (let n = 0; n < 20; n++) await hears.next();
    expect(await ask('DELETE', '/r', 'kim')).toMatchObject({ status: 204 });
    content = 'late';
    const soFar = heard.length;
    await Promise.all([...byFrames, ...byRequests]);
    expect([...refusals].sort()).toEqual(['404 urn:stompwire:problem:no-such-room', 'no-access']);
    expect(heard.slice(soFar).join()).not.toContain('late');
    const all = async () => (await kit.server.history.page(topic, { limit: 1000 })).messages;
    await expect.poll(async () => (await all()).length).toBeLessThan(20);
    expect(await ask('POST', '', 'lee', { id: 'r' })).toMatchObject({ status: 404 });
    // what was under way at that moment goes with a later round, before the id is free
    await roundOf({ rooms: () => repository.rooms, history: kit.server.history, grace: 0 });
    expect(await ask('POST', '', 'lee', { id: 'r' })).toMatchObject({ status: 201 });
    expect(await ask('GET', '/r/messages', 'lee')).toMatchObject({ status: 200, body: [] });
    expect(await ask('POST', '/r/messages', 'lee', { content: 'fresh' })).toMatchObject({ status: 201 });
    expect(await ask('GET', '/r/messages', 'lee')).toMatchObject({ body: [{ content: 'fresh' }] });
    const replayed = await lee.subscribe(topic, { 'resume-from': 'first' });
    expect((await replayed.next()).body).toMatchObject({ content: 'fresh' });
    expect(await all()).toHaveLength(1);
  });

  it('was deleted by a process that ended then: the next one takes its messages away', async () => {
    const data = mkdtempSync(join(tmpdir(), 'stompwire-'));
    ends.push(() => rmSync(data, { recursive: true }));
    const start = async () => {
      const kit = await startTestApp((server) => installChat(server), {
        options: { rooms: 'members', data },
      });
      ends.push(() => kit.close());
      return kit;
    };
    const before = await start();
    await asking(before)('POST', '', 'kim', { id: 'r' });
    for (const content of ['a', 'b']) await asking(before)('POST', '/r/messages', 'kim', { content });
    await before.close();
    const repository = new SqliteRepository(join(data, 'chat.sqlite'));
    await repository.open();
    expect(await repository.rooms.delete('r')).toBe(true);
    await repository.close();
    const after = await start();
    await expect.poll(async () => (await after.server.history.page(topic)).messages).toEqual([]);
  });
});

type Given = Partial<DeletedRoomsParts>;

const roundOf = (given: Given): Promise<void> => roomsOf(given).round();

function roomsOf(given: Given): DeletedRooms {
  const destinationOf = (id: string): string => `/topic/chat-room/${id}`;
  const failed = (error: unknown): never => {
    throw error;
  };
  const { rooms = () => new MemoryRepository().rooms, history = historyOf({}), ...rest } = given;
  return new DeletedRooms({ rooms, history, destinationOf, grace: 1000, now: () => 0, failed, ...rest });
}

/** A history of numbers, in which it is told what is cleared. */
function historyOf(logs: Record<string, number>, cleared: string[] = []): DeletedRoomsParts['history'] {
  const numberIn = (destination: string) => logs[destination.replace('/topic/chat-room/', '')];
  return {
    page: async (destination) => {
      const number = numberIn(destination);
      return { messages: number === undefined ? [] : [{ number } as HistoryMessage], next: undefined };
    },
    clear: async (destination, through) => {
      cleared.push(`${destination} ${through}`);
    },
  };
}

async function deletedIn(...ids: string[]) {
  const { rooms } = new MemoryRepository();
  for (const id of ids) {
    await rooms.create({ id, name: id, kind: 'public', createdAt: 1, createdBy: 'kim' }, []);
    await rooms.delete(id);
  }
  return rooms;
}

describe('a round through the rooms that were deleted', () => {
  it('releases an id when nobody can write there any more, and not before', async () => {
    const rooms = await deletedIn('a', 'b');
    let now = 0;
    const cleared: string[] = [];
    const history = historyOf({ a: 5 }, cleared);
    const deleted = roomsOf({ rooms: () => rooms, history, now: () => now });
    await deleted.round();
    now = 999;
    await deleted.round();
    expect((await rooms.deleted({ limit: 9 })).items).toEqual(['a', 'b']);
    now = 1000;
    await deleted.round();
    expect((await rooms.deleted({ limit: 9 })).items).toEqual([]);
    expect(cleared).toEqual(Array.from({ length: 3 }, () => '/topic/chat-room/a 5'));
  });

  it('waits anew for an id that was released, used and deleted again, also where another node released it', async () => {
    const rooms = await deletedIn('a');
    let now = 0;
    const [one, other] = [0, 1].map(() => roomsOf({ rooms: () => rooms, now: () => now }));
    await one!.round();
    now = 500;
    await other!.round();
    now = 1000;
    await one!.round();
    expect(await rooms.wasDeleted('a')).toBe(false);
    await rooms.create({ id: 'a', name: 'a', kind: 'public', createdAt: 2, createdBy: 'lee' }, []);
    now = 1400;
    await rooms.delete('a');
    for (const node of [one!, other!]) node.heard('a');
    for (now of [1600, 2300]) for (const node of [one!, other!]) await node.round();
    expect(await rooms.wasDeleted('a')).toBe(true);
    now = 2400;
    await other!.round();
    expect(await rooms.wasDeleted('a')).toBe(false);
  });

  it('forgets when an id was deleted once it is released, also where the round that did so failed', async () => {
    const rooms = await deletedIn('a');
    let now = 0;
    let isAway = false;
    const deleted: typeof rooms.deleted = async (asked) => {
      if (asked.after === undefined) return { items: ['a'], next: 'a' };
      if (isAway) throw new Error('away');
      return { items: [], next: undefined };
    };
    const round = roomsOf({ rooms: () => ({ ...rooms, deleted }), now: () => now });
    await round.round();
    [now, isAway] = [1000, true];
    await expect(round.round()).rejects.toThrow('away');
    expect(await rooms.wasDeleted('a')).toBe(false);
    await rooms.create({ id: 'a', name: 'a', kind: 'public', createdAt: 2, createdBy: 'lee' }, []);
    await rooms.delete('a');
    isAway = false;
    await round.round();
    expect(await rooms.wasDeleted('a')).toBe(true);
  });

  it('takes nothing from a room that was made anew meanwhile, nor from one that is being deleted', async () => {
    const rooms = await deletedIn('a', 'b');
    const cleared: string[] = [];
    const history = historyOf({ a: 5, b: 6 }, cleared);
    const half = { ...rooms, find: async (id: string) => (id === 'b' ? ({ id } as never) : rooms.find(id)) };
    const page: typeof history.page = async (destination, asked) => {
      await rooms.release('a'); // by another node, which was done
      return history.page(destination, asked);
    };
    await roundOf({ rooms: () => half, history: { ...history, page }, grace: 0 });
    expect(cleared).toEqual([]);
    expect((await rooms.deleted({ limit: 9 })).items).toEqual(['b']);
  });

  it('goes on with the others when one fails, and tries it again', async () => {
    const rooms = await deletedIn('a', 'b');
    const failures: unknown[] = [];
    let broken = true;
    const clear = async (destination: string) => {
      if (broken && destination.endsWith('a')) throw new Error('away');
    };
    const history = { ...historyOf({ a: 1, b: 1 }), clear };
    const failed = (error: unknown) => void failures.push(error);
    const deleted = roomsOf({ rooms: () => rooms, history, grace: 0, failed });
    await deleted.round();
    expect((await rooms.deleted({ limit: 9 })).items).toEqual(['a']);
    expect(failures).toMatchObject([{ message: 'away' }]);
    broken = false;
    await deleted.round();
    expect((await rooms.deleted({ limit: 9 })).items).toEqual([]);
  });
});
