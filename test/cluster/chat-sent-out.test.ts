// Who is sent out of a room on one node hears nothing later on any of them, nor when a node did not hear of it at once.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { installChat } from '../../src/chat/chat.ts';
import { MemoryRepository } from '../../src/chat/repositories/memory.ts';
import type { Config, Server } from '../../src/index.ts';
import type { RawTcp } from '../e2e/clients/raw-tcp.ts';
import { until } from '../servers/redis-groups.ts';
import type { OwnRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { DeafGate } from './deaf-gate.ts';
import { bodiesOf, onOwnRedis, type UserNodes } from './user-nodes.ts';

const program = requires('redis-server');
const topic = '/topic/chat-room/r';

describe.runIf(program)('who is sent out of a room', () => {
  let redis: OwnRedis;
  let nodes: UserNodes;
  let repository: MemoryRepository;
  beforeEach(async () => {
    const own = await onOwnRedis(program!);
    ({ redis, nodes } = own);
    repository = new MemoryRepository();
    return own.stop;
  });

  const node = (options: Partial<Config> = {}): Promise<Server> =>
    nodes.node({ rooms: 'members', systemMessages: 'off', ...options }, (server) =>
      installChat(server, { repository }),
    );

  const say = (client: RawTcp, destination: string, body: unknown): Promise<unknown> =>
    client.confirmed('SEND', { destination, 'content-type': 'application/json' }, JSON.stringify(body));

  const refusals = ({ messages }: RawTcp): string[] =>
    messages
      .filter(({ headers }) => headers.destination === '/user/queue/errors')
      .map(({ headers }) => headers['subscription-id']!)
      .sort();

  const contents = (client: RawTcp): string[] =>
    bodiesOf(client).map((body) => String((JSON.parse(body) as { content?: string }).content));

  /** kim's room with lee in it. */
  async function room(at: Server): Promise<RawTcp> {
    const kim = await nodes.enter(at, 'kim');
    await say(kim, '/app/chat-rooms/create', { id: 'r', kind: 'private' });
    await say(kim, '/app/chat-room/r/invite', { user: 'lee' });
    await kim.subscribe(topic, 'room');
    return kim;
  }

  it('is cut on all nodes, however it listens, before anything is said after the answer', async () => {
    const all = [await node(), await node(), await node()];
    const kim = await room(all[0]!);
    const kinds = [{}, { ack: 'client' }, { 'resume-from': 'first' }, { durable: 'true' }];
    const devices = await Promise.all(all.map((at) => nodes.enter(at, 'lee')));
    for (const [at, device] of devices.entries())
      for (const [kind, more] of kinds.entries()) {
        const headers = { destination: topic, id: `${at}-${kind}`, ...more };
        await device.confirmed('SUBSCRIBE', headers);
      }
    await say(kim, '/app/chat-room/r/send', { content: 'before' });
    for (const device of devices)
      await until(async () => contents(device).filter((one) => one === 'before').length === kinds.length);
    const begun = performance.now();
    await say(kim, '/app/chat-room/r/remove', { user: 'lee' });
    const answered = performance.now();
    const elsewhere = await nodes.enter(all[1]!, 'kim');
    for (const client of [kim, elsewhere]) await say(client, '/app/chat-room/r/send', { content: 'after' });
    for (const [at, device] of devices.entries())
      await until(async () => refusals(device).join() === kinds.map((_, kind) => `${at}-${kind}`).join());
    const cut = performance.now();
    console.log(
      `answered after ${Math.round(answered - begun)} ms, cut everywhere after ${Math.round(cut - begun)} ms`,
    );
    await until(async () => contents(kim).filter((one) => one === 'after').length === 2);
    for (const device of devices) {
      await device.subscribe('/topic/news', 'news'); // what was on its way before has come
      expect(contents(device)).not.toContain('after');
    }
  });

  it('is cut where a node heard nothing of it, as soon as it listens again', async () => {
    const gate = await DeafGate.open(redis.port);
    onTestFinished(() => gate.close());
    const near = await node();
    const far = await node({ broker: nodes.broker.replace(String(redis.port), String(gate.port)) });
    const kim = await room(near);
    const [lee, stays] = [await nodes.enter(far, 'lee'), await nodes.enter(far, 'kim')];
    await lee.subscribe(topic, 'room');
    await stays.subscribe(topic, 'room');
    gate.deafen();
    await say(kim, '/app/chat-room/r/remove', { user: 'lee' });
    await until(async () => refusals(lee).join() === 'room');
    await say(kim, '/app/chat-room/r/send', { content: 'after' });
    await until(async () => contents(stays).includes('after'));
    await lee.subscribe('/topic/news', 'news');
    expect(contents(lee)).not.toContain('after');
  });
});
