// Benchmark: 10,000 people come into one room within ten seconds, and all of them hear how many are there.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../servers/process.ts';
import type { JoiningFigures, JoiningPlan } from './load/joining.ts';
import { cpuOf, end, openFilesAllowed, ready, start } from './processes.ts';
import { type Row, rowOf } from './report.ts';

const service = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const load = fileURLToPath(new URL('load/joining.ts', import.meta.url));
const many = 10_000;
const few = 2000;
const within = 10_000;

/** What was heard, and the seconds of CPU that the service took for it. */
interface Measured extends JoiningFigures {
  readonly cpu: number;
}

export async function presence(rounds: number): Promise<Row[]> {
  if (openFilesAllowed() < many + 100)
    throw new Error(`${many + 100} open files are needed, ${openFilesAllowed()} are allowed: see ulimit -Hn`);
  const all: Measured[] = [];
  const some: Measured[] = [];
  const deaf: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    all.push(await measured({ clients: many, hears: true }));
    deaf.push(await measured({ clients: many, hears: false }));
    some.push(await measured({ clients: few, hears: true }));
  }
  const of = (series: readonly Measured[], name: keyof Measured, by = 1): number[] =>
    series.map((each) => each[name] / by);
  const alone = { compare: (our: number) => our } as const;
  const what = '10,000 join in 10 s';
  return [
    rowOf({
      ...{ what: `${what}, presence messages for each`, ours: of(all, 'messages', many), of: '' },
      ...{
        rivalName: 'where 2,000 join',
        rival: of(some, 'messages', few),
        target: { kind: 'at most', limit: 1 },
      },
    }),
    rowOf({
      ...{ what: `${what}, bytes of presence for each`, ours: of(all, 'bytes', many), of: 'bytes' },
      ...{ rivalName: 'where 2,000 join', rival: of(some, 'bytes', few) },
    }),
    rowOf({
      ...{ what: `${what}, presence messages`, ours: of(all, 'messages'), of: '' },
      ...{ rivalName: 'each told to all', rival: all.map(() => (many * (many + 1)) / 2) },
    }),
    rowOf({
      ...{ what: `${what}, everybody knows after`, ours: of(all, 'late'), of: 'ms', unit: 'ms', ...alone },
      ...{ rivalName: 'all had joined', rival: of(all, 'joined'), target: { kind: 'at most', limit: 2000 } },
    }),
    rowOf({
      ...{ what: `${what}, CPU of the service`, ours: of(all, 'cpu'), of: 's' },
      ...{ rivalName: 'nobody hears of it', rival: of(deaf, 'cpu') },
    }),
    rowOf({
      ...{ what: 'the longest message', ours: of(all, 'longest'), of: 'bytes', unit: 'bytes', ...alone },
      ...{ rivalName: 'messages', rival: of(all, 'messages') },
    }),
  ];
}

/** One run of the service as it is started everywhere, rooms open. */
async function measured(given: Omit<JoiningPlan, 'port' | 'within'>): Promise<Measured> {
  const [port, ops] = [await freePort(), await freePort()];
  const ports = ['--port', '0', '--stomp-port', String(port), '--ops', String(ops)];
  const flags = ['--data', 'memory', '--history', 'off', '--log-level', 'error'];
  const server = start('server', [process.execPath, service, 'serve', ...ports, ...flags]);
  try {
    await ready(server, ops);
    const before = cpuOf(server.pid!);
    const child = start('load', [process.execPath, load, JSON.stringify({ ...given, port, within })], true);
    try {
      const ended = once(child, 'exit').then(() => {
        throw new Error('the load ended without a word');
      });
      ended.catch(() => {});
      const [figures] = (await Promise.race([once(child, 'message'), ended])) as [JoiningFigures];
      return { ...figures, cpu: cpuOf(server.pid!) - before };
    } finally {
      await end(child);
    }
  } finally {
    await end(server);
  }
}
