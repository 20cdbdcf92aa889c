// Chaos: three nodes over a group of Redis; what dies is a node, Redis, its primary for good, or nobody: a deploy.
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contention } from '../../chaos/contention.ts';
import { nodesPlan, type Plan } from '../../chaos/plan.ts';
import { RedisNodes } from '../../chaos/redis-nodes.ts';
import { outageOf, reportOf, wrongs } from '../../chaos/report.ts';
import { nodesTerms, plainTerms, runChaos } from '../../chaos/run.ts';
import { rounds } from '../../chaos/trouble.ts';
import { requires } from '../../servers/requires.ts';

const redis = requires('redis-server');
const mongodb = requires('mongodb');
const timeout = 240_000;
/** How much slower than its work a run is by itself at least: clients and nodes share two processors. */
const itself = 2;

describe.runIf(redis && mongodb)('three nodes over one group of Redis', () => {
  let nodes: RedisNodes;
  beforeEach(async () => {
    nodes = await RedisNodes.start(3, { redis: redis!, mongodb: mongodb! });
  });
  afterEach(() => nodes.remove());

  it('lose nothing that was replicated or stored, and nothing silently, whatever dies', {
    timeout,
  }, async () => {
    const plan: Plan = { ...nodesPlan, seed: 1, seconds: 45 };
    const happened = new Set<string>();
    const trouble = rounds(nodes.mishaps, [500, 1500], (name) => happened.add(name));
    const outcome = await runChaos(plan, nodes.target(trouble), nodesTerms);
    console.log(reportOf(plan, outcome));
    expect(wrongs(outcome)).toBe('');
    expect([...happened].sort()).toEqual(nodes.mishaps.map(({ name }) => name).sort());
    expect(outcome.verdict.resumes).toBeGreaterThan(plan.clients);
    expect(outcome.verdict.messages).toBeGreaterThan(20 * plan.clients);
  });

  it('are replaced one after the other, and their clients are back within two seconds and have missed nothing', {
    timeout,
  }, async () => {
    const plan: Plan = { ...nodesPlan, seed: 4, seconds: 30, restless: false };
    const deploy = async (): Promise<void> => {
      await after(3000);
      await nodes.deploy();
    };
    const slower = contention();
    const outcome = await runChaos(plan, nodes.target(deploy), plainTerms);
    const factor = slower();
    console.log(reportOf(plan, outcome), `all of it ${factor.toFixed(2)} times slower than its work`);
    expect(wrongs(outcome)).toBe('');
    // every client was on one of the nodes
    expect(outcome.outages.length).toBeGreaterThan(plan.clients);
    expect(outageOf(outcome, 0.99)).toBeLessThan(2000 * Math.max(1, factor / itself));
  });
});
