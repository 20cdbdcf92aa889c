// Chaos: the database of the history is away for 30 seconds and comes back, while clients come and go.
import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuiltService } from '../../chaos/built-service.ts';
import { Gate } from '../../chaos/gate.ts';
import { type Plan, usualPlan } from '../../chaos/plan.ts';
import { reportOf, wrongs } from '../../chaos/report.ts';
import { plainTerms, runChaos } from '../../chaos/run.ts';
import { mishaps } from '../../chaos/trouble.ts';
import { requires } from '../../servers/requires.ts';

const mongodb = requires('mongodb');

/** How long it is away. */
const outage = 30_000;
const plan: Plan = { ...usualPlan, seed: 3, seconds: 36, clients: 60, rooms: 6 };

describe.runIf(mongodb)('a service whose database is away for a while', () => {
  const name = `chaos_${randomUUID().slice(0, 8)}`;
  let gate: Gate;
  let address: string;
  let service: BuiltService;

  beforeEach(async () => {
    const { hostname, port } = new URL(mongodb!);
    gate = await Gate.open({ host: hostname, port: Number(port) });
    const history = new URL(mongodb!);
    history.host = `127.0.0.1:${gate.port}`;
    history.pathname = `/${name}`;
    address = history.href;
    service = new BuiltService(['--history', address]);
    await service.start();
  });
  afterEach(async () => {
    await service.remove();
    await gate.close();
    const client = new MongoClient(mongodb!);
    await client.db(name).dropDatabase();
    await client.close();
  });

  it('has every message once in the end, and nobody hears one twice or misses one', {
    timeout: 240_000,
  }, async () => {
    let outages = 0;
    const away = {
      name: 'the database was away',
      happen: async () => {
        outages++;
        await gate.shut();
        await after(outage);
        await gate.reopen();
      },
    };
    const trouble = mishaps([away], [4000, 5000]);
    // a client whose next message is in the database only may be told so
    const terms = { ...plainTerms, refusals: ['history-unavailable'] };
    const outcome = await runChaos(plan, service.target(trouble, ['--history', address]), terms);
    console.log(reportOf(plan, outcome));
    expect(wrongs(outcome)).toBe('');
    expect(outages).toBeGreaterThan(0);
  });
});
