// Benchmark: resident memory of an idle connection, as a slope, against one of bare ws.
import { bareWs, type Contestant, stompwire } from './contestants.ts';
import { memoryWith } from './loads.ts';
import { openFilesAllowed } from './processes.ts';
import { type Row, rowOf } from './report.ts';
import { difference, interleaved } from './statistics.ts';

/** A slope leaves out what a process costs before anybody comes. */
const some = 5000;
const many = 15_000;

const slope = (contestant: Contestant) => async () =>
  ((await memoryWith(contestant, many)) - (await memoryWith(contestant, some))) / (many - some);

export async function idle(rounds: number): Promise<Row[]> {
  const needed = many + 100;
  if (openFilesAllowed() < needed)
    throw new Error(`${needed} open files are needed, ${openFilesAllowed()} are allowed: see ulimit -Hn`);
  const measured = await interleaved(rounds, { ours: slope(stompwire), bare: slope(bareWs) });
  return [
    rowOf({
      what: 'an idle connection: ours - rival',
      ours: measured.ours!,
      rival: measured.bare!,
      rivalName: bareWs.name,
      of: 'KiB',
      compare: difference,
      unit: 'KiB',
      target: { kind: 'at most', limit: 4 },
    }),
  ];
}
