// What `npm run chaos` can be let loose on: one service, or several nodes with everything that they stand on.
import { thisMachine } from '../servers/machine.ts';
import { mongodb } from '../servers/mongodb.ts';
import { find, isFound, type Program } from '../servers/program.ts';
import { redisServer } from '../servers/redis-server.ts';
import { BuiltService } from './built-service.ts';
import type { Terms } from './history.ts';
import { nodesPlan, type Plan, usualPlan } from './plan.ts';
import type { RedisForm } from './redis-grounds.ts';
import { RedisNodes } from './redis-nodes.ts';
import { killTerms, nodesTerms, plainTerms, type Target } from './run.ts';
import { mishaps, noTrouble, rounds } from './trouble.ts';

/** Something that a run is made on. */
export interface Bed {
  /** What it is, behind the seed. */
  readonly title: string;
  readonly plan: Omit<Plan, 'seed' | 'seconds'>;
  readonly terms: Terms;
  target(told: (name: string) => void): Target;
  figures(): readonly string[];
  complaints(): string;
  remove(): Promise<void>;
}

/** @param killed - the service is killed, too, and started again */
export async function serviceBed(killed: boolean): Promise<Bed> {
  const service = new BuiltService();
  await service.start();
  return {
    title: killed ? ', the service is killed' : '',
    plan: usualPlan,
    terms: killed ? killTerms : plainTerms,
    target: (told) => service.target(killed ? mishaps([service.killed], [2000, 6000], told) : noTrouble),
    figures: () => service.figures,
    complaints: () => service.complaints,
    remove: () => service.remove(),
  };
}

/** So many nodes over a Redis with replicas, with a database and a writer. */
export async function nodesBed(count: number, form: RedisForm): Promise<Bed> {
  const redis = await come(redisServer);
  const database = await come(mongodb);
  const nodes = await RedisNodes.start(count, { redis: redis.address, mongodb: database.address }, form);
  return {
    title: `, ${count} nodes, ${form}`,
    plan: nodesPlan,
    terms: nodesTerms,
    target: (told) => nodes.target(rounds(nodes.mishaps, [1000, 3000], told)),
    figures: () => [],
    complaints: () => nodes.complaints,
    remove: async () => {
      await nodes.remove();
      await redis.stop?.();
      await database.stop?.();
    },
  };
}

async function come(program: Program) {
  const found = await find(program, thisMachine());
  if (isFound(found)) return found;
  throw new Error(`no ${program.name}: ${found.missing}. ${program.mend}`);
}
