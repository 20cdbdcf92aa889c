// A process whose queues are filled by a topic, which redacts or clears some of it, and kills itself when that is done.
import { Buffer } from 'node:buffer';
import { Message } from '../../src/message/message.ts';
import { destinationHash, messageIdOf } from '../../src/message/position.ts';
import { queuesOver } from './journal-folder.ts';

const [file = '', what = ''] = process.argv.slice(2);
const destination = '/topic/a';
const ann = 'durable:user:ann:/a';
const queues = await queuesOver(file);
const bindings = queues.bindings;
await bindings.bind(ann, destination);

/** @param seq - with 0 it stands in no log */
async function publish(body: string, seq: number): Promise<void> {
  const position = { epoch: 7, seq };
  const logged = seq > 0 && { id: messageIdOf(destinationHash(destination), position), position };
  const parts = {
    destination,
    id: body,
    body: Buffer.from(body),
    headers: ['persistent', 'true'],
    ...logged,
  };
  await bindings.fill(new Message(parts));
}

await publish('one', 1);
const consumption = queues.consume(ann, { prefetch: 1, auto: false, take: () => {} }); // has the first
consumption.begin();
await publish('two', 0);
if (what === 'redacted') {
  const last = publish('three', 3); // is on its way to the disk
  const done = [1, 3].map((seq) => bindings.redact(destination, { epoch: 7, seq }));
  await Promise.all([last, ...done]);
} else {
  await publish('three', 3);
  await bindings.clear(destination, { epoch: 7, seq: 3 });
}
process.kill(process.pid, 'SIGKILL');
