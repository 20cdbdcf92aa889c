// One client of the load: a raw socket that speaks WebSocket or bare STOMP, with next to no cost of its own.
import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { digits, mark } from './dialects.ts';
import type { Plan } from './plan.ts';

/** Hears what a client is sent: the bytes of one frame stand in `bytes` from `from` to `to`, until it returns. */
export type Hear = (client: Client, bytes: Buffer, from: number, to: number) => void;

/** All sockets read into this; what is left of a read is copied. */
const shared = Buffer.alloc(256 * 1024);
const nothing = Buffer.alloc(0);

/** A connection to the server under load. */
export class Client {
  readonly index: number;
  readonly room: number;
  readonly subscribes: boolean;
  ready = false;
  /** The number that the next message of its room must have. */
  next = 0;
  readonly #socket: Socket;
  readonly #bare: boolean;
  /** Whether it reads one HTTP response that never ends. */
  readonly #streams: boolean;
  /** What such a response begins with. */
  readonly #opening: string;
  readonly #hear: Hear;
  #upgraded: boolean;
  #rest = nothing;

  /** @param opened - called when frames can be sent @param lost - called when the connection ends */
  constructor(
    plan: Plan,
    index: number,
    hear: Hear,
    opened: (client: Client) => void,
    lost: (why: string) => void,
  ) {
    this.index = index;
    this.subscribes = index < plan.subscribers;
    this.room = (this.subscribes ? index : index - plan.subscribers) % plan.rooms;
    this.#bare = plan.dialect === 'stomp-tcp';
    this.#opening = plan.dialect === 'event-stream' ? ':subscribed\n\n' : 'o\n';
    this.#streams = (plan.dialect === 'sockjs-stream' || plan.dialect === 'event-stream') && this.subscribes;
    this.#upgraded = this.#bare;
    this.#hear = hear;
    const onread = { buffer: shared, callback: (length: number) => this.#read(length, opened) };
    const port = (Math.floor(index / plan.rooms) % 2 === 1 ? plan.secondPort : undefined) ?? plan.port;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    this.#socket.on('connect', () => (this.#bare ? opened(this) : this.#socket.write(this.#request(plan))));
    this.#socket.on('error', (error) => lost(`a connection broke: ${error.message}`));
    this.#socket.on('close', () => lost('the server closed a connection'));
  }

  /** Sends a frame. */
  send(text: string): void {
    if (this.#bare) this.#socket.write(text);
    else this.#socket.write(masked(text));
  }

  /** Sends what follows in one write, at the end of the turn. */
  gather(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    setImmediate(() => this.#socket.uncork());
  }

  #request(plan: Plan): string {
    const path = plan.path.replace('{client}', String(this.index));
    if (!this.#streams) return upgrade(path, plan);
    if (plan.eventsAt === undefined) return streamRequest(path, plan.port);
    return `GET ${plan.eventsAt.replace('%', String(this.room))} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  }

  #read(length: number, opened: (client: Client) => void): boolean {
    if (this.#rest.length === 0) {
      this.#take(shared, length, opened);
    } else {
      const bytes = Buffer.concat([this.#rest, shared.subarray(0, length)]);
      this.#take(bytes, bytes.length, opened);
    }
    return true;
  }

  #take(bytes: Buffer, end: number, opened: (client: Client) => void): void {
    let at = 0;
    if (this.#streams) {
      at = this.#stream(bytes, end);
      this.#rest = at === end ? nothing : Buffer.from(bytes.subarray(at, end));
      return;
    }
    if (!this.#upgraded) {
      const headEnd = bytes.subarray(0, end).indexOf('\r\n\r\n');
      if (headEnd !== -1 && !bytes.toString('latin1', 0, 12).endsWith(' 101'))
        throw new Error(`no WebSocket here: ${bytes.toString('latin1', 0, 60)}`);
      if (headEnd !== -1) {
        this.#upgraded = true;
        opened(this);
        at = headEnd + 4;
      }
    }
    if (this.#upgraded) at = this.#bare ? this.#bareFrames(bytes, at, end) : this.#frames(bytes, at, end);
    this.#rest = at === end ? nothing : Buffer.from(bytes.subarray(at, end));
  }

  /** A streaming response: its opening, then whatever holds the numbers. @returns where what is left begins */
  #stream(bytes: Buffer, end: number): number {
    if (!this.#upgraded) {
      const opened = bytes.subarray(0, end).indexOf(this.#opening);
      if (opened === -1) return 0;
      this.#upgraded = true;
      const said = Buffer.from(this.#opening.trimEnd());
      this.#hear(this, said, 0, said.length);
      return opened + this.#opening.length;
    }
    let at = bytes.indexOf(mark);
    for (; at !== -1 && at + digits < end; at = bytes.indexOf(mark, at + digits))
      this.#hear(this, bytes, at, at + digits + 1);
    return at === -1 || at >= end ? end : at;
  }

  /** WebSocket frames of a server: unmasked and whole [RFC 6455, 5.2]. @returns where what is left begins */
  #frames(bytes: Buffer, begin: number, end: number): number {
    let at = begin;
    while (at + 10 <= end || (at + 2 <= end && bytes[at + 1]! < 126)) {
      let length = bytes[at + 1]!;
      let from = at + 2;
      if (length === 126) {
        length = bytes.readUInt16BE(from);
        from += 2;
      } else if (length === 127) {
        length = Number(bytes.readBigUInt64BE(from));
        from += 8;
      }
      if (from + length > end) break;
      if ((bytes[at]! & 15) <= 2) this.#hear(this, bytes, from, from + length);
      at = from + length;
    }
    return at;
  }

  #bareFrames(bytes: Buffer, begin: number, end: number): number {
    let at = begin;
    for (let nul = bytes.indexOf(0, at); nul !== -1 && nul < end; nul = bytes.indexOf(0, at)) {
      this.#hear(this, bytes, at, nul + 1);
      at = nul + 1;
    }
    return at;
  }
}

function streamRequest(path: string, port: number): string {
  return `POST ${path.replace(/websocket$/, 'xhr_streaming')} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 0\r\n\r\n`;
}

function upgrade(path: string, { port, dialect }: Plan): string {
  const protocol = dialect.startsWith('stomp') ? 'Sec-WebSocket-Protocol: v12.stomp\r\n' : '';
  return (
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${protocol}\r\n`
  );
}

/** A client's text frame; the mask is zero, which costs the server what any other does. */
function masked(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 6 : 8;
  const bytes = Buffer.alloc(head + length);
  bytes[0] = 0x81;
  bytes[1] = 0x80 | (length < 126 ? length : 126);
  if (length >= 126) bytes.writeUInt16BE(length, 2);
  bytes.write(text, head);
  return bytes;
}
