// One connection of a light client: WebSocket by `ws`, five hundred of them in one process.
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { type FrameHeaders, readFrame, type ServerFrame, writeFrame } from './frame-text.ts';

/** How a connection is ended from the client's side; after `mute` the server hears nothing of the end. */
export type Cut = 'destroy' | 'reset' | 'close' | 'mute';

/** Hears of one connection, and nothing any more once it has ended. */
export interface Hearer {
  /** CONNECTED came. */
  connected(headers: ReadonlyMap<string, string>): void;
  frame(frame: ServerFrame): void;
  /**
   * Ended, by whomever.
   *
   * @param why - the last ERROR, or how the socket ended
   * @param retryAfter - after how many milliseconds the server wants it back; 0: it did not say
   */
  ended(why: string, retryAfter: number): void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #webSocket: WebSocket;
  readonly #hearer: Hearer;
  #open = true;
  #lastError = '';
  #retryAfter = 0;

  /** @param headers - those of CONNECT */
  constructor(url: string, headers: FrameHeaders, hearer: Hearer) {
    const { hostname: host, port } = new URL(url);
    this.#socket = connect({ host, port: Number(port), noDelay: true });
    this.#webSocket = new WebSocket(url, ['v12.stomp'], {
      createConnection: () => this.#socket,
      perMessageDeflate: false,
    });
    this.#hearer = hearer;
    const first = { 'accept-version': '1.2', host: 'chaos', 'heart-beat': '0,0', ...headers };
    this.#webSocket.on('open', () => this.send('CONNECT', first));
    this.#webSocket.on('message', (data) => this.#read(String(data)));
    this.#webSocket.on('error', ({ message }) => this.#end(message));
    this.#webSocket.on('close', (code, reason) => this.#close(code, String(reason)));
  }

  send(command: string, headers: FrameHeaders, body?: string): void {
    if (this.#open) this.#webSocket.send(writeFrame(command, headers, body));
  }

  /** Ends it; what still comes is not heard. @returns what takes the socket away for good */
  cut(how: Cut): () => void {
    this.#open = false;
    const destroy = (): void => void this.#socket.destroy();
    if (how === 'reset' && !this.#socket.connecting) this.#socket.resetAndDestroy();
    else if (how === 'close' && this.#webSocket.readyState === WebSocket.OPEN) this.#webSocket.close(1001);
    else if (how === 'mute') this.#socket.pause();
    else destroy();
    return destroy;
  }

  /** The reason of a server that drains says when it is to be asked again, as the ERROR would. */
  #close(code: number, reason: string): void {
    const [told = '', retryAfter] = /; retry-after=(\d+)$/.exec(reason) ?? [];
    if (retryAfter !== undefined) this.#retryAfter = Number(retryAfter);
    this.#end(`closed with ${code} ${reason.slice(0, reason.length - told.length)}`);
  }

  #read(text: string): void {
    const frame = this.#open ? readFrame(text) : undefined;
    if (frame === undefined) return;
    if (frame.command === 'ERROR') this.#lastError = `ERROR ${frame.headers.get('message')}`;
    if (frame.command === 'ERROR') this.#retryAfter = Number(frame.headers.get('retry-after') ?? 0);
    if (frame.command === 'CONNECTED') this.#hearer.connected(frame.headers);
    else this.#hearer.frame(frame);
  }

  #end(why: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#hearer.ended(this.#lastError || why, this.#retryAfter);
  }
}
