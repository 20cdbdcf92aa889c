// Consumers of all queues that fit a pattern: those that are there, those to come, and one bound over all of them.
import { describe, expect, it } from 'vitest';
import { ToldQueues } from './told-queues.ts';

describe('a consumer of a pattern', () => {
  it('takes what waits and what comes, from the queues that fit', () => {
    const told = new ToldQueues();
    told.send('/queue/a.x', '1');
    told.send('/queue/b.x', 'not');
    const taker = told.taker('/queue/a.**');
    told.send('/queue/a.y.z', '2');
    told.send('/queue/a', '3');
    expect(taker.bodies).toEqual(['1', '2', '3']);
    expect(taker.given.map(({ message }) => message.destination)).toEqual([
      '/queue/a.x',
      '/queue/a.y.z',
      '/queue/a',
    ]);
  });

  it('has so many unacknowledged over all of its queues, and goes on when it acknowledges one', () => {
    const told = new ToldQueues();
    const taker = told.taker('/queue/*', 2);
    told.send('/queue/a', '1');
    told.send('/queue/b', '2', '3');
    told.send('/queue/c', '4');
    expect(taker.bodies).toEqual(['1', '2']);
    expect(taker.acknowledge('1')).toBe(true);
    expect(taker.bodies).toEqual(['1', '2', '3']);
    expect(taker.acknowledge('2')).toBe(true);
    expect(taker.bodies).toEqual(['1', '2', '3', '4']);
    expect(taker.acknowledge('2')).toBe(false);
  });

  it('takes turns with one of the queue itself', () => {
    const told = new ToldQueues();
    told.send('/queue/a', '0');
    const [all, one] = [told.taker('/queue/*'), told.taker('/queue/a')];
    told.send('/queue/a', '1', '2', '3', '4');
    expect(all.given.length).toBeGreaterThanOrEqual(2);
    expect(one.given.length).toBeGreaterThanOrEqual(2);
    expect([...all.bodies, ...one.bodies].sort()).toEqual(['0', '1', '2', '3', '4']);
  });

  it('gives back what it refuses and what it has when it ends', () => {
    const told = new ToldQueues();
    const taker = told.taker('/queue/*', 1);
    told.send('/queue/a', '1', '2');
    void taker.consumption.refuse(taker.given[0]!.tag, true);
    expect(taker.bodies).toEqual(['1', '1']);
    expect(taker.given[1]!.deliveries).toBe(2);
    void taker.consumption.cancel();
    expect(told.queues.size).toEqual({ waiting: 2, outstanding: 0 });
    expect(told.taker('/queue/a').bodies).toEqual(['1', '2']);
    told.send('/queue/b', '3');
    expect(taker.bodies).toEqual(['1', '1']);
  });

  it('does not keep queues for ever that nothing waits in any more', () => {
    const told = new ToldQueues(3);
    const taker = told.taker('/queue/*');
    for (let round = 0; round < 20; round++) {
      told.send(`/queue/${round}`, String(round));
      expect(taker.acknowledge(String(round))).toBe(true);
    }
    expect(taker.given).toHaveLength(20);
  });
});
