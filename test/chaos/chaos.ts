// `npm run chaos -- [--seed N] [--seconds S] [--kill | --nodes N [--redis cluster]]`: a chaos run against the built service, five minutes by default.
import { parseArgs } from 'node:util';
import { nodesBed, serviceBed } from './beds.ts';
import { reportOf, wrongs } from './report.ts';
import { runChaos } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string', default: '300' },
    clients: { type: 'string' },
    /** The service is killed, too, and started again. */
    kill: { type: 'boolean', default: false },
    /** So many nodes over Redis with replicas; REDIS_SERVER_PATH and MONGODB_URL say what they stand on. */
    nodes: { type: 'string' },
    /** `sentinel`: a primary and a replica; `cluster`: three masters with one each. */
    redis: { type: 'string', default: 'sentinel' },
  },
});
const seed = Number(values.seed);
const form = values.redis === 'cluster' ? 'cluster' : 'sentinel';
const bed = await (values.nodes === undefined
  ? serviceBed(values.kill)
  : nodesBed(Number(values.nodes), form));
const clients = Number(values.clients ?? bed.plan.clients);
const plan = { ...bed.plan, seed, seconds: Number(values.seconds), clients };
console.log(`seed ${seed}${bed.title}`);
try {
  const outcome = await runChaos(plan, bed.target(console.log), bed.terms);
  console.log([reportOf(plan, outcome), ...bed.figures()].join('\n'));
  if (bed.complaints() !== '') console.log(bed.complaints().slice(0, 4000));
  if (wrongs(outcome) !== '') process.exitCode = 1;
} finally {
  await bed.remove();
}
