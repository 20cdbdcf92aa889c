// Benchmark: what the relay over Redis costs, against the memory broker and Socket.IO's Redis streams adapter.
import { setTimeout as pause } from 'node:timers/promises';
import { type OwnRedis, redisServer, startRedis } from '../servers/redis-server.ts';
import { needed } from './backing.ts';
import {
  type Contestant,
  loggedRooms,
  overRedis,
  type Running,
  run,
  socketIoOverRedis,
  stompwire,
} from './contestants.ts';
import { costsOf, type LoadPlan } from './loads.ts';
import { cpuOf } from './processes.ts';
import { type Row, rowOf } from './report.ts';
import { median } from './statistics.ts';

const common = { window: 16, inBursts: true, bodyBytes: 120 };
/** In bursts: with messages under way all the time, how many meet in a turn would be the load's doing. */
const fan: LoadPlan = { ...common, subscribers: 100, rooms: 1, publishers: 1, messages: 8000 };
const single: LoadPlan = { ...fan, messages: 2000, window: 1 };
/** Half of each room at each node. */
const rooms: LoadPlan = { ...common, subscribers: 400, rooms: 4, publishers: 4, messages: 4000 };
const logged = { subscribeTo: '/topic/chat-room/%', publishTo: '/app/chat-room/%/send' };

type Series = Record<string, number[]>;
type Add = (name: string, value: number) => void;

export async function relay(rounds: number): Promise<Row[]> {
  const program = await needed(redisServer);
  const series: Series = {};
  const add: Add = (name, value) => {
    series[name] ??= [];
    series[name].push(value);
  };
  for (let round = 0; round < rounds; round++) {
    const redis = await startRedis(program.address);
    try {
      await oneNode(redis, fan, 'burst', add);
      await oneNode(redis, single, 'single', add);
      await apart(redis, add);
      await twoNodes(redis, overRedis(redis.url), rooms, 'plain', add);
      await twoNodes(redis, loggedRooms(redis.url), { ...rooms, ...logged }, 'logged', add);
      await twoNodes(redis, socketIoOverRedis(redis.url), rooms, 'adapter', add);
    } finally {
      await redis.stop();
    }
  }
  return rowsOf(series);
}

/** All subscribers of one busy room at one node, without Redis and over it. */
async function oneNode(redis: OwnRedis, plan: LoadPlan, name: string, add: Add): Promise<void> {
  await using(stompwire, 1, async (nodes) => {
    const { each } = await costsOf(nodes, stompwire, plan, [nodes[0]!.pid]);
    add(`${name}, memory`, each[0]!);
  });
  const contestant = overRedis(redis.url);
  await using(contestant, 1, async (nodes) => {
    const { each } = await costsOf(nodes, contestant, plan, [nodes[0]!.pid, redis.pid]);
    add(`${name}, node`, each[0]!);
    add(`${name}, redis`, each[1]!);
  });
}

/** For so long it is looked at what a node takes when nothing happens, in seconds. */
const quiet = 5;

/** Two nodes, and all clients at the first: what the traffic adds to the second, in percent of its CPU. */
async function apart(redis: OwnRedis, add: Add): Promise<void> {
  const contestant = overRedis(redis.url);
  await using(contestant, 2, async ([busy, idle]) => {
    await pause(2000); // what is done once behind the start is done
    const before = cpuOf(idle!.pid);
    await pause(quiet * 1000);
    const usual = (cpuOf(idle!.pid) - before) / quiet;
    const plan = { ...rooms, messages: 40_000 };
    const pids = [busy!.pid, redis.pid, idle!.pid];
    const { each, outcome } = await costsOf([busy!], contestant, plan, pids);
    const added = each[2]! - (usual * outcome.seconds * 1e6) / outcome.deliveries;
    add('apart', Math.max(0, (added * 100) / (each[0]! + each[1]!)));
    add('apart, busy', each[0]! + each[1]!);
  });
}

/** Two nodes with half of the clients each: the CPU of both and of Redis. */
async function twoNodes(
  redis: OwnRedis,
  contestant: Contestant,
  plan: LoadPlan,
  name: string,
  add: Add,
): Promise<void> {
  await using(contestant, 2, async (nodes) => {
    const { each } = await costsOf(nodes, contestant, plan, [...nodes.map(({ pid }) => pid), redis.pid]);
    add(name, each[0]! + each[1]! + each[2]!);
    add(`${name}, redis`, each[2]!);
  });
}

async function using(
  contestant: Contestant,
  count: number,
  use: (nodes: readonly Running[]) => Promise<void>,
): Promise<void> {
  const nodes: Running[] = [];
  try {
    for (let at = 0; at < count; at++) nodes.push(await run(contestant));
    await use(nodes);
  } finally {
    for (const node of nodes) await node.stop();
  }
}

function rowsOf(series: Series): Row[] {
  const of = (name: string): number[] => series[name]!;
  const redis = (name: string): string => `Redis ${median(of(`${name}, redis`)).toFixed(2)}`;
  const relayed = (name: string, what: string): Row =>
    rowOf({
      what: `100 subscribers, ${what}: over Redis / memory`,
      ...{ ours: of(`${name}, node`), of: `us (+ ${redis(name)})` },
      ...{ rival: of(`${name}, memory`), rivalName: 'memory broker' },
      target: { kind: 'at most', limit: 2 },
    });
  const against = (name: string): Row =>
    rowOf({
      what: `two nodes, 4 rooms of 100, ${name}: rival / ours`,
      ...{ ours: of(name), of: `us, ${redis(name)}` },
      ...{ rival: of('adapter'), rivalName: `Socket.IO (${redis('adapter')})` },
      compare: (our, their) => their / our,
      target: { kind: 'at least', limit: 3 },
    });
  return [
    relayed('burst', 'bursts of 16'),
    relayed('single', '1 in flight'),
    rowOf({
      what: 'what traffic adds to a node without subscribers',
      ...{ ours: of('apart'), of: '% of', rival: of('apart, busy'), rivalName: 'us, busy node and Redis' },
      ...{ compare: (our) => our, unit: '%', target: { kind: 'at most', limit: 1 } },
    }),
    against('plain'),
    against('logged'),
  ];
}
