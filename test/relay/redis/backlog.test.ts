// What waits for Redis: how much may, and how it leaves.
import { describe, expect, it } from 'vitest';
import { PrometheusMetrics } from '../../../src/metrics/prometheus.ts';
import { Backlog, type Sendable } from '../../../src/relay/redis/backlog.ts';
import type { Lane, Parcel } from '../../../src/relay/redis/lane.ts';
import type { Link } from '../../../src/relay/redis/link.ts';

/** A link that writes down what is sent between cork and uncork. */
function linkTo(writes: string[][], sent: string[]): Link {
  const commands = {
    corked: (send: () => void): void => {
      send();
      writes.push(sent.splice(0));
    },
  };
  return { commands } as unknown as Link;
}

/** A partition that takes what it is given, and does nothing before its flush. */
function partitionOn(link: Link | undefined, name: string, sent: string[]): Sendable & { taken: Parcel[] } {
  const taken: Parcel[] = [];
  return {
    link,
    taken,
    push: (_lane, parcel) => void taken.push({ ...parcel, deadline: 0 }),
    flush: () => void sent.push(`${name}: ${taken.length}`),
  };
}

const lane = {} as Lane;
const parcel = (bytes: number) => ({ keys: [], args: [], bytes });
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('the backlog', () => {
  it('sends what a turn brings once per partition, and in one write per connection', async () => {
    const backlog = new Backlog({ metrics: new PrometheusMetrics() });
    const writes: string[][] = [];
    const sent: string[] = [];
    const [here, there] = [linkTo(writes, sent), linkTo(writes, sent)];
    const partitions = [
      partitionOn(here, 'a', sent),
      partitionOn(there, 'b', sent),
      partitionOn(here, 'c', sent),
      partitionOn(undefined, 'away', sent),
    ];
    for (const partition of [...partitions, ...partitions]) void backlog.send(partition, lane, parcel(1));
    expect(writes).toEqual([]);
    await nextTurn();
    expect(writes).toEqual([['a: 2', 'c: 2'], ['b: 2']]);
    void backlog.send(partitions[1]!, lane, parcel(1));
    await nextTurn();
    expect(writes.slice(2)).toEqual([['b: 3']]);
  });

  it('gives whoever sent the answer, or what became of it', async () => {
    const backlog = new Backlog({ metrics: new PrometheusMetrics() });
    const partition = partitionOn(undefined, 'a', []);
    const answers = [backlog.send(partition, lane, parcel(1)), backlog.send(partition, lane, parcel(1))];
    partition.taken[0]!.resolve('taken');
    partition.taken[1]!.reject(new Error('lost'));
    expect(await Promise.allSettled(answers)).toMatchObject([
      { value: 'taken' },
      { reason: { message: 'lost' } },
    ]);
  });

  it.each([
    ['messages', { maxWaiting: 2 }, 1],
    ['bytes', { maxWaitingBytes: 20 }, 10],
  ])(
    'refuses what is more than may wait in %s, counts it, and takes as much as was freed',
    async (_, bounds, bytes) => {
      const metrics = new PrometheusMetrics();
      const backlog = new Backlog({ ...bounds, metrics });
      const partition = partitionOn(undefined, 'a', []);
      const send = () => void backlog.send(partition, lane, parcel(bytes));
      send();
      send();
      expect(send).toThrow(expect.objectContaining({ code: 'relay-unavailable' }));
      backlog.freed(1, bytes);
      send();
      expect(send).toThrow(expect.objectContaining({ code: 'relay-unavailable' }));
      expect(partition.taken).toHaveLength(3);
      const figures = await metrics.text();
      expect(figures).toMatch(/^stompwire_relay_waiting 2$/m);
      expect(figures).toMatch(/^stompwire_relay_refused_total 2$/m);
    },
  );
});
