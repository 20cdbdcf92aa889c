// Benchmark: a SEND through interceptors, schema and handler to one subscriber, against a bare echo; finding a handler.
import { RouteTable } from '../../src/routing/route-table.ts';
import { bareWs, type Contestant, handled } from './contestants.ts';
import { costOf, type LoadPlan } from './loads.ts';
import { type Row, rowOf } from './report.ts';
import { interleaved } from './statistics.ts';

const echo: LoadPlan = {
  subscribers: 1,
  rooms: 1,
  publishers: 1,
  messages: 60_000,
  window: 16,
  bodyBytes: 120,
};
const throughHandler: LoadPlan = {
  ...echo,
  subscribeTo: '/topic/chat-room/r%',
  publishTo: '/app/chat-room/r%/send',
};

const micros = (contestant: Contestant, plan: LoadPlan) => async () =>
  (await costOf(contestant, plan)).microsecondsPerDelivery;

export async function handlers(rounds: number): Promise<Row[]> {
  const measured = await interleaved(rounds, {
    ours: micros(handled, throughHandler),
    bare: micros(bareWs, echo),
    variables: () => lookup((area) => `/area-${area}/room-${area * 7}/do/x${area}`),
    fixed: () => lookup((area) => `/area-${area}/fixed/send`),
  });
  return [
    rowOf({
      what: '3 interceptors, schema, handler',
      ours: measured.ours!,
      rival: measured.bare!,
      rivalName: 'bare ws',
      of: 'us',
      target: { kind: 'at most', limit: 1.5 },
    }),
    ...(['variables', 'fixed'] as const).map((kind) => lookupRow(kind, measured[kind]!)),
  ];
}

function lookupRow(kind: string, measured: readonly number[]): Row {
  return rowOf({
    what: `finding one of 100 handlers, ${kind}`,
    ours: measured,
    rival: measured.map(() => 0),
    rivalName: '-',
    of: 'us',
    compare: (our) => our,
    unit: 'us',
    target: { kind: 'at most', limit: 0.5 },
  });
}

/** Microseconds of CPU that it takes to find a handler, of 100 that are registered. */
function lookup(destinationIn: (area: number) => string): number {
  const areas = Array.from({ length: 50 }, (_, area) => area);
  const table = new RouteTable<number>();
  for (const area of areas) table.add(`/area-${area}/fixed/send`, area);
  for (const area of areas) table.add(`/area-${area}/{id}/do/{what}`, area);
  const destinations = areas.map(destinationIn);
  find(table, destinations, 200_000);
  const begin = process.cpuUsage();
  find(table, destinations, 1_000_000);
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1_000_000;
}

function find(table: RouteTable<number>, destinations: readonly string[], times: number): void {
  for (let i = 0; i < times; i++)
    if (table.find(destinations[i % destinations.length]!) === undefined) throw new Error('no handler');
}
