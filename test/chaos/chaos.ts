// `npm run chaos -- [--seed N] [--seconds S] [--kill]`: a chaos run against the built service, five minutes by default.
import { parseArgs } from 'node:util';
import { BuiltService } from './built-service.ts';
import { usualPlan } from './plan.ts';
import { reportOf, wrongs } from './report.ts';
import { killTerms, plainTerms, runChaos } from './run.ts';
import { mishaps, noTrouble } from './trouble.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string', default: '300' },
    clients: { type: 'string', default: String(usualPlan.clients) },
    /** The service is killed, too, and started again. */
    kill: { type: 'boolean', default: false },
  },
});
const [seed, seconds, clients] = [values.seed, values.seconds, values.clients].map(Number) as [
  number,
  number,
  number,
];
const plan = { ...usualPlan, seed, seconds, clients };
console.log(`seed ${seed}${values.kill ? ', the service is killed' : ''}`);
const service = new BuiltService();
const trouble = values.kill ? mishaps([service.killed], [2000, 6000], console.log) : noTrouble;
try {
  await service.start();
  const outcome = await runChaos(plan, service.target(trouble), values.kill ? killTerms : plainTerms);
  console.log([reportOf(plan, outcome), ...service.figures].join('\n'));
  if (service.complaints !== '') console.log(service.complaints.slice(0, 4000));
  if (wrongs(outcome) !== '') process.exitCode = 1;
} finally {
  await service.remove();
}
