// One client of a conversation: a connection of any kind, and what came on it.
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { type Frame, FrameParser, serverCommands, type Version } from '../../frames/index.ts';

/** A connection in bytes. */
interface Wire {
  send(bytes: Buffer): void;
  end(): void;
}

interface WireEvents {
  opened(): void;
  bytes(chunk: Buffer): void;
  failed(error: Error): void;
  /** @param code - the close code, where the connection has such */
  closed(code?: number): void;
}

/** The connection ended; with a close code where it has such. */
export interface Closed {
  readonly closed: number | undefined;
}

/** What a wait ended with. */
export type Met = { readonly frame: Frame } | Closed | 'beat' | 'timeout' | { readonly unreadable: string };

/** Opens connections by the scheme of their address: ws, wss, tcp, tls, sockjs+ws. */
export class Peer {
  readonly #parser = new FrameParser({ accepts: serverCommands });
  readonly #wire: Wire;
  readonly #open: Promise<void>;
  #closed: Closed | undefined;
  #failure: Error | undefined;
  #beats = 0;
  #changed: () => void = () => {};

  constructor(url: string) {
    let opened = (): void => {};
    this.#open = new Promise((resolve) => {
      opened = resolve;
    });
    this.#wire = wireOf(url, {
      opened: () => opened(),
      bytes: (chunk) => this.#take(chunk),
      failed: (error) => {
        this.#failure = error;
      },
      closed: (code) => {
        this.#closed = { closed: code };
        opened();
        this.#changed();
      },
    });
  }

  /** Waits for the connection. @throws {Error} when there is none */
  async opened(): Promise<void> {
    await this.#open;
    if (this.#closed !== undefined) throw this.#failure ?? new Error('it was closed at once');
  }

  /** Reads what comes from now on in a version of STOMP. */
  speak(version: Version): void {
    this.#parser.version = version;
  }

  async send(bytes: Buffer): Promise<void> {
    await this.#open;
    if (this.#closed === undefined) this.#wire.send(bytes);
  }

  /**
   * The next frame, or the close, or that neither came in time.
   *
   * @param beats - whether a heart-beat counts too
   */
  async next(within: number, beats = false): Promise<Met> {
    const deadline = AbortSignal.timeout(within);
    for (;;) {
      const met = beats && this.#beats > 0 ? 'beat' : this.#met();
      if (met === 'beat') this.#beats = 0;
      if (met !== undefined) return met;
      if (deadline.aborted) return 'timeout';
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  close(): void {
    this.#wire.end();
  }

  /** Ends of line that come alone, between frames, are heart-beats [STOMP 1.2, Heart-beating]. */
  #take(chunk: Buffer): void {
    if (chunk.length > 0 && this.#parser.pending === 0 && chunk.every((byte) => byte === 10)) this.#beats++;
    this.#parser.write(chunk);
    this.#changed();
  }

  #met(): Met | undefined {
    try {
      const frame = this.#parser.read();
      if (frame !== null) return { frame: { ...frame, body: Buffer.from(frame.body) } };
    } catch (error) {
      return { unreadable: (error as Error).message };
    }
    return this.#closed;
  }
}

/** Schemes of STOMP over TCP, with and without TLS. */
const sockets = ['tcp:', 'stomp:', 'tls:', 'stomp+ssl:'];
const secured = ['tls:', 'stomp+ssl:'];

function wireOf(url: string, events: WireEvents): Wire {
  const { protocol, hostname, port } = new URL(url);
  if (sockets.includes(protocol)) return socketWire(protocol, hostname, Number(port), events);
  if (protocol === 'sockjs+ws:') return sockJsWire(url.slice('sockjs+'.length), events);
  return webSocketWire(url, events, (data) => data);
}

function socketWire(protocol: string, hostname: string, port: number, events: WireEvents): Wire {
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = secured.includes(protocol);
  const socket = secure ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
  socket.once(secure ? 'secureConnect' : 'connect', () => events.opened());
  socket.on('data', (chunk) => events.bytes(Buffer.from(chunk)));
  socket.on('error', (error) => events.failed(error));
  socket.once('close', () => events.closed());
  return { send: (bytes) => void socket.write(bytes), end: () => socket.destroy() };
}

/** A WebSocket; bytes that are valid UTF-8 travel as text, as STOMP clients do it. */
function webSocketWire(
  url: string,
  events: WireEvents,
  read: (data: Buffer) => Buffer,
  write?: (bytes: Buffer) => string,
): Wire {
  const socket = new WebSocket(url, ['v12.stomp', 'v11.stomp', 'v10.stomp'], { perMessageDeflate: false });
  socket.once('open', () => events.opened());
  socket.on('message', (data: Buffer) => events.bytes(Buffer.from(read(data))));
  socket.on('error', (error) => events.failed(error));
  socket.once('close', (code) => events.closed(code));
  const send = (bytes: Buffer): void =>
    socket.send(write?.(bytes) ?? bytes, { binary: write === undefined && !isText(bytes) });
  return { send, end: () => socket.terminate() };
}

/** Whether bytes are UTF-8: SockJS carries nothing else. */
export function isText(bytes: Buffer): boolean {
  return Buffer.compare(Buffer.from(bytes.toString()), bytes) === 0;
}

/** SockJS over a WebSocket of its own: arrays of texts both ways [SockJS protocol 0.3.3, WebSocket]. */
function sockJsWire(url: string, events: WireEvents): Wire {
  const session = Math.random().toString(36).slice(2, 10);
  let code: number | undefined;
  const read = (data: Buffer): Buffer => {
    const text = data.toString();
    if (text.startsWith('c')) [code] = JSON.parse(text.slice(1)) as [number];
    return Buffer.from(text.startsWith('a') ? (JSON.parse(text.slice(1)) as string[]).join('') : '');
  };
  const write = (bytes: Buffer): string => JSON.stringify([bytes.toString()]);
  const inner = { ...events, closed: (last?: number) => events.closed(code ?? last) };
  return webSocketWire(`${url}/000/${session}/websocket`, inner, read, write);
}
