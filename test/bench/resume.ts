// Benchmark: 2,000 clients resume one room at once, from the built service with a hot log too short for half of them.
import { on } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../servers/process.ts';
import type { ResumingFigures, ResumingPlan, ResumingReport } from './load/resuming.ts';
import { cpuOf, end, ready, start } from './processes.ts';
import { type Row, rowOf } from './report.ts';

const service = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));
const load = fileURLToPath(new URL('load/resuming.ts', import.meta.url));
const plan = { clients: 2000, messages: 5000, mostMissed: 200 };
/** Messages that the hot log keeps: who missed more needs the history. */
const hot = 100;
/** Messages of a page, aligned. */
const pageSize = 128;

/** What the service did for it. */
interface Measured extends ResumingFigures {
  readonly storeReads: number;
  readonly logReads: number;
  /** The most bytes that waited for one client. */
  readonly held: number;
  /** Microseconds of the service's CPU for each message that was replayed. */
  readonly cpu: number;
}

/** How many pages of the history the clients need, all of them together. */
const storePages = (): number => {
  const pageOf = (seq: number): number => Math.floor((seq - 1) / pageSize);
  return pageOf(plan.messages - hot) - pageOf(plan.messages - plan.mostMissed + 1) + 1;
};

export async function resume(rounds: number): Promise<Row[]> {
  const all: Measured[] = [];
  for (let round = 0; round < rounds; round++) all.push(await measured());
  const of = (name: keyof Measured): number[] => all.map((each) => each[name]);
  const beside = (rivalName: string, rival: number) => ({ rivalName, rival: all.map(() => rival) });
  const what = `${plan.clients.toLocaleString('en')} resume at once, 1 to ${plan.mostMissed} missed`;
  const alone = { compare: (our: number) => our } as const;
  return [
    rowOf({
      ...{ what: `${what}, reads of the history`, ours: of('storeReads'), of: '' },
      ...{ ...beside('pages', storePages()), target: { kind: 'at most', limit: 1 } },
    }),
    rowOf({
      ...{ what: `${what}, 99 % complete within`, ours: of('p99'), of: 'ms', unit: 'ms', ...alone },
      ...{ rivalName: 'half of them', rival: of('p50'), target: { kind: 'at most', limit: 1000 } },
    }),
    rowOf({
      ...{ what: 'reads of the hot log', ours: of('logReads'), of: '', unit: '', ...alone },
      ...beside('clients', plan.clients),
    }),
    rowOf({
      ...{ what: 'CPU of the service per message', ours: of('cpu'), of: 'us', unit: 'us', ...alone },
      ...{ rivalName: 'messages', rival: of('heard') },
    }),
    rowOf({
      ...{ what: 'bytes held for one client, at most', ours: of('held'), of: '', unit: '', ...alone },
      ...{ ...beside('allowed', 256 * 1024), target: { kind: 'at most', limit: 256 * 1024 } },
    }),
  ];
}

/** One run of a service with a folder of its own, on the disk that it would use. */
async function measured(): Promise<Measured> {
  const data = mkdtempSync(join(tmpdir(), 'stompwire-bench-'));
  const [port, ops] = [await freePort(), await freePort()];
  const logged = ['--logged', `/topic/chat-room/* count=${hot}`, '--log-level', 'error'];
  const ports = ['--port', '0', '--stomp-port', String(port), '--ops', String(ops)];
  const server = start('server', [process.execPath, service, 'serve', ...ports, '--data', data, ...logged]);
  try {
    await ready(server, ops);
    return await resumed(server.pid!, ops, { ...plan, port });
  } finally {
    await end(server);
    rmSync(data, { recursive: true });
  }
}

async function resumed(pid: number, ops: number, given: ResumingPlan): Promise<Measured> {
  const child = start('load', [process.execPath, load, JSON.stringify(given)], true);
  const reports = on(child, 'message', { close: ['exit'] })[Symbol.asyncIterator]();
  try {
    await said(reports);
    const [before, cpu] = [await metricsOf(ops), cpuOf(pid)];
    child.send('resume');
    const figures = (await said(reports)) as ResumingFigures;
    const used = cpuOf(pid) - cpu;
    const after = await metricsOf(ops);
    const reads = (source: string): number => {
      const name = `stompwire_resume_reads_total{source="${source}"}`;
      return figure(after, name) - figure(before, name);
    };
    return {
      ...figures,
      storeReads: reads('store'),
      logReads: reads('log'),
      held: figure(after, 'stompwire_resume_held_bytes_max'),
      cpu: (used * 1e6) / figures.heard,
    };
  } finally {
    await end(child);
  }
}

async function said(reports: AsyncIterator<unknown>): Promise<ResumingReport> {
  const { done, value } = await reports.next();
  if (done) throw new Error('the load ended without a word');
  return (value as [ResumingReport])[0];
}

async function metricsOf(ops: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${ops}/metrics`)).text();
}

function figure(metrics: string, name: string): number {
  const line = metrics.split('\n').find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`the service has no figure ${name}`);
  return Number(line.slice(name.length + 1));
}
