// The history of a single node at work: what is too old goes, and a calendar that jumps makes nothing old.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { MemoryFeed } from '../../src/history/feeds/memory.ts';
import { Recording } from '../../src/history/recording.ts';
import { MemoryStore } from '../../src/history/stores/memory.ts';
import { Policies } from '../../src/message/policies.ts';
import { noMetrics } from '../../src/metrics/metrics.ts';
import type { LocalLog } from '../../src/relay/log.ts';

const day = 24 * 3_600_000;
const room = '/topic/room/1';
const log = { info: () => {}, warn: () => {}, error: () => {} };
const nobody = { remember: () => {}, storedThrough: () => {} } as Partial<LocalLog> as LocalLog;

/** What is left of messages of so many days ago, when the calendar jumps before it is looked at. */
async function left(ages: readonly number[], jump: number, passed = 0): Promise<number> {
  const [begin, store] = [1_000 * day, new MemoryStore()];
  let [calendar, monotonic] = [begin, 5000];
  const recording = new Recording({
    store,
    policies: new Policies().add({ pattern: room }),
    metrics: noMetrics,
    log,
    clock: () => calendar,
    monotonic: () => monotonic,
    feed: new MemoryFeed({ maxBytes: 1000, maxEntries: 10 }),
    batch: { count: 10, age: 1 },
    keys: 10,
    retention: 7 * day,
  });
  await recording.open();
  const text = { sender: undefined, contentType: 'text/plain', headers: [], body: Buffer.from('x') };
  const said = { destination: room, epoch: 1, key: undefined, ...text };
  await store.append(ages.map((age, at) => ({ ...said, seq: at + 1, time: begin - age * day })));
  calendar += jump * day + passed * day;
  monotonic += passed * day;
  await recording.start(nobody);
  const count = await store.upkeep.count({ destination: room });
  await recording.end(1000);
  return count;
}

describe('retention', () => {
  it('takes out what is too old', async () => {
    expect(await left([8, 6, 0], 0)).toBe(2);
    expect(await left([8, 6, 0], 0, 2)).toBe(1);
  });

  it('takes out nothing because the calendar has jumped ahead', async () => {
    expect(await left([8, 6, 0], 365)).toBe(2);
    expect(await left([8, 6, 0], 365, 2)).toBe(1);
  });

  it('takes out less while the calendar is behind', async () => {
    expect(await left([8, 6, 0], -2)).toBe(3);
  });
});
