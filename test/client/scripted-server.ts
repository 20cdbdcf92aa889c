// A server by script: the client's sessions as the test sees them, which answers and ends as the test says.
import type { IMessage, StompHeaders } from '@stomp/stompjs';
import {
  type ClientError,
  type ClientOptions,
  type OpenSession,
  type SessionEvents,
  type StompSession,
  StompwireClient,
  type World,
} from '../../src/client/index.ts';

/** One SUBSCRIBE that holds. */
interface Subscribed {
  readonly destination: string;
  readonly headers: StompHeaders;
  readonly arrived: (message: IMessage) => void;
}

/** What was asked of a session, and the way to answer. */
export class ScriptedSession implements StompSession {
  readonly connect: Promise<StompHeaders>;
  readonly events: SessionEvents;
  readonly subscriptions = new Map<string, Subscribed>();
  /** Every SUBSCRIBE, in order. */
  readonly subscribed: StompHeaders[] = [];
  readonly sent: { destination: string; body: string | Uint8Array; headers: StompHeaders }[] = [];
  isClosed = false;

  constructor(connect: Promise<StompHeaders>, events: SessionEvents) {
    this.connect = connect;
    this.events = events;
  }

  subscribe(destination: string, arrived: (message: IMessage) => void, headers: StompHeaders): () => void {
    const id = headers.id!;
    this.subscriptions.set(id, { destination, headers, arrived });
    this.subscribed.push({ ...headers, destination });
    return () => this.subscriptions.delete(id);
  }

  send(destination: string, body: string | Uint8Array, headers: StompHeaders): void {
    this.sent.push({ destination, body, headers });
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  /** The newest SUBSCRIBE of a destination. */
  of(destination: string): Subscribed {
    const found = [...this.subscriptions.values()].filter((one) => one.destination === destination);
    return found.at(-1)!;
  }

  /** A RECEIPT for the newest SUBSCRIBE of a destination. */
  confirm(destination: string, resume?: 'complete' | 'gap', position?: string): void {
    const receipt = this.of(destination).headers.receipt!;
    this.receipt(receipt, { ...(resume && { resume }), ...(position && { position }) });
  }

  receipt(id: string, headers: StompHeaders = {}): void {
    this.events.receipt({ 'receipt-id': id, ...headers });
  }

  message(destination: string, body: string, headers: StompHeaders = {}): void {
    this.of(destination).arrived(messageOf(body, headers));
  }

  /** A MESSAGE on the error queue. */
  tell(code: string, headers: StompHeaders): void {
    this.message('/user/queue/errors', JSON.stringify({ code, message: `it is ${code}` }), headers);
  }

  /** The server does not want the newest SUBSCRIBE of a destination, or not any longer. */
  refuse(destination: string, code: string, more: StompHeaders = {}): void {
    const { id, receipt } = this.of(destination).headers;
    this.subscriptions.delete(id!);
    this.tell(code, { 'subscription-id': id!, 'receipt-id': receipt!, ...more });
  }

  end(code = 1006, error?: ClientError, comeBack?: number): void {
    this.events.ended({ code, error, comeBack });
  }
}

export function messageOf(body: string, headers: StompHeaders = {}): IMessage {
  return { body, headers } as IMessage;
}

/** A message-id with a place. */
export const at = (seq: number, epoch = 1): string => `aaaaaaaaaaaa.${epoch}-${seq}`;

/** A server whose time stands still; `random` gives nearly 1, so that waits are as long as they may be. */
export class ScriptedServer {
  time = 0;
  timers: { at: number; callback: () => void }[] = [];
  readonly sessions: ScriptedSession[] = [];
  #keys = 0;

  readonly world: World = {
    now: () => this.time,
    random: () => 1,
    newKey: () => `key-${++this.#keys}`,
    after: (milliseconds, callback) => {
      const timer = { at: this.time + milliseconds, callback };
      this.timers = [...this.timers, timer].sort((one, other) => one.at - other.at);
      return () => {
        this.timers = this.timers.filter((one) => one !== timer);
      };
    },
  };

  readonly openSession: OpenSession = (connectHeaders, events) => {
    const session = new ScriptedSession(connectHeaders(), events);
    this.sessions.push(session);
    return session;
  };

  /** An active client; the server has not answered its CONNECT yet. */
  client(options: ClientOptions = {}): StompwireClient {
    const client = new StompwireClient({ world: this.world, openSession: this.openSession, ...options });
    client.activate();
    return client;
  }

  get newest(): ScriptedSession {
    return this.sessions.at(-1)!;
  }

  /** Answers CONNECT. */
  open(headers: StompHeaders = {}): ScriptedSession {
    this.newest.events.opened(headers);
    return this.newest;
  }

  /** The connection is lost, and the next one is up. */
  reopen(headers: StompHeaders = {}): ScriptedSession {
    this.newest.end();
    this.ringUntilConnecting();
    return this.open(headers);
  }

  ringUntilConnecting(): void {
    const before = this.sessions.length;
    while (this.sessions.length === before) this.ring();
  }

  /** How long it is until the next timer rings. */
  get wait(): number {
    return this.timers[0]!.at - this.time;
  }

  /** Lets the time pass until the next timer, and rings that. */
  ring(): void {
    const timer = this.timers.shift()!;
    this.time = Math.max(this.time, timer.at);
    timer.callback();
  }
}

/** What a page's storage is, without a page. */
export class PlainStorage {
  readonly texts = new Map<string, string>();
  getItem = (key: string): string | null => this.texts.get(key) ?? null;
  setItem = (key: string, text: string): void => void this.texts.set(key, text);
  removeItem = (key: string): void => void this.texts.delete(key);
}
