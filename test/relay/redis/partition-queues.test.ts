// The queues of a partition whose primary goes away, and is there again.
import { beforeEach, expect, it } from 'vitest';
import { Keys } from '../../../src/relay/redis/keys.ts';
import type { Partition } from '../../../src/relay/redis/partition.ts';
import { PartitionQueues } from '../../../src/relay/redis/partition-queues.ts';
import { turnScript } from '../../../src/relay/redis/queue-scripts.ts';
import type { SharedQueue } from '../../../src/relay/redis/shared-queue.ts';
import { SharedRoom } from '../../../src/relay/redis/shared-room.ts';
import { queueAlone } from './queue-alone.ts';

let ran: unknown[];
const commands = {
  up: true,
  corked: (act: () => void) => act(),
  run: (script: unknown) => {
    ran.push(script);
    return new Promise(() => {});
  },
};
const link = { commands };
const partition = {
  index: 0,
  link,
  named: (name: string) => name,
  lane: () => {},
  call: (act: (on: typeof link) => unknown) => act(link),
};

let queues: PartitionQueues;
let queue: SharedQueue;
let room: SharedRoom;
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
};

beforeEach(() => {
  ran = [];
  commands.up = true;
  queues = new PartitionQueues({
    keys: new Keys({ prefix: 'test', partitions: 1 }),
    partition: partition as unknown as Partition,
    node: 'one',
    ahead: () => 0,
    bounds: [],
    tries: 3,
    shared: () => queueAlone,
    came: () => {},
    troubled: () => {},
  });
  room = new SharedRoom(1);
  queue = queues.of('/queue/a');
  room.add(queue);
  queue.consume({ prefetch: 0, auto: false, credit: room.credit, take: () => {} }).begin();
  queue.turn()!.answered([0, '', '', [], []]);
});

it('room that was set aside before it went is given back, once', async () => {
  room.credit.take();
  queue.waiting = 5;
  room.credit.give();
  await Promise.resolve();
  expect(room.credit.room).toBe(0);
  commands.up = false;
  await turns();
  expect([room.credit.room, queue.asked, ran]).toEqual([1, 2, []]);
});

it('what became due meanwhile is asked at the next look', async () => {
  commands.up = false;
  await turns();
  queue.look();
  await turns();
  commands.up = true;
  queues.look();
  await turns();
  expect(ran.filter((script) => script === turnScript)).toHaveLength(1);
});
