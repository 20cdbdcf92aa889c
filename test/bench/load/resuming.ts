// The load of the benchmark of resuming: fills a room, then very many clients resume it at once, each from elsewhere.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Who resumes, and what was said before. */
export interface ResumingPlan {
  readonly port: number;
  readonly clients: number;
  /** Messages in the room. */
  readonly messages: number;
  /** Each client misses at least one, and at most so many. */
  readonly mostMissed: number;
}

/** The room is full and all are connected: `ready`; then what came out. */
export type ResumingReport = 'ready' | ResumingFigures;

/** What came out; milliseconds from a SUBSCRIBE to the last message that was missed. */
export interface ResumingFigures {
  readonly p50: number;
  readonly p99: number;
  readonly last: number;
  readonly heard: number;
}

const room = '/topic/chat-room/bench';
const content = 'a message of about a hundred bytes, as people write them to each other';
const body = JSON.stringify({ content });
const hello = 'CONNECT\naccept-version:1.2\nhost:bench\n\n\0';

/** All sockets read into this; what is left of a read is copied. */
const shared = Buffer.alloc(256 * 1024);
const nothing = Buffer.alloc(0);
const idName = Buffer.from('\nmessage-id:');

const open = (port: number, hear: (frame: Buffer) => void): Socket => {
  let rest = nothing;
  const callback = (length: number): boolean => {
    const read = shared.subarray(0, length);
    const bytes = rest.length === 0 ? read : Buffer.concat([rest, read]);
    let at = 0;
    for (let nul = bytes.indexOf(0); nul !== -1; nul = bytes.indexOf(0, at)) {
      hear(bytes.subarray(at, nul));
      at = nul + 1;
    }
    rest = at === bytes.length ? nothing : Buffer.from(bytes.subarray(at));
    return true;
  };
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: shared, callback } });
  socket.on('error', (error) => {
    throw error;
  });
  socket.on('connect', () => socket.write(hello));
  return socket;
};

const isFrame = (frame: Buffer, command: string): boolean =>
  frame
    .toString('latin1', 0, command.length + 2)
    .trimStart()
    .startsWith(command);

/** The message-id of a frame as text. */
const idOf = (frame: Buffer): string => {
  const from = frame.indexOf(idName) + idName.length;
  return frame.toString('latin1', from, frame.indexOf(10, from));
};

const seqOf = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1));

/** Publishes, all of it on disk in the end. @returns the place of the last message, without its seq */
async function fill({ port, messages }: ResumingPlan): Promise<string> {
  let say: (frame: string) => void = () => {};
  const socket = open(port, (frame) => say(frame.toString('latin1')));
  const next = (command: string): Promise<string> =>
    new Promise((resolve) => {
      say = (frame) => frame.trimStart().startsWith(command) && resolve(frame);
    });
  await next('CONNECTED');
  const head = `SEND\ndestination:/app/chat-room/bench/send\ncontent-type:application/json\n`;
  const stored = next('RECEIPT');
  for (let i = 1; i < messages; i++) socket.write(`${head}\n${body}\0`);
  socket.write(`${head}receipt:all\nreceipt-level:stored\n\n${body}\0`);
  await stored;
  const last = next('MESSAGE');
  socket.write(`SUBSCRIBE\nid:0\ndestination:${room}\nresume-from:last-1\n\n\0`);
  const id = idOf(Buffer.from(await last, 'latin1'));
  if (seqOf(id) !== messages) throw new Error(`the last of ${messages} messages has the place ${id}`);
  socket.destroy();
  return id.slice(0, id.lastIndexOf('-') + 1);
}

/** One that was away for a while. */
class Late {
  readonly connected: Promise<void>;
  readonly done: Promise<void>;
  took = 0;
  heard = 0;
  readonly #missed: number;
  readonly #plan: ResumingPlan;
  readonly #socket: Socket;
  #asked = 0;
  #connected: () => void = () => {};
  #done: () => void = () => {};

  constructor(plan: ResumingPlan, number: number) {
    this.#plan = plan;
    this.#missed = 1 + ((number * 7919) % plan.mostMissed);
    this.connected = new Promise((resolve) => {
      this.#connected = resolve;
    });
    this.done = new Promise((resolve) => {
      this.#done = resolve;
    });
    this.#socket = open(plan.port, (frame) => this.#hear(frame));
  }

  resume(place: string): void {
    const from = `${place}${this.#plan.messages - this.#missed}`;
    this.#asked = performance.now();
    this.#socket.write(`SUBSCRIBE\nid:0\nreceipt:r\ndestination:${room}\nresume-from:${from}\n\n\0`);
  }

  end(): void {
    this.#socket.destroy();
  }

  #hear(frame: Buffer): void {
    if (isFrame(frame, 'MESSAGE')) return this.#message(seqOf(idOf(frame)));
    if (isFrame(frame, 'CONNECTED')) return this.#connected();
    const text = frame.toString();
    if (!text.includes('\nresume:complete\n')) throw new Error(`no RECEIPT that is complete, but ${text}`);
  }

  #message(seq: number): void {
    const { messages } = this.#plan;
    const due = messages - this.#missed + ++this.heard;
    if (seq !== due) throw new Error(`message ${seq} came in the place of ${due}`);
    if (seq < messages) return;
    this.took = performance.now() - this.#asked;
    this.#done();
  }
}

const say = (report: ResumingReport): boolean => process.send!(report);
const plan = JSON.parse(process.argv[2]!) as ResumingPlan;
const place = await fill(plan);
const clients: Late[] = [];
for (let number = 0; number < plan.clients; number++) clients.push(new Late(plan, number));
await Promise.all(clients.map(({ connected }) => connected));
const begin = once(process, 'message');
say('ready');
await begin;
for (const client of clients) client.resume(place);
await Promise.all(clients.map(({ done }) => done));
const took = clients.map((client) => client.took).sort((a, b) => a - b);
const at = (part: number): number => took[Math.min(took.length - 1, Math.floor(took.length * part))]!;
const heard = clients.reduce((sum, client) => sum + client.heard, 0);
say({ p50: at(0.5), p99: at(0.99), last: at(1), heard });
for (const client of clients) client.end();
process.disconnect();
