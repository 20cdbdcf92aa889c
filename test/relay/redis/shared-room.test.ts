// Several queues in Redis under one bound: none is asked for more than there is room, and none is forgotten.
import { beforeEach, describe, expect, it } from 'vitest';
import { SharedQueue } from '../../../src/relay/redis/shared-queue.ts';
import { SharedRoom } from '../../../src/relay/redis/shared-room.ts';
import type { Turn } from '../../../src/relay/redis/tellings.ts';
import { queueAlone } from './queue-alone.ts';

let asked: string[];
let away: Set<string>;
let queues: SharedQueue[];
let room: SharedRoom;

function queueOf(destination: string): SharedQueue {
  return new SharedQueue({
    ...queueAlone,
    destination,
    reachable: () => !away.has(destination),
    soon: (queue) => asked.push(queue.destination),
  });
}

/** Queues of one consumer that may have so many of all of them. */
function open(most: number, ...names: string[]): void {
  asked = [];
  away = new Set();
  queues = names.map(queueOf);
  room = new SharedRoom(most);
  for (const queue of queues) {
    room.add(queue);
    queue.consume({ prefetch: 0, auto: false, credit: room.credit, take: () => room.credit.take() }).begin();
  }
  asked = [];
}

/** How many a turn asks for. */
const wanted = (turn: Turn | undefined): number => Number(turn!.args[1]);
const nothing = (waiting = 0): unknown => [waiting, '', '', [], []];
const spread = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => open(1, 'a', 'b'));

describe('the room that queues share', () => {
  it('is asked for by one of them at a time, and then by who found none', async () => {
    const [a, b] = queues as [SharedQueue, SharedQueue];
    const [first, second] = [a.turn()!, b.turn()!];
    expect([wanted(first), wanted(second)]).toEqual([1, 0]);
    second.answered(nothing());
    expect(asked).toEqual([]);
    first.answered(nothing());
    await spread();
    expect(asked).toEqual(['b']);
    expect(wanted(b.turn())).toBe(1);
  });

  it('comes back when a turn fails', async () => {
    const [a] = queues as [SharedQueue];
    a.turn()!.failed(false);
    await spread();
    expect(room.credit.room).toBe(1);
  });

  it('is not kept by a queue of which nobody knows what waits', () => {
    open(100, 'a', 'b', 'c');
    const [a, b, c] = queues as [SharedQueue, SharedQueue, SharedQueue];
    b.waiting = 60;
    expect([a, b, c].map((queue) => wanted(queue.turn()))).toEqual([16, 60, 16]);
    expect(room.credit.room).toBe(8);
  });

  it('goes in turns to those that have something', async () => {
    open(1, 'a', 'b', 'c', 'd');
    room.credit.take();
    for (const [at, queue] of queues.entries()) {
      queue.turn()!.answered(nothing(at === 3 ? 0 : 5));
    }
    asked = [];
    for (const expected of ['a', 'b', 'c', 'd', 'a']) {
      room.credit.give();
      await spread();
      expect([asked.splice(0), room.credit.room]).toEqual([[expected], 0]);
      const turn = queues.find(({ destination }) => destination === expected)!.turn()!;
      expect(wanted(turn)).toBe(1);
      room.credit.take();
      turn.answered(nothing(expected === 'd' ? 0 : 4));
    }
  });

  it('is not set aside for one whose primary is away', async () => {
    const [a, b] = queues as [SharedQueue, SharedQueue];
    const first = a.turn()!;
    b.turn()!.answered(nothing());
    a.waiting = 5;
    away.add('a');
    first.failed(true);
    await spread();
    expect([asked, wanted(b.turn())]).toEqual([['b'], 1]);
  });

  it('goes to the others before the one that gave it back asks again', async () => {
    open(1, 'a', 'b');
    const [a, b] = queues as [SharedQueue, SharedQueue];
    const first = a.turn()!;
    b.turn()!.answered(nothing(5));
    first.answered(nothing(5));
    a.look();
    await Promise.resolve(); // what it asks goes out in the next turn of the event loop
    expect([wanted(a.turn()), wanted(b.turn())]).toEqual([0, 1]);
  });
});
