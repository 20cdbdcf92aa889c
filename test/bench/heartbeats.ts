// Benchmark: CPU of idle connections with heart-beats, against bare ws that writes one byte as often.
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bareWs, type Contestant, run, stompwire } from './contestants.ts';
import type { BeatPlan, BeatReport } from './load/heart-beats.ts';
import { cpuOf, end, openFilesAllowed, start } from './processes.ts';
import { type Row, rowOf } from './report.ts';
import { interleaved } from './statistics.ts';

const connections = 10_000;
const interval = 10_000;
/** Two intervals: every connection beats twice. */
const watched = 2 * interval;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const beatingWs: Contestant = {
  ...bareWs,
  command: (port) => [...[process.execPath, here('servers/beating-ws.ts'), String(port), String(interval)]],
};

export async function heartbeats(rounds: number): Promise<Row[]> {
  const needed = connections + 100;
  if (openFilesAllowed() < needed)
    throw new Error(`${needed} open files are needed, ${openFilesAllowed()} are allowed: see ulimit -Hn`);
  const rows: Row[] = [];
  for (const both of [true, false]) {
    const measured = await interleaved(rounds, {
      ours: () => loadOf(stompwire, both),
      bare: () => loadOf(beatingWs, both),
    });
    rows.push(
      rowOf({
        what: `10,000 connections, every 10 s ${both ? 'both ways' : 'to the client'}`,
        ours: measured.ours!,
        rival: measured.bare!,
        rivalName: bareWs.name,
        of: 'ms of CPU a second',
        target: { kind: 'at most', limit: 1.3 },
      }),
    );
  }
  return rows;
}

/** Milliseconds of CPU that a server takes in a second while all are idle but for their beats. */
async function loadOf(contestant: Contestant, both: boolean): Promise<number> {
  const server = await run(contestant);
  const load = start('load', [process.execPath, here('load/heart-beats.ts')], true);
  try {
    const { dialect, path } = contestant;
    const plan: BeatPlan = { dialect, path, port: server.port, connections, interval, both };
    await answerOf(load, plan);
    await past(interval); // what the connecting left behind is cleared away, and everybody has beaten once
    const [before, heard] = [cpuOf(server.pid), await beatsOf(load)];
    await past(watched);
    const [used, beats] = [cpuOf(server.pid) - before, (await beatsOf(load)) - heard];
    const least = connections * (watched / interval) * 0.98;
    if (beats < least) throw new Error(`${contestant.name}: ${beats} heart-beats of ${least} came`);
    return (used * 1e6) / watched;
  } finally {
    await end(load);
    await server.stop();
  }
}

async function beatsOf(load: ChildProcess): Promise<number> {
  return ((await answerOf(load, 'count')) as { heard: number }).heard;
}

function answerOf(load: ChildProcess, word: BeatPlan | 'count'): Promise<BeatReport> {
  return new Promise((resolve, reject) => {
    load.once('message', (report: BeatReport) => {
      if ('failed' in report) reject(new Error(report.failed));
      else resolve(report);
    });
    load.send(word);
  });
}

const past = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
