// @stomp/stompjs as a web page uses it, with what it tells its callbacks kept for the test.
import { Client, type IFrame, type IMessage, type StompConfig, type StompHeaders } from '@stomp/stompjs';
import { type ClientOptions, WebSocket } from 'ws';
import { Arrivals } from './arrivals.ts';

export interface PageSettings extends StompConfig {
  /** How its WebSocket is opened: trusted certificates, an Origin. */
  readonly opening?: ClientOptions;
}

export interface Heard {
  readonly id: string;
  readonly messages: Arrivals<IMessage>;
}

/** A page's client. */
export class StompJs {
  readonly client: Client;
  readonly connections = new Arrivals<IFrame>();
  readonly errors = new Arrivals<IFrame>(({ headers }) => String(headers.message));
  readonly closes = new Arrivals<{ readonly code: number; readonly reason: string }>(JSON.stringify);
  readonly heartbeats = new Arrivals<'heart-beat'>();
  readonly lost = new Arrivals<'heart-beat lost'>();
  /** The latest WebSocket. */
  webSocket: WebSocket | undefined;
  #receipts = 0;

  constructor(url: string, { opening, ...settings }: PageSettings = {}) {
    this.client = new Client({
      reconnectDelay: 0,
      connectHeaders: { host: 'any' },
      ...settings,
      webSocketFactory: () => {
        this.webSocket = new WebSocket(url, this.client.stompVersions.protocolVersions(), opening);
        this.webSocket.binaryType = 'arraybuffer';
        return this.webSocket as unknown as globalThis.WebSocket;
      },
      onConnect: (frame) => this.connections.push(frame),
      onStompError: (frame) => this.errors.push(frame),
      onWebSocketClose: ({ code, reason }: CloseEvent) => this.closes.push({ code, reason }),
      onHeartbeatReceived: () => this.heartbeats.push('heart-beat'),
      onHeartbeatLost: () => this.lost.push('heart-beat lost'),
    });
    this.client.activate();
  }

  /** The CONNECTED of the first connection. */
  async connected(): Promise<StompHeaders> {
    const [frame] = await this.connections.count(1);
    return frame!.headers;
  }

  /** Subscribes, and waits until the server has confirmed it. */
  async subscribe(destination: string, headers: StompHeaders = {}): Promise<Heard> {
    const messages = new Arrivals<IMessage>(({ body }) => body.slice(0, 60));
    const [receipt, confirmed] = this.receipt();
    const { id } = this.client.subscribe(destination, (message) => messages.push(message), {
      ...headers,
      receipt,
    });
    await confirmed;
    return { id, messages };
  }

  /** Sends, and waits for the receipt. */
  async send(destination: string, body: string | Uint8Array, headers: StompHeaders = {}): Promise<void> {
    const [receipt, confirmed] = this.receipt();
    const payload = typeof body === 'string' ? { body } : { binaryBody: body };
    this.client.publish({ destination, headers: { ...headers, receipt }, ...payload });
    await confirmed;
  }

  /** A receipt header, and the RECEIPT that answers it. */
  receipt(): [string, Promise<IFrame>] {
    const id = `receipt-${this.#receipts++}`;
    return [id, new Promise((resolve) => this.client.watchForReceipt(id, resolve))];
  }

  drop(): void {
    this.client.reconnectDelay = 0;
    void this.client.deactivate({ force: true });
    this.webSocket?.terminate();
  }
}
