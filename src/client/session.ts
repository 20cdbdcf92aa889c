// One STOMP session by @stomp/stompjs, from CONNECT to its end; it never reconnects, its keeper opens the next one.
import { Client, type IMessage, type StompConfig, type StompHeaders } from '@stomp/stompjs';
import { ClientError, errorOf } from './client-error.ts';

/** How the server is reached: an address for a WebSocket, or what makes something like one. */
export type Dial = Pick<StompConfig, 'brokerURL'> | Pick<StompConfig, 'webSocketFactory'>;

/** The headers of CONNECT, or what makes them anew for each attempt. */
export type ConnectHeaders = StompHeaders | (() => StompHeaders | Promise<StompHeaders>);

/** Why a session ended: the WebSocket close code, and what the ERROR said when there was one. */
export interface SessionEnd {
  readonly code: number;
  readonly error: ClientError | undefined;
  /** When this client, of all that were told goodbye, is to come back, in milliseconds. */
  readonly comeBack?: number | undefined;
}

/** What becomes of a session. */
export interface SessionEvents {
  /** CONNECTED came, with these headers. */
  opened(headers: StompHeaders): void;
  /** A RECEIPT came, with these headers. */
  receipt(headers: StompHeaders): void;
  /** An ERROR named the frame that caused it; the end of the session follows. */
  refused(receiptId: string, error: ClientError): void;
  /** Called once, also when the session never opened. */
  ended(end: SessionEnd): void;
}

/** One session. What is asked of it after its end does nothing. */
export interface StompSession {
  /** Returns the way to unsubscribe. */
  subscribe(destination: string, arrived: (message: IMessage) => void, headers: StompHeaders): () => void;
  send(destination: string, body: string | Uint8Array, headers: StompHeaders): void;
  /** Says DISCONNECT and closes. `ended` is not called any more. */
  close(): Promise<void>;
}

/** Opens a session and tells what becomes of it. */
export type OpenSession = (
  connectHeaders: () => Promise<StompHeaders>,
  events: SessionEvents,
) => StompSession;

// A hidden tab's timers run once a minute, so a shorter promise would be broken there and cut the session off.
const outgoingHeartBeat = 60_000;
const incomingHeartBeat = 10_000;
const connectTimeout = 10_000;

/** The close code of a connection that was never made. */
const neverMade = 1006;

/**
 * The way to open sessions by `@stomp/stompjs`.
 *
 * @param settings - what differs from the usual, as `new Client` of `@stomp/stompjs` takes it
 */
export function openBy(dial: Dial, settings: StompConfig = {}): OpenSession {
  return (connectHeaders, events) => new StompJsSession({ ...settings, ...dial }, connectHeaders, events);
}

class StompJsSession implements StompSession {
  readonly #client: Client;
  readonly #events: SessionEvents;
  #error: ClientError | undefined;
  #isOver = false;

  constructor(settings: StompConfig, connectHeaders: () => Promise<StompHeaders>, events: SessionEvents) {
    this.#events = events;
    this.#client = new Client({
      connectionTimeout: connectTimeout,
      heartbeatOutgoing: outgoingHeartBeat,
      heartbeatIncoming: incomingHeartBeat,
      discardWebsocketOnCommFailure: true,
      ...settings,
      reconnectDelay: 0,
      beforeConnect: () => this.#prepare(connectHeaders),
      onConnect: ({ headers }) => this.#isOver || events.opened(headers),
      onUnhandledReceipt: ({ headers }) => this.#isOver || events.receipt(headers),
      onStompError: (frame) => {
        this.#error = errorOf(frame);
        const receiptId = frame.headers['receipt-id'];
        if (receiptId !== undefined && !this.#isOver) events.refused(receiptId, this.#error);
      },
      onWebSocketClose: (event: { code?: number; reason?: string }) =>
        this.#end(event.code ?? neverMade, comeBackOf(event)),
    });
    this.#client.activate();
  }

  subscribe(destination: string, arrived: (message: IMessage) => void, headers: StompHeaders): () => void {
    if (!this.#client.connected) return () => {};
    const subscription = this.#client.subscribe(
      destination,
      (message) => this.#isOver || arrived(message),
      headers,
    );
    return () => {
      if (this.#client.connected) subscription.unsubscribe();
    };
  }

  send(destination: string, body: string | Uint8Array, headers: StompHeaders): void {
    if (!this.#client.connected) return;
    const payload = typeof body === 'string' ? { body } : { binaryBody: body };
    this.#client.publish({ destination, headers, ...payload });
  }

  close(): Promise<void> {
    this.#isOver = true;
    return this.#client.deactivate();
  }

  /** Who cannot say who they are does not connect; the next attempt may find fresh credentials. */
  async #prepare(connectHeaders: () => Promise<StompHeaders>): Promise<void> {
    try {
      this.#client.connectHeaders = await connectHeaders();
    } catch (error) {
      this.#error = new ClientError('error', error instanceof Error ? error.message : String(error));
      this.#end(neverMade);
    }
  }

  #end(code: number, comeBack?: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    void this.#client.deactivate();
    this.#events.ended({ code, error: this.#error, comeBack });
  }
}

/** A server that goes tells each client a moment of its own. */
function comeBackOf({ code, reason = '' }: { code?: number; reason?: string }): number | undefined {
  const [, after] = /\bretry-after=(\d{1,9})$/.exec(reason) ?? [];
  return code === 1012 && after !== undefined ? Number(after) : undefined;
}
