// Puts a load on a contestant and reads what that costs it: CPU per delivery, memory per connection.
import { fileURLToPath } from 'node:url';
import { type Contestant, run } from './contestants.ts';
import type { Outcome, Plan, Report } from './load/plan.ts';
import { cpuOf, end, memoryOf, start } from './processes.ts';

/** What to load a contestant with; where it is is known when it runs. */
export type LoadPlan = Omit<Plan, 'dialect' | 'port' | 'path'>;

/** What a load costs its server. */
export interface Cost {
  readonly microsecondsPerDelivery: number;
  readonly bytesPerDelivery: number;
}

const program = fileURLToPath(new URL('load/load.ts', import.meta.url));

/** Longer than any load takes. */
const patience = 180_000;

/** Server CPU per delivery: a fresh server, a fresh load, every delivery checked. */
export async function costOf(contestant: Contestant, plan: LoadPlan): Promise<Cost> {
  return withLoad(contestant, plan, async (pid, publish) => {
    const before = cpuOf(pid);
    const outcome = await publish();
    const used = cpuOf(pid) - before;
    if (outcome.disorder > 0)
      throw new Error(`${contestant.name}: ${outcome.disorder} deliveries out of order`);
    return {
      microsecondsPerDelivery: (used * 1e6) / outcome.deliveries,
      bytesPerDelivery: outcome.bytes / outcome.deliveries,
    };
  });
}

/** Resident memory in KiB with so many idle connections, each with one subscription where the server has such. */
export async function memoryWith(contestant: Contestant, connections: number): Promise<number> {
  const plan = { subscribers: connections, rooms: 1, publishers: 0, messages: 0, window: 0, bodyBytes: 0 };
  return withLoad(contestant, plan, async (pid) => {
    await new Promise((resolve) => setTimeout(resolve, 3000)); // what was promised for later is done by then
    return memoryOf(pid);
  });
}

type Publish = () => Promise<Outcome>;

async function withLoad<T>(
  contestant: Contestant,
  plan: LoadPlan,
  use: (pid: number, publish: Publish) => Promise<T>,
): Promise<T> {
  const server = await run(contestant);
  const load = start('load', [process.execPath, program], true);
  const report = (): Promise<Report> =>
    new Promise((resolve, reject) => {
      const tooLong = setTimeout(() => reject(new Error(`${contestant.name}: no end in sight`)), patience);
      load.once('message', (told: Report) => {
        clearTimeout(tooLong);
        if ('failed' in told) reject(new Error(`${contestant.name}: ${told.failed}`));
        else resolve(told);
      });
    });
  try {
    const { dialect, path } = contestant;
    load.send({ ...plan, dialect, path, port: server.port } satisfies Plan);
    await report();
    return await use(server.pid, async () => {
      const told = report();
      load.send('publish');
      return ((await told) as { outcome: Outcome }).outcome;
    });
  } finally {
    await end(load);
    await server.stop();
  }
}
