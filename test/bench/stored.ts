// Benchmark: RECEIPTs that stand for messages on disk, from the built service over TCP, beside those in memory only.
import type { ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../servers/process.ts';
import type { ReceiptFigures, ReceiptPlan, ReceiptReport } from './load/receipts.ts';
import { cpuOf, end, start } from './processes.ts';
import { type Row, rowOf } from './report.ts';

const service = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));
const load = fileURLToPath(new URL('load/receipts.ts', import.meta.url));
const plan = { publishers: 64, inFlight: 8, rooms: 20, seconds: 5 };
/** What is brokered only comes faster than it can be stored; it would be refused at the usual bound. */
const backlog = 1 << 30;
const what = `${plan.publishers} publishers x ${plan.inFlight}`;

/** What the service did for it. */
interface Measured extends ReceiptFigures {
  /** Commits, each with its sync, per second. */
  readonly batches: number;
  /** Microseconds of the service's CPU for a message, all of its threads. */
  readonly cpu: number;
  /** Per second of the load: near 1, it is the load that is measured. */
  readonly load: number;
}

export async function stored(rounds: number): Promise<Row[]> {
  const figures = { stored: [] as Measured[], brokered: [] as Measured[] };
  for (let round = 0; round < rounds; round++)
    for (const level of ['stored', 'brokered'] as const) figures[level].push(await measured(level));
  const of = (level: keyof typeof figures, name: keyof Measured): number[] =>
    figures[level].map((each) => each[name]);
  const beside = { rivalName: 'brokered', compare: (our: number) => our } as const;
  const row = (says: string, name: keyof Measured, unit: string): Parameters<typeof rowOf>[0] => ({
    ...{ ...beside, what: `${what}, ${says}`, of: unit, unit },
    ...{ ours: of('stored', name), rival: of('brokered', name) },
  });
  return [
    rowOf({ ...row('RECEIPTs', 'rate', '/s'), target: { kind: 'at least', limit: 10_000 } }),
    rowOf(row('half of them within', 'p50', 'ms')),
    rowOf({ ...row('99 % of them within', 'p99', 'ms'), target: { kind: 'at most', limit: 50 } }),
    rowOf(row('commits with a sync', 'batches', '/s')),
    rowOf(row('CPU of the service per message', 'cpu', 'us')),
    rowOf(row('CPU of the load', 'load', 's/s')),
  ];
}

/** One run of a service with a folder of its own, on the disk that it would use. */
async function measured(level: string): Promise<Measured> {
  const data = mkdtempSync(join(tmpdir(), 'stompwire-bench-'));
  const [port, ops] = [await freePort(), await freePort()];
  const ports = ['--port', '0', '--stomp-port', String(port), '--ops', String(ops)];
  const server = start('both', [
    process.execPath,
    service,
    'serve',
    ...ports,
    ...['--data', data, '--log-level', 'error', '--history-backlog', String(backlog)],
  ]);
  try {
    await listening(port, server);
    return await underLoad(server, ops, { ...plan, port, level });
  } finally {
    await end(server);
    rmSync(data, { recursive: true });
  }
}

/** What has been used up so far. */
interface Used {
  readonly at: number;
  readonly batches: number;
  readonly service: number;
  readonly load: number;
}

async function underLoad(server: ChildProcess, ops: number, given: ReceiptPlan): Promise<Measured> {
  const child = start('both', [process.execPath, load, JSON.stringify(given)], true);
  const reports = on(child, 'message', { close: ['exit'] })[Symbol.asyncIterator]();
  const used = async (): Promise<Used> => ({
    at: performance.now(),
    batches: await batchesOf(ops),
    service: cpuOf(server.pid!),
    load: cpuOf(child.pid!),
  });
  try {
    await said(reports);
    const before = await used();
    const figures = (await said(reports)) as ReceiptFigures;
    const after = await used();
    const seconds = (after.at - before.at) / 1000;
    return {
      ...figures,
      batches: (after.batches - before.batches) / seconds,
      cpu: ((after.service - before.service) * 1e6) / (figures.rate * seconds),
      load: (after.load - before.load) / seconds,
    };
  } finally {
    await end(child);
  }
}

async function said(reports: AsyncIterator<unknown>): Promise<ReceiptReport> {
  const { done, value } = await reports.next();
  if (done) throw new Error('the load ended without a word');
  return (value as [ReceiptReport])[0];
}

async function batchesOf(ops: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${ops}/metrics`)).text();
  return Number(/^stompwire_history_batches_total (\d+)/m.exec(text)?.[1]);
}

async function listening(port: number, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the service ended with ${server.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').catch(() => undefined);
    socket.destroy();
    if (open !== undefined) return;
    await pause(50);
  }
}
