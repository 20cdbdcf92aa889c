// Puts a load on a contestant and reads what that costs it: CPU per delivery, memory per connection.
import { fileURLToPath } from 'node:url';
import { type Contestant, type Running, run } from './contestants.ts';
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
    // no event tells when another process has done what it put off, its garbage collection above all
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return memoryOf(pid);
  });
}

/** Microseconds of CPU per delivery that each of these processes takes for a load. */
export async function costsOf(
  servers: readonly Running[],
  contestant: Contestant,
  plan: LoadPlan,
  pids: readonly number[],
): Promise<{ readonly each: readonly number[]; readonly outcome: Outcome }> {
  return loaded(servers, contestant, plan, async (publish) => {
    const before = pids.map(cpuOf);
    const outcome = await publish();
    const used = pids.map((pid, at) => cpuOf(pid) - before[at]!);
    if (outcome.disorder > 0)
      throw new Error(`${contestant.name}: ${outcome.disorder} deliveries out of order`);
    return { each: used.map((seconds) => (seconds * 1e6) / outcome.deliveries), outcome };
  });
}

type Publish = () => Promise<Outcome>;

async function withLoad<T>(
  contestant: Contestant,
  plan: LoadPlan,
  use: (pid: number, publish: Publish) => Promise<T>,
): Promise<T> {
  const server = await run(contestant);
  try {
    return await loaded([server], contestant, plan, (publish) => use(server.pid, publish));
  } finally {
    await server.stop();
  }
}

/** With one server, or with two that have half of the clients each. */
async function loaded<T>(
  [server, second]: readonly Running[],
  contestant: Contestant,
  plan: LoadPlan,
  use: (publish: Publish) => Promise<T>,
): Promise<T> {
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
    const ports = { port: server!.port, ...(second && { secondPort: second.port }) };
    load.send({ ...plan, dialect, path, ...ports } satisfies Plan);
    await report();
    return await use(async () => {
      const told = report();
      load.send('publish');
      return ((await told) as { outcome: Outcome }).outcome;
    });
  } finally {
    await end(load);
  }
}
