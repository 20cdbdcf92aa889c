// One STOMP session over one WebSocket or what stands in for it, from CONNECT to its end; it never reconnects, its user does.
import { Client, ReconnectionTimeMode, type StompConfig } from '@stomp/stompjs';

/** Why a session ended: the WebSocket close code, and the ERROR frame's `message` when there was one. */
export interface SessionEnd {
  readonly code: number;
  readonly error: string | undefined;
}

export interface SessionEvents {
  /** CONNECTED came; `user` is its `user-name` header. */
  opened(user: string | undefined): void;
  receipt(receiptId: string): void;
  /** An ERROR named the frame that caused it; the end of the session follows. */
  refused(receiptId: string, message: string): void;
  /** Called once, also when the session never opened. */
  ended(end: SessionEnd): void;
}

export interface Arrival {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface StompSession {
  /** Returns the way to unsubscribe. */
  subscribe(destination: string, arrived: (arrival: Arrival) => void): () => void;
  send(destination: string, body: string, receiptId: string): void;
  /** Says DISCONNECT and closes. `ended` is not called any more. */
  close(): void;
}

/** How the service is reached: an address for a WebSocket, or what makes something like one. */
export type Dial = Pick<StompConfig, 'brokerURL'> | Pick<StompConfig, 'webSocketFactory'>;

export interface SessionOptions {
  readonly dial: Dial;
  readonly login: string;
}

// A hidden tab's timers run once a minute, so a shorter promise would be broken there and cut the session off.
const OUTGOING_HEART_BEAT = 60_000;
const INCOMING_HEART_BEAT = 10_000;
const CONNECT_TIMEOUT = 10_000;

/** Opens a session; all that becomes of it is told through `events`. */
export function openSession({ dial, login }: SessionOptions, events: SessionEvents): StompSession {
  let error: string | undefined;
  let isClosed = false;
  const client = new Client({
    ...dial,
    connectHeaders: { login },
    reconnectDelay: 0,
    reconnectTimeMode: ReconnectionTimeMode.LINEAR,
    connectionTimeout: CONNECT_TIMEOUT,
    heartbeatOutgoing: OUTGOING_HEART_BEAT,
    heartbeatIncoming: INCOMING_HEART_BEAT,
    discardWebsocketOnCommFailure: true,
    onConnect: (frame) => isClosed || events.opened(frame.headers['user-name']),
    onUnhandledReceipt: (frame) => events.receipt(frame.headers['receipt-id'] ?? ''),
    onStompError: (frame) => {
      error = frame.headers.message ?? frame.body;
      const receiptId = frame.headers['receipt-id'];
      if (receiptId !== undefined) events.refused(receiptId, error);
    },
    onWebSocketClose: (event: { code?: number }) => end(event.code ?? 1006),
  });

  function end(code: number): void {
    if (isClosed) return;
    isClosed = true;
    void client.deactivate();
    events.ended({ code, error });
  }

  client.activate();
  return {
    subscribe(destination, arrived) {
      const subscription = client.subscribe(destination, ({ body, headers }) => arrived({ body, headers }));
      return () => {
        if (client.connected) subscription.unsubscribe();
      };
    },
    send(destination, body, receipt) {
      const headers = { receipt, 'content-type': 'application/json' };
      client.publish({ destination, body, headers });
    },
    close() {
      isClosed = true;
      void client.deactivate();
    },
  };
}
