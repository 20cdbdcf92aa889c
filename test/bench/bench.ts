// The benchmarks: `npm run bench`, or `npm run bench codec idle` for some of them. Nothing here is part of the tests.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { app } from './app.ts';
import { codec } from './codec.ts';
import { fanOut } from './fan-out.ts';
import { handlers } from './handlers.ts';
import { heartbeats } from './heartbeats.ts';
import { idle } from './idle.ts';
import { logged } from './logged.ts';
import { presence } from './presence.ts';
import { placement } from './processes.ts';
import { queues } from './queues.ts';
import { relay } from './relay.ts';
import { type Row, tableOf } from './report.ts';
import { rest } from './rest.ts';
import { resume } from './resume.ts';
import { sockJs } from './sockjs.ts';
import { sse } from './sse.ts';
import { store } from './store.ts';
import { stored } from './stored.ts';
import { topics } from './topics.ts';
import { writer } from './writer.ts';

/** Each measures for so many rounds and says what came out. */
const benchmarks: Readonly<Record<string, (rounds: number) => Promise<Row[]>>> = {
  codec,
  'fan-out': fanOut,
  app,
  handlers,
  topics,
  idle,
  heartbeats,
  sockjs: sockJs,
  sse,
  rest,
  store,
  stored,
  resume,
  presence,
  writer,
  queues,
  relay,
  logged,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
});
const unknown = positionals.filter((name) => !(name in benchmarks));
const rounds = Number(values.rounds);

if (unknown.length > 0 || !(rounds >= 1)) {
  const names = Object.keys(benchmarks).join('|');
  process.stderr.write(`bench: unknown ${unknown.join(', ')}; npm run bench [-- --rounds 5] [${names}]...\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(
    `node ${process.version}, ${cpus()[0]?.model}, ${placement}; medians of ${rounds} rounds\n`,
  );
  for (const name of positionals.length > 0 ? positionals : Object.keys(benchmarks)) await report(name);
}

async function report(name: string): Promise<void> {
  process.stdout.write(`\n${name}\n`);
  try {
    process.stdout.write(tableOf(await benchmarks[name]!(rounds)));
  } catch (error) {
    process.stdout.write(`not measured: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
