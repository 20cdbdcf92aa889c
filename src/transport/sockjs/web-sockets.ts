// The WebSocket side of an endpoint: which upgrades become sessions, and what the others are told.
import type { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { handshakeOf, refuse } from '../upgrade.ts';
import { handshaker } from '../web-socket-link.ts';
import type { SockJsOpener } from './connection.ts';
import type { SockJsOptions } from './options.ts';
import type { Refusals } from './refusals.ts';
import { type WebSocketHost, WebSocketSession } from './web-socket-session.ts';

export const onlyToWebSocket = 'Can "Upgrade" only to "WebSocket".';
export const mustUpgrade = '"Connection" must be "Upgrade".';

/** Opens WebSocket sessions; each lives as long as its WebSocket. */
export class WebSockets {
  readonly #options: SockJsOptions;
  readonly #open: SockJsOpener;
  readonly #handshaker: ReturnType<typeof handshaker>;
  readonly #host: WebSocketHost;
  readonly #sessions = new Set<WebSocketSession>();
  #stopped = false;

  constructor(options: SockJsOptions, refusals: Refusals, open: SockJsOpener) {
    this.#options = options;
    this.#open = open;
    this.#handshaker = handshaker(options);
    const { wheel, heartbeatDelay, bufferBytes } = options;
    this.#host = {
      wheel,
      heartbeatDelay,
      bufferBytes,
      ended: (session) => this.#sessions.delete(session),
      overflowed: () => refusals.overflow.add(),
      faulted: () => refusals['bad-payload'].add(),
    };
  }

  /** Takes an upgrade that the guard let in. */
  upgrade(kind: 'websocket' | 'raw', request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (request.method !== 'GET') return refuse(socket, 405, '', { Allow: 'GET' });
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') return refuse(socket, 400, onlyToWebSocket);
    if (this.#stopped) return refuse(socket, 503, 'no more sessions are taken');
    speakSeven(request);
    this.#handshaker.handleUpgrade(request, socket, head, (webSocket) => {
      const peer = this.#options.peerOf(request);
      const session = new WebSocketSession(kind, webSocket, socket, peer, this.#host);
      this.#sessions.add(session);
      session.handler = this.#open(session, handshakeOf(request));
      session.listen();
    });
  }

  /** Opens no more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Ends all sessions and opens no more. */
  close(code: number, reason: string): void {
    this.stop();
    for (const session of this.#sessions) session.close(code, reason);
  }
}

/** Version 7 is version 8 on the wire, and `ws` knows 8 [SockJS 0.3.3, test_headersSanity]. */
function speakSeven({ headers }: IncomingMessage): void {
  if (headers['sec-websocket-version'] === '7') headers['sec-websocket-version'] = '8';
}
