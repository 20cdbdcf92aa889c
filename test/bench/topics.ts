// Benchmark: CPU per delivery with one subscriber on each of 10,000 topics, against 50 topics.
import { stompwire } from './contestants.ts';
import { costOf, type LoadPlan } from './loads.ts';
import { openFilesAllowed } from './processes.ts';
import { type Row, rowOf } from './report.ts';
import { interleaved } from './statistics.ts';

const many = 10_000;
const few = 50;

/** Fifty publishers with one message in flight each; they send to all topics in turn. */
const plan = (topics: number): LoadPlan => ({
  subscribers: topics,
  rooms: topics,
  publishers: few,
  messages: 100_000,
  window: 1,
  bodyBytes: 120,
});

const micros = (topics: number) => async () =>
  (await costOf(stompwire, plan(topics))).microsecondsPerDelivery;

export async function topics(rounds: number): Promise<Row[]> {
  const needed = many + few + 100;
  if (openFilesAllowed() < needed)
    throw new Error(`${needed} open files are needed, ${openFilesAllowed()} are allowed: see ulimit -Hn`);
  const measured = await interleaved(rounds, { many: micros(many), few: micros(few) });
  return [
    rowOf({
      what: '10,000 topics / 50 topics',
      ours: measured.many!,
      rival: measured.few!,
      rivalName: 'with 50 topics',
      of: 'us',
      target: { kind: 'at most', limit: 1.5 },
    }),
  ];
}
