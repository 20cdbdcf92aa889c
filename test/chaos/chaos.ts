// `npm run chaos -- [--seed N] [--seconds S] [--kill]`: a chaos run against the built service, five minutes by default.
import { parseArgs } from 'node:util';
import { BuiltService } from './built-service.ts';
import { usualPlan } from './plan.ts';
import { reportOf, wrongs } from './report.ts';
import { runChaos } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string', default: '300' },
    clients: { type: 'string', default: String(usualPlan.clients) },
    /** The service is killed, too, and started again. */
    kill: { type: 'boolean', default: false },
  },
});
const plan = {
  ...usualPlan,
  seed: Number(values.seed),
  seconds: Number(values.seconds),
  clients: Number(values.clients),
};
console.log(`seed ${plan.seed}${values.kill ? ', the service is killed' : ''}`);
const service = new BuiltService({ killed: values.kill });
try {
  await service.start();
  const terms = values.kill
    ? ({ gaps: 'told', keeps: 'stored' } as const)
    : ({ gaps: 'never', keeps: 'accepted' } as const);
  const outcome = await runChaos(plan, service, terms);
  console.log(reportOf(plan, outcome));
  if (values.kill) console.log(`killed ${service.kills} times`);
  if (service.complaints !== '') console.log(service.complaints.slice(0, 4000));
  if (wrongs(outcome) !== '') process.exitCode = 1;
} finally {
  await service.remove();
}
