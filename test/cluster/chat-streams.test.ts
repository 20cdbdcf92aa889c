// Rooms as event streams over two nodes: what is said on one is heard on the other, and who is sent out on one is cut on the other.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installChat } from '../../src/chat/chat.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import type { Server } from '../../src/index.ts';
import { EventReader } from '../event-reader.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { UserNodes } from './user-nodes.ts';

const program = requires('redis-server');

describe.runIf(program)('event streams of rooms over two nodes', () => {
  let redis: OwnRedis;
  let nodes: UserNodes;
  let here: Server;
  let there: Server;
  const streams: AbortController[] = [];

  beforeAll(async () => {
    redis = await startRedis(program!);
  });
  afterAll(() => redis?.stop());
  beforeEach(async () => {
    nodes = new UserNodes(redis.url);
    const repository = new MemoryRepository();
    const prepare = (server: Server): void => installChat(server, { repository });
    [here, there] = [
      await nodes.node({ rooms: 'members' }, prepare),
      await nodes.node({ rooms: 'members' }, prepare),
    ];
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.abort();
    await nodes.close();
  });

  async function ask(node: Server, method: string, path: string, body?: object): Promise<number> {
    const response = await fetch(`${node.addresses.http}/api/chat${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return response.status;
  }

  async function stream(node: Server, user: string, lastEventId = ''): Promise<EventReader> {
    const stop = new AbortController();
    streams.push(stop);
    const response = await fetch(`${node.addresses.http}/api/chat/rooms/r/subscribe?userId=${user}`, {
      signal: stop.signal,
      headers: { 'last-event-id': lastEventId },
    });
    expect(response.status).toBe(200);
    return new EventReader(response.body!);
  }

  it('bring what is said anywhere, and go on at the other node where they were', async () => {
    await ask(here, 'POST', '/rooms?userId=kim', { id: 'r' });
    const events = await stream(there, 'kim');
    await ask(here, 'POST', '/rooms/r/messages?userId=kim', { content: 'one' });
    const { id } = await events.next('message', '"one"');
    await ask(there, 'POST', '/rooms/r/messages?userId=kim', { content: 'two' });
    const again = await stream(here, 'kim', id);
    expect((await again.next()).data).toBe('{"resume":"complete"}');
    await again.next('message', '"two"');
    expect(again.text).not.toContain('"one"');
  });

  it('end on every node for who is sent out on one', async () => {
    await ask(here, 'POST', '/rooms?userId=kim', { id: 'r', kind: 'private' });
    expect(await ask(here, 'PUT', '/rooms/r/members/lee?userId=kim', {})).toBe(204);
    const [cut, stays] = [await stream(there, 'lee'), await stream(there, 'kim')];
    expect(await ask(here, 'DELETE', '/rooms/r/members/lee?userId=kim')).toBe(204);
    expect((await cut.next('error')).data).toContain("you were sent out of room 'r'");
    await cut.end();
    await ask(here, 'POST', '/rooms/r/messages?userId=kim', { content: 'among us' });
    await stays.next('message', 'among us');
    expect(cut.text).not.toContain('among us');
    expect(await ask(there, 'GET', '/rooms/r/subscribe?userId=lee')).toBe(404);
  });
});
