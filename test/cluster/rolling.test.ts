// A rolling restart of three nodes under load: nothing that was confirmed is lost, doubled or out of order.
import { beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { StompwireClient } from '../../src/client/index.ts';
import type { Server } from '../../src/index.ts';
import { usualPolicy } from '../../src/message/policies.ts';
import { until } from '../servers/redis-groups.ts';
import { requires } from '../servers/requires.ts';
import { onOwnRedis, type UserNodes } from './user-nodes.ts';

const program = requires('redis-server');
const rooms = 3;
const people = 24;

describe.runIf(program)('a rolling restart under load', () => {
  let nodes: UserNodes;
  beforeEach(async () => {
    const own = await onOwnRedis(program!);
    ({ nodes } = own);
    return own.stop;
  });

  const start = (): Promise<Server> =>
    nodes.node({ retryAfter: 400, drainRate: 50 }, (server) => {
      server.policies.add({ ...usualPolicy, pattern: '/topic/room/*' });
      server.app.message('/room/{id}', { sendTo: '/topic/room/{id}' }, ({ body }) => body);
    });

  it('loses nothing, doubles nothing, and keeps everybody within reach', async () => {
    const serving = [await start(), await start(), await start()];
    let dials = 0;
    const outages: number[] = [];
    const everybody = Array.from({ length: people }, (_, at) => {
      const heard: string[] = [];
      const gaps: boolean[] = [];
      let lostAt = 0;
      const client = new StompwireClient({
        webSocketFactory: () => {
          const { addresses } = serving[dials++ % serving.length]!; // as a balancer does
          return new WebSocket(addresses.endpoints[0]!, ['v12.stomp']) as unknown as globalThis.WebSocket;
        },
        connectHeaders: { login: `user-${at}` },
        backoff: { first: 200, longest: 400 },
        onPhase: ({ phase }) => {
          if (phase === 'waiting' && lostAt === 0) lostAt = performance.now();
          if (phase !== 'online' || lostAt === 0) return;
          outages.push(performance.now() - lostAt);
          lostAt = 0;
        },
      });
      client.subscribe(`/topic/room/${at % rooms}`, ({ body }) => heard.push(body), {
        resumeFrom: 'first',
        onResume: ({ complete }) => void gaps.push(complete),
      });
      client.activate();
      return { client, heard, gaps, room: at % rooms };
    });
    let stopped = false;
    const confirmed: string[][] = Array.from({ length: rooms }, () => []);
    const publishing = everybody.slice(0, 2 * rooms).map(async ({ client, room }, at) => {
      for (let n = 0; !stopped; n++) {
        await client.send(`/app/room/${room}`, `${at}-${n}`);
        confirmed[room]!.push(`${at}-${n}`);
      }
    });
    const progress = async (): Promise<void> => {
      const before = confirmed.map(({ length }) => length + 20);
      await until(async () => confirmed.every(({ length }, room) => length >= before[room]!));
    };
    for (let round = 0; round < 3; round++) {
      await progress();
      const old = serving[round]!;
      const next = await start();
      serving[round] = next;
      await old.close();
    }
    await progress();
    stopped = true;
    await Promise.all(publishing);
    for (const { client, room } of everybody.slice(0, rooms))
      await client.send(`/app/room/${room}`, 'the end');
    await until(async () => everybody.every(({ heard }) => heard.at(-1) === 'the end'));
    await Promise.all(everybody.map(({ client }) => client.deactivate()));
    const [first] = everybody;
    for (const { heard, gaps, room } of everybody) {
      expect(new Set(heard).size).toBe(heard.length);
      expect(confirmed[room]!.filter((text) => !heard.includes(text))).toEqual([]);
      expect(heard).toEqual(everybody[room]!.heard);
      expect(gaps).not.toContain(false);
    }
    outages.sort((a, b) => a - b);
    const at = (part: number): number => Math.round(outages[Math.floor((outages.length - 1) * part)]!);
    console.log(`${outages.length} outages: median ${at(0.5)} ms, p99 ${at(0.99)} ms`);
    expect(outages.length).toBeGreaterThanOrEqual(people);
    expect(first!.heard.length).toBeGreaterThan(60);
  });
});
