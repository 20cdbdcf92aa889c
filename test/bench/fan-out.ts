// Benchmark: CPU per delivery to 500 subscribers of one topic, against bare ws, stomp-broker-js and Socket.IO.
import { bareWs, type Contestant, floor, socketIo, stompBroker, stompwire } from './contestants.ts';
import { costOf, type LoadPlan } from './loads.ts';
import { type Row, rowOf, type Target } from './report.ts';
import { interleaved, inverse, type Measure, type Measured } from './statistics.ts';

const common: LoadPlan = {
  subscribers: 500,
  rooms: 1,
  publishers: 1,
  messages: 1000,
  window: 16,
  bodyBytes: 120,
};
const distinct = 'with distinct ids';
const rivals = [bareWs, stompBroker, socketIo];

export async function fanOut(rounds: number): Promise<Row[]> {
  const least = floor();
  const crowded = await interleaved(rounds, {
    ...contenders([stompwire, ...rivals, ...(least ? [least] : [])], common),
    [distinct]: cpu(stompwire, { ...common, distinctIds: true }),
  });
  const single = await interleaved(
    rounds,
    contenders([stompwire, ...rivals], { ...common, messages: 400, window: 1 }),
  );
  return [
    ...rivals.map(({ name }) => ahead(crowded, name, aheadOf(name))),
    ...(least ? floorRows(crowded, least.name) : []),
    rowOf({
      what: 'fan-out, ids of their own: ours / ours',
      ours: crowded[distinct]!,
      rival: crowded[stompwire.name]!,
      rivalName: 'with shared ids',
      of: 'us',
    }),
    ...rivals.map(({ name }) => noMore(single, name)),
  ];
}

function contenders(all: readonly Contestant[], plan: LoadPlan): Record<string, Measure> {
  return Object.fromEntries(all.map((contestant) => [contestant.name, cpu(contestant, plan)]));
}

function cpu(contestant: Contestant, plan: LoadPlan): Measure {
  return async () => (await costOf(contestant, plan)).microsecondsPerDelivery;
}

const aheadOf = (name: string): Target | undefined =>
  name === bareWs.name ? { kind: 'at least', limit: 7 } : undefined;

/** How many times the rival's cost ours is. */
function ahead(measured: Measured, rival: string, target: Target | undefined): Row {
  return rowOf({
    what: 'fan-out, 16 in flight: rival / ours',
    ours: measured[stompwire.name]!,
    rival: measured[rival]!,
    rivalName: rival,
    of: 'us',
    compare: inverse,
    ...(target && { target }),
  });
}

function noMore(measured: Measured, rival: string): Row {
  return rowOf({
    what: 'fan-out, 1 in flight: ours / rival',
    ours: measured[stompwire.name]!,
    rival: measured[rival]!,
    rivalName: rival,
    of: 'us',
    ...(rival === bareWs.name && { target: { kind: 'at most', limit: 1 } }),
  });
}

function floorRows(measured: Measured, least: string): Row[] {
  const row = (what: string, ours: string, limit: number): Row =>
    rowOf({
      what: `fan-out, ${what}: ours / floor`,
      ours: measured[ours]!,
      rival: measured[least]!,
      rivalName: least,
      of: 'us',
      target: { kind: 'at most', limit },
    });
  return [row('16 in flight', stompwire.name, 1.8), row('ids of their own', distinct, 2.5)];
}
