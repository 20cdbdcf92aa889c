// A node as a process of its own that publishes, or commits transactions, as fast as it may, and tells what was answered.
import { Buffer } from 'node:buffer';
import { Message } from '../../src/message/message.ts';
import { Policies } from '../../src/message/policies.ts';
import { RedisRelay } from '../../src/relay/redis.ts';

const [address = '', how = '', topic = '', queue = ''] = process.argv.slice(2);
const relay = new RedisRelay(address, {
  policies: new Policies(),
  queues: {
    limits: { count: 100_000, bytes: 1 << 30, age: 0, overflow: 'reject', tries: 3 },
    deadLetters: '/queue/dead-letter',
    queues: 100,
    bindings: 100,
  },
});
const messageOf = (destination: string, id: string): Message =>
  new Message({ destination, id, body: Buffer.from(id) });
const both = (n: number) => (): Promise<void> =>
  Promise.all([
    relay.publish(messageOf(topic, `${n}`)),
    ...[0, 1, 2].map((at) => relay.queues!.enqueue(messageOf(queue, `${n} ${at}`))),
  ]).then(() => {});
await relay.start(() => {});
for (let n = 0; ; n++) {
  const done =
    how === 'publish' ? relay.publish(messageOf(topic, `${n}`)) : relay.together(both(n), () => {});
  Promise.resolve(done).then(
    () => process.send?.({ answered: n }),
    () => {}, // whether it was done is not known
  );
  if (n % 20 === 19) await new Promise((resolve) => setImmediate(resolve));
  if (n % 400 === 399) await done;
}
