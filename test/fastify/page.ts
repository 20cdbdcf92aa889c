// A page's client for the tests of the plugin: the real library over a real socket.
import { Client, type IMessage } from '@stomp/stompjs';
import { WebSocket } from 'ws';

/** A promise, and what settles it. */
export function later<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (why: Error) => void;
} {
  let settle!: Omit<ReturnType<typeof later<T>>, 'promise'>;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}

/** What a page's handshake carries. */
export interface PageOptions {
  readonly cookie?: string;
  readonly origin?: string;
  /** Of the CONNECT frame. */
  readonly connectHeaders?: Readonly<Record<string, string>>;
}

/** Where an address is reached by WebSocket. */
export const webSocketUrl = (http: string, path: string): string => `${http.replace(/^http/, 'ws')}${path}`;

/** One client, and what it sees. */
export class Page {
  readonly client: Client;
  /** The messages of ERROR frames. */
  readonly errors: string[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly connected: Promise<Readonly<Record<string, string>>>;

  constructor(url: string, { cookie, origin, connectHeaders }: PageOptions = {}) {
    const [connected, closed] = [
      later<Readonly<Record<string, string>>>(),
      later<{ code: number; reason: string }>(),
    ];
    this.connected = connected.promise;
    this.closed = closed.promise;
    const headers = { ...(cookie !== undefined && { cookie }) };
    const options = { headers, ...(origin !== undefined && { origin }) };
    this.client = new Client({
      webSocketFactory: () => new WebSocket(url, ['v12.stomp'], options),
      ...(connectHeaders && { connectHeaders }),
      reconnectDelay: 0,
      onConnect: (frame) => connected.resolve(frame.headers),
      onStompError: ({ headers: { message = '' } }) => {
        this.errors.push(message);
        connected.reject(new Error(message));
      },
      onWebSocketClose: ({ code, reason }: { code: number; reason: string }) => {
        connected.reject(new Error(`closed with ${code}`));
        closed.resolve({ code, reason });
      },
    });
    this.connected.catch(() => {});
    this.client.activate();
  }

  /** Subscribes. @returns the first message, once the server has said that the subscription is active */
  async first(destination: string): Promise<{ readonly message: Promise<IMessage> }> {
    const { promise, resolve } = later<IMessage>();
    const receipt = `active-${destination}`;
    const active = new Promise((done) => this.client.watchForReceipt(receipt, done));
    this.client.subscribe(destination, resolve, { receipt });
    await active;
    return { message: promise };
  }
}
