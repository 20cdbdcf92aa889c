// A SEND that is retried on another node after a loss: its handler runs once, and the retry has its answer.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Server } from '../../src/index.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { bodiesOf, UserNodes } from './user-nodes.ts';

const program = requires('redis-server');

describe.runIf(program)('a SEND with an idempotency key', () => {
  let redis: OwnRedis;
  let nodes: UserNodes;
  let runs: string[];
  /** Lets go of the handlers that wait. */
  let release: (() => void)[];

  const node = (name: string): Promise<Server> =>
    nodes.node({}, (server) => {
      server.app.message('/order', { sendTo: '/topic/orders' }, async ({ body }) => {
        runs.push(`${name} ${body}`);
        if (String(body).startsWith('slow')) await new Promise<void>((resolve) => release.push(resolve));
        if (String(body).startsWith('bad')) throw new Error('no');
        return body;
      });
    });
  const order = { destination: '/app/order', 'idempotency-key': 'k', receipt: 'r' };

  beforeEach(async () => {
    redis = await startRedis(program!);
    nodes = new UserNodes(redis.url, '&wait=1000');
    runs = [];
    release = [];
  });
  afterEach(async () => {
    await nodes.close();
    await redis.stop();
  });

  it('is run once, be it retried on this node or on another', async () => {
    const [a, b] = [await node('a'), await node('b')];
    const witness = await nodes.enter(b, 'bob');
    await witness.subscribe('/topic/orders', 'orders');
    for (const at of [a, b, a, b]) {
      const ann = await nodes.enter(at, 'ann');
      ann.frame('SEND', order, 'tea');
      await ann.next('RECEIPT', ({ headers }) => headers['receipt-id'] === 'r');
      ann.drop();
    }
    const other = await nodes.enter(b, 'cy');
    other.frame('SEND', order, "cy's own");
    await witness.message("cy's own");
    expect(runs).toEqual(['a tea', "b cy's own"]);
    expect(bodiesOf(witness)).toEqual(['tea', "cy's own"]);
  });

  it('that still runs when it comes again elsewhere is waited for', async () => {
    const [a, b] = [await node('a'), await node('b')];
    const witness = await nodes.enter(a, 'bob');
    await witness.subscribe('/topic/orders', 'orders');
    const lost = await nodes.enter(a, 'ann');
    lost.frame('SEND', order, 'slow');
    while (release.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    lost.drop();
    const again = await nodes.enter(b, 'ann');
    again.frame('SEND', order, 'slow');
    again.frame('SEND', { destination: '/topic/orders' }, 'behind it');
    await witness.message('behind it');
    expect(again.frames.all.some(({ headers }) => headers['receipt-id'] === 'r')).toBe(false);
    release[0]!();
    await again.next('RECEIPT', ({ headers }) => headers['receipt-id'] === 'r');
    expect(runs).toEqual(['a slow']);
  });

  it('that failed is told so, and may be tried again elsewhere', async () => {
    const [a, b] = [await node('a'), await node('b')];
    for (const at of [a, b]) {
      const ann = await nodes.enter(at, 'ann');
      ann.frame('SEND', order, 'bad');
      const told = await ann.next('MESSAGE', ({ headers }) => headers['receipt-id'] === 'r');
      expect(JSON.parse(String(told.body)).code).toBe('handler-failed');
    }
    expect(runs).toEqual(['a bad', 'b bad']);
  });

  it('of a guest is known by the client-token, on whichever node', async () => {
    const [a, b] = [await node('a'), await node('b')];
    const tokens: string[] = [];
    for (const at of [a, b]) {
      const guest = await nodes.open(at);
      const { headers } = await guest.connect(tokens.length > 0 ? { 'client-token': tokens[0]! } : {});
      tokens.push(headers['client-token']!);
      guest.frame('SEND', order, 'tea');
      await guest.next('RECEIPT');
    }
    const stranger = await nodes.open(b);
    await stranger.connect();
    stranger.frame('SEND', order, 'coffee');
    await stranger.next('RECEIPT');
    expect(tokens[0]).toBe(tokens[1]);
    expect(runs).toEqual(['a tea', 'b coffee']);
  });

  it('is refused while nobody can say whether it was run, and is run when it can be said', async () => {
    const a = await node('a');
    const ann = await nodes.enter(a, 'ann');
    await redis.kill('SIGKILL');
    ann.frame('SEND', order, 'tea');
    const told = await ann.next('MESSAGE', ({ headers }) => headers['receipt-id'] === 'r');
    expect(JSON.parse(String(told.body)).code).toBe('relay-unavailable');
    expect(runs).toEqual([]);
    await redis.restart();
    while ((await a.http.inject('/health/ready')).statusCode !== 200)
      await new Promise((resolve) => setTimeout(resolve, 20));
    ann.frame('SEND', { ...order, receipt: 'r2' }, 'tea');
    await ann.next('RECEIPT', ({ headers }) => headers['receipt-id'] === 'r2');
    expect(runs).toEqual(['a tea']);
  });
});
