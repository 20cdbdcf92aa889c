// A node of queues as a process of its own: takes from a queue, tells its parent what it was given, acknowledges when told.
import { Policies } from '../../src/message/policies.ts';
import type { QueueDelivery } from '../../src/queue/consumer.ts';
import { RedisRelay } from '../../src/relay/redis.ts';

const [address = '', queue = '', prefetch = '0'] = process.argv.slice(2);
const relay = new RedisRelay(address, {
  policies: new Policies(),
  queues: {
    limits: { count: 10_000, bytes: 1 << 30, age: 0, overflow: 'reject', tries: 3 },
    deadLetters: '/queue/dead-letter',
    queues: 100,
    bindings: 100,
  },
});
const tell = (what: object): void => void process.send?.(what);
const tags = new Map<string, number>();
await relay.start(() => {});
const consumption = await relay.queues!.consume(queue, {
  prefetch: Number(prefetch),
  auto: false,
  take: ({ message, tag }: QueueDelivery) => {
    tags.set(message.id, tag);
    tell({ given: message.id });
  },
});
process.on('message', async ({ acknowledge: id }: { acknowledge: string }) => {
  tell({ id, known: await consumption.acknowledge(tags.get(id)!) });
});
consumption.begin();
tell({ begun: true });
