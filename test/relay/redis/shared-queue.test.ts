// A queue in Redis as one node sees it: what it asks for, whatever is under way.
import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { Message } from '../../../src/message/message.ts';
import type { Consumption } from '../../../src/queue/consumer.ts';
import { ManyQueues } from '../../../src/queue/many-queues.ts';
import { encodeMessage } from '../../../src/relay/envelope.ts';
import { SharedQueue } from '../../../src/relay/redis/shared-queue.ts';
import { SharedRoom } from '../../../src/relay/redis/shared-room.ts';
import { Gate } from '../../broker/gate.ts';
import { Taker } from '../../contracts/queues.ts';
import { queueAlone } from './queue-alone.ts';

const envelope = encodeMessage(new Message({ destination: '/queue/a', id: '1', body: Buffer.from('1') }));

/** As one of many queues that share the room of the consumer. */
function consumeAmongMany(queue: SharedQueue, consumer: Taker): Consumption {
  const room = new SharedRoom(consumer.prefetch);
  room.add(queue);
  const many = new ManyQueues({ consumer, credit: room.credit, restores: true });
  many.add('/queue/a', queue.consume(many.consumerOf('/queue/a')));
  return many;
}

it.each([
  ['alone', (queue: SharedQueue, consumer: Taker) => queue.consume(consumer)],
  ['of many queues', consumeAmongMany],
])(
  'what a transaction acknowledges makes no room before it is done, for a consumer %s',
  async (_, consume) => {
    const committed = new Gate();
    const queue = new SharedQueue({
      ...queueAlone,
      destination: '/queue/a',
      commit: () => committed.opened.then(() => '1'),
      committing: () => true,
      reachable: () => true,
      soon: () => {},
    });
    const wanted = (): number => Number(queue.turn()!.args[1]);
    const taker = new Taker(1);
    taker.consumption = consume(queue, taker);
    taker.consumption.begin();
    const turn = queue.turn()!;
    turn.answered([0, '', '', [Buffer.from('1'), Buffer.from('1'), envelope], []]);
    const acknowledged = taker.acknowledge(0);
    queue.look();
    const meanwhile = queue.turn()!;
    expect(meanwhile.args[1]).toBe('0');
    meanwhile.answered([1, '', '', [], []]);
    committed.resolve();
    expect(await acknowledged).toBe(true);
    expect(wanted()).toBe(1);
  },
);
