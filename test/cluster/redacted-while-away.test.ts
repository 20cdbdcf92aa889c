// What is redacted or cleared on one node of a service: no subscriber of another is given it, who was away or is slow to acknowledge.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Server } from '../../src/index.ts';
import type { RawTcp } from '../e2e/clients/raw-tcp.ts';
import { requires } from '../servers/requires.ts';
import { onOwnRedis, type UserNodes } from './user-nodes.ts';

const program = requires('redis-server');
const room = '/topic/room/1';

describe.runIf(program)('over a Redis', () => {
  let nodes: UserNodes;
  let stop: () => Promise<void>;
  let one: Server;
  let other: Server;

  beforeEach(async () => {
    ({ nodes, stop } = await onOwnRedis(program!));
    [one, other] = (await Promise.all([1, 2].map(() => nodes.node({ logged: ['/topic/room/*'] })))) as [
      Server,
      Server,
    ];
  });
  afterEach(() => stop());

  const ann = async (at: Server, headers: Record<string, string> = {}): Promise<RawTcp> => {
    const client = await nodes.open(at as never);
    await client.connect({ login: 'ann' });
    await client.confirmed('SUBSCRIBE', { destination: room, id: 's', ack: 'client-individual', ...headers });
    return client;
  };
  const gone = async (client: RawTcp): Promise<void> => {
    await client.confirmed('DISCONNECT');
    client.drop();
  };
  const say = async (...bodies: string[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const body of bodies) ids.push((await other.publish(room, body, {})).messageId!);
    return ids;
  };
  const seen = ({ messages }: RawTcp): string[] =>
    messages.map(({ body, headers }) => headers.tombstone ?? String(body));
  const durable = { durable: 'true' };

  it('a durable subscriber gets tombstones for what he had, and for what came while he was away', async () => {
    const first = await ann(one, { ...durable, 'prefetch-count': '1' });
    const ids = await say('had', 'kept', 'waits', 'last');
    await first.message('had');
    await gone(first);
    for (const at of [0, 2]) expect(await one.history.redact(room, ids[at]!)).toBe(true);
    const again = await ann(other, durable);
    await again.message('last');
    expect(seen(again)).toEqual(['redacted', 'kept', 'redacted', 'last']);
  });

  it('a durable subscriber to a pattern hears only what was said since all was cleared', async () => {
    const pattern = { ...durable, destination: '/topic/room/*' };
    await gone(await ann(one, pattern));
    await say('one', 'two');
    await one.history.clear(room);
    await say('three');
    const again = await ann(other, pattern);
    await again.message('three');
    expect(seen(again)).toEqual(['three']);
  });

  it('who has not acknowledged what came before gets a tombstone, once his node has heard of it', async () => {
    const slow = await ann(one, { 'prefetch-count': '1' });
    const [, waits] = await say('had', 'waits');
    const { headers } = await slow.message('had');
    const beside = await nodes.enter(one, 'bob');
    await beside.subscribe(room, 'b');
    await other.history.redact(room, waits!);
    await say('later'); // comes to that node behind the news
    await beside.message('later');
    slow.frame('ACK', { id: headers.ack! });
    const next = await slow.next('MESSAGE', ({ headers }) => headers.tombstone === 'redacted');
    slow.frame('ACK', { id: next.headers.ack! });
    await slow.message('later');
    expect(seen(slow)).toEqual(['had', 'redacted', 'later']);
  });
});
