// The load of the benchmark of presence: very many people come into one room, and all of them hear who is there.
import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/** Who comes, and how fast. */
export interface JoiningPlan {
  /** Of STOMP over TCP. */
  readonly port: number;
  readonly clients: number;
  /** All have come within so many milliseconds. */
  readonly within: number;
  /** Whether they hear who is in the room; they come into it either way. */
  readonly hears: boolean;
}

/** What was heard of who is in the room. */
export interface JoiningFigures {
  readonly messages: number;
  readonly bytes: number;
  /** The longest message, in bytes. */
  readonly longest: number;
  /** Milliseconds from the first who came until all were in the room. */
  readonly joined: number;
  /** Milliseconds from then until everybody had been told that all are there. */
  readonly late: number;
}

const room = '/topic/chat-room/bench';
const presence = `${room}/presence`;
const mark = Buffer.from(`\ndestination:${presence}\n`);

const shared = Buffer.alloc(256 * 1024);
const nothing = Buffer.alloc(0);

const subscribe = (id: string, destination: string): string =>
  `SUBSCRIBE\nid:${id}\nreceipt:${id}\ndestination:${destination}\n\n\0`;

/** Somebody who comes. */
class Person {
  readonly done: Promise<void>;
  static messages = 0;
  static bytes = 0;
  static longest = 0;
  /** What everybody waits for. */
  static all = Buffer.alloc(0);
  static knowing = 0;
  #knows = false;
  readonly #socket: Socket;
  #rest = nothing;
  #done: () => void = () => {};

  constructor({ port, hears }: JoiningPlan, number: number) {
    this.done = new Promise((resolve) => {
      this.#done = resolve;
    });
    const callback = (length: number): boolean => this.#read(shared.subarray(0, length));
    const onread = { buffer: shared, callback };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    this.#socket.on('error', (error) => {
      throw error;
    });
    const asked = hears ? [subscribe('p', presence), subscribe('s', '/app/chat-room/bench/presence')] : [];
    const hello = `CONNECT\naccept-version:1.2\nhost:bench\nlogin:person-${number}\n\n\0`;
    this.#socket.write([hello, ...asked, subscribe('r', room)].join(''));
  }

  end(): void {
    this.#socket.destroy();
  }

  #read(read: Buffer): boolean {
    const bytes = this.#rest.length === 0 ? read : Buffer.concat([this.#rest, read]);
    let at = 0;
    for (let nul = bytes.indexOf(0); nul !== -1; nul = bytes.indexOf(0, at)) {
      this.#hear(bytes.subarray(at, nul));
      at = nul + 1;
    }
    this.#rest = at === bytes.length ? nothing : Buffer.from(bytes.subarray(at));
    return true;
  }

  #hear(frame: Buffer): void {
    if (frame.includes('ERROR\n')) throw new Error(frame.toString());
    if (frame.includes('\nreceipt-id:r\n') || frame.includes('RECEIPT\nreceipt-id:r\n')) this.#done();
    if (!frame.includes(mark)) return;
    Person.messages++;
    Person.bytes += frame.length + 1;
    Person.longest = Math.max(Person.longest, frame.length + 1);
    if (this.#knows || !frame.includes(Person.all)) return;
    this.#knows = true;
    Person.knowing++;
  }
}

const plan = JSON.parse(process.argv[2]!) as JoiningPlan;
Person.all = Buffer.from(`"count":${plan.clients}`);
const people: Person[] = [];
const begin = performance.now();
while (people.length < plan.clients) {
  const due = Math.min(plan.clients, Math.ceil(((performance.now() - begin) / plan.within) * plan.clients));
  while (people.length < due) people.push(new Person(plan, people.length));
  await pause(5);
}
await Promise.all(people.map(({ done }) => done));
const joined = performance.now() - begin;
while (plan.hears && Person.knowing < plan.clients) await pause(5);
const late = performance.now() - begin - joined;
const { messages, bytes, longest } = Person;
process.send!({ messages, bytes, longest, joined, late } satisfies JoiningFigures);
for (const person of people) person.end();
process.disconnect();
