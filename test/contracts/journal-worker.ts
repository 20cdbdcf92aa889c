// A process that sends to queues with a journal, takes from them, and notes what was confirmed until it kills itself.
import { Buffer } from 'node:buffer';
import { openSync, writeSync } from 'node:fs';
import { Message } from '../../src/message/message.ts';
import type { Consumption } from '../../src/queue/consumer.ts';
import { queuesOver } from './journal-folder.ts';

const [file = '', run = '0', notes = '', lines = '1'] = process.argv.slice(2);
const noted = openSync(notes, 'a');
let left = Number(lines);
const queues = await queuesOver(file);
let state = Number(lines);
const random = (below: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

/** The kill comes between any two notes, while the thread of the journal does whatever it does. */
function say(what: string): void {
  writeSync(noted, `${what}\n`);
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
}

async function send(queue: string, sender: number): Promise<never> {
  for (let n = 0; ; n++) {
    const id = `${queue}-${run}-${sender}-${n}`;
    const body = Buffer.alloc(1 + random(2000), id);
    const message = new Message({ destination: queue, id, body });
    await queues.enqueue(message, { persistent: n % 5 !== 4, priority: random(3) + 3 });
    say(`${n % 5 === 4 ? 'passing' : 'sent'} ${id}`);
  }
}

async function take(queue: string, auto: boolean): Promise<void> {
  const consumption: Consumption = await queues.consume(queue, {
    prefetch: 20,
    auto,
    take: ({ message, tag, deliveries }) => {
      say(`given ${message.id} ${deliveries}`);
      if (auto) return;
      const kind = random(10);
      if (kind === 0) void consumption.refuse(tag, random(2) === 0);
      else if (kind < 8) {
        say(`acknowledging ${message.id}`);
        void Promise.resolve(consumption.acknowledge(tag)).then(() => say(`acknowledged ${message.id}`));
      }
      // two of ten stay unacknowledged
    },
  });
  consumption.begin();
  // who holds all that it may have goes, and comes again
  setInterval(() => {
    void consumption.cancel();
    void take(queue, auto);
  }, 20).unref();
}

say('begun');
for (const queue of ['/queue/a', '/queue/b']) {
  for (let sender = 0; sender < 3; sender++) void send(queue, sender);
  await take(queue, false);
}
