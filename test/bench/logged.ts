// Benchmark: 64 publishers to logged rooms over one Redis, with the whole machine: RECEIPTs per second and how long they take.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../servers/process.ts';
import { redisServer, startRedis } from '../servers/redis-server.ts';
import { needed } from './backing.ts';
import { loggedRooms, type Running, run } from './contestants.ts';
import type { ReceiptFigures, ReceiptPlan } from './load/receipts.ts';
import { cpuOf, end, start } from './processes.ts';
import { type Row, rowOf } from './report.ts';

const load = fileURLToPath(new URL('load/receipts.ts', import.meta.url));
const plan = { level: 'brokered', publishers: 64, inFlight: 2, rooms: 20, seconds: 5 };

/** Per message: microseconds of CPU. */
interface Measured extends ReceiptFigures {
  readonly node: number;
  readonly redis: number;
}

export async function logged(rounds: number): Promise<Row[]> {
  const program = await needed(redisServer);
  const all: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    const redis = await startRedis(program.address);
    const port = await freePort();
    const node = await run({ ...loggedRooms(redis.url, port), part: 'both' });
    try {
      all.push(await measured(node, redis.pid, { ...plan, port }));
    } finally {
      await node.stop();
      await redis.stop();
    }
  }
  const of = (name: keyof Measured): number[] => all.map((each) => each[name]);
  const row = (what: string, name: keyof Measured, unit: string): Parameters<typeof rowOf>[0] => ({
    what: `${plan.publishers} publishers x ${plan.inFlight} to logged rooms over Redis, ${what}`,
    ...{ ours: of(name), of: unit, unit, compare: (our: number) => our },
    ...{ rival: of('redis'), rivalName: 'CPU of Redis per message' },
  });
  return [
    rowOf({ ...row('RECEIPTs', 'rate', '/s'), target: { kind: 'at least', limit: 15_000 } }),
    rowOf({ ...row('99 % of them within', 'p99', 'ms'), target: { kind: 'at most', limit: 30 } }),
    rowOf(row('CPU of the node per message', 'node', 'us')),
  ];
}

async function measured(node: Running, redis: number, given: ReceiptPlan): Promise<Measured> {
  const child = start('both', [process.execPath, load, JSON.stringify(given)], true);
  const pids = [node.pid, redis];
  try {
    await once(child, 'message');
    const before = pids.map(cpuOf);
    const [figures] = (await once(child, 'message')) as [ReceiptFigures];
    const [ours, its] = pids.map((pid, at) => (cpuOf(pid) - before[at]!) * 1e6) as [number, number];
    const messages = figures.rate * given.seconds;
    return { ...figures, node: ours / messages, redis: its / messages };
  } finally {
    await end(child);
  }
}
