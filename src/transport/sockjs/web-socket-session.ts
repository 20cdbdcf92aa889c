// A session on a WebSocket: its life is the WebSocket's, with SockJS's framing in it or without.
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { TimingWheel, WheelEntry } from '../../time/wheel.ts';
import { webSocketFraming, wrap } from '../framing.ts';
import type { Peer } from '../transport.ts';
import { WebSocketLink } from '../web-socket-link.ts';
import type { SockJsConnection, SockJsHandler } from './connection.ts';
import { arrayOf, closeFrame, heartbeatFrame, messagesOf, openFrame } from './frames.ts';

/** What a WebSocket session needs of its endpoint. */
export interface WebSocketHost {
  readonly wheel: TimingWheel;
  readonly heartbeatDelay: number;
  readonly bufferBytes: number;
  ended(session: WebSocketSession): void;
  /** More waited than may wait. */
  overflowed(): void;
  /** The client sent what is no payload. */
  faulted(): void;
}

const opened = wrap(webSocketFraming, openFrame);
const beat = wrap(webSocketFraming, heartbeatFrame);

/** A SockJS session over WebSocket, or a plain one for clients that are no browsers (`raw`). */
export class WebSocketSession extends WebSocketLink implements SockJsConnection, WheelEntry {
  readonly kind: 'websocket' | 'raw';
  handler: SockJsHandler | undefined;
  due = 0;
  earlier: WheelEntry | undefined = undefined;
  later: WheelEntry | undefined = undefined;
  readonly #host: WebSocketHost;
  #lastWrite: number;
  /** How we ended it, when we did. */
  #end: { readonly code: number; readonly reason: string } | undefined;

  constructor(
    kind: 'websocket' | 'raw',
    webSocket: WebSocket,
    socket: Socket,
    peer: Peer,
    host: WebSocketHost,
  ) {
    super(webSocket, socket, peer);
    this.kind = kind;
    this.#host = host;
    this.#lastWrite = host.wheel.now;
    if (kind === 'raw') return;
    this.write(opened);
    host.wheel.schedule(this, host.wheel.now + host.heartbeatDelay);
  }

  send(text: string): void {
    this.write(wrap(webSocketFraming, this.kind === 'raw' ? Buffer.from(text) : arrayOf(text)));
  }

  override write(bytes: Buffer): void {
    super.write(bytes);
    this.#lastWrite = this.#host.wheel.now;
    if (this.unsent <= this.#host.bufferBytes || this.#end !== undefined) return;
    this.#end = { code: 4500, reason: 'too much waits for this client' };
    this.#host.overflowed();
    this.destroy();
  }

  /** The frame tells the page; the WebSocket then ends as one that did its work. */
  override close(code: number, reason: string): void {
    if (this.closing) return;
    this.#end ??= { code, reason };
    if (this.kind === 'raw') return super.close(code, reason);
    this.write(wrap(webSocketFraming, closeFrame(code, reason)));
    super.close(1000, '');
  }

  received(data: Buffer): void {
    const text = data.toString();
    if (this.kind === 'raw') this.handler?.message(text);
    else if (text !== '') this.#deliver(text);
  }

  ended(code: number, reason: string): void {
    this.#host.wheel.cancel(this);
    this.#host.ended(this);
    const { handler } = this;
    this.handler = undefined;
    handler?.closed(this.#end?.code ?? code, this.#end?.reason ?? reason);
  }

  wake(now: number): void {
    const { wheel, heartbeatDelay } = this.#host;
    if (now - this.#lastWrite >= heartbeatDelay && this.unsent === 0) this.write(beat);
    wheel.schedule(this, Math.max(this.#lastWrite, now - heartbeatDelay + 1) + heartbeatDelay);
  }

  /** What is no payload ends the connection without a word of SockJS [SockJS 0.3.3, test_broken_json]. */
  #deliver(payload: string): void {
    const messages = messagesOf(payload);
    if (typeof messages === 'string') {
      this.#host.faulted();
      return super.close(1002, messages);
    }
    for (const text of messages) if (!this.closing) this.handler?.message(text);
  }
}
