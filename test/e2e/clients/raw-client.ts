// What a raw STOMP client does over any connection: writes what a test says, keeps every frame that comes.
import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { Arrivals } from './arrivals.ts';
import { frameText, type Received, ServerFrames } from './stomp-text.ts';

/** How a connection ended: the WebSocket close code and reason; over TCP 1000 for an orderly end and 1006 for a reset. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

export abstract class RawClient {
  /** The socket under everything, to break things on and to stop reading from. */
  abstract readonly socket: Socket;
  abstract readonly ended: Promise<Ending>;
  protected readonly incoming = new ServerFrames();
  #receipts = 0;

  /** Writes bytes or text as they are, in the way of the connection. */
  abstract write(data: string | Buffer): void;

  /** Hears every message as it comes. */
  set onMessage(hear: (message: Received) => void) {
    this.incoming.onMessage = hear;
  }

  /** Hears every receipt as it comes. */
  set onReceipt(hear: (receipt: string) => void) {
    this.incoming.onReceipt = hear;
  }

  get frames(): Arrivals<Received> {
    return this.incoming.frames;
  }

  get heartbeats(): ServerFrames['heartbeats'] {
    return this.incoming.heartbeats;
  }

  get messages(): readonly Received[] {
    return this.frames.all.filter(({ command }) => command === 'MESSAGE');
  }

  frame(command: string, headers?: Readonly<Record<string, string>>, body?: string): void {
    this.write(frameText(command, headers, body));
  }

  /** The first frame of a kind, come already or still to come. */
  next(command: string, fits: (frame: Received) => boolean = () => true): Promise<Received> {
    return this.frames.first((one) => one.command === command && fits(one), command);
  }

  /** The first message with this body. */
  message(body: string): Promise<Received> {
    return this.next('MESSAGE', (frame) => String(frame.body) === body);
  }

  async connect(headers: Readonly<Record<string, string>> = {}): Promise<Received> {
    this.frame('CONNECT', { 'accept-version': '1.0,1.1,1.2', host: 'any', ...headers });
    return this.next('CONNECTED');
  }

  /** Sends a frame and waits for its receipt. */
  async confirmed(
    command: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<Received> {
    const receipt = `r-${this.#receipts++}`;
    this.frame(command, { ...headers, receipt }, body);
    return this.next('RECEIPT', (frame) => frame.headers['receipt-id'] === receipt);
  }

  subscribe(destination: string, id: string): Promise<Received> {
    return this.confirmed('SUBSCRIBE', { destination, id });
  }

  /** Gone, without a word. */
  drop(): void {
    this.socket.destroy();
  }
}
