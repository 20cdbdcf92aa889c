// A whole application in the test's own process: no socket, no port, and time that the test turns.
import type { Authenticator } from '../auth/authenticator.ts';
import type { Config } from '../config/schema.ts';
import { Server } from '../server.ts';
import type { Handshake, Peer } from '../transport/transport.ts';
import { MemoryTransport } from './memory-transport.ts';
import { TestClient } from './test-client.ts';
import { TestClock } from './test-clock.ts';
import { TestUsers } from './test-users.ts';

/** What a test says of its application, beside its handlers. */
export interface TestAppParts {
  /** As for `createServer`; nothing listens, whatever they say. The log is silent unless they say otherwise. */
  readonly options?: Partial<Config>;
  /** Decides who clients are; default: who gives a login is believed. */
  readonly authenticator?: Authenticator;
  /** Milliseconds of real time that anything is waited for; default: 2000. */
  readonly within?: number;
}

/** Who connects, and how. */
export interface ConnectOptions {
  readonly login?: string;
  readonly passcode?: string;
  /** With the kit's own authenticator: the user's roles. */
  readonly roles?: readonly string[];
  /** More headers of CONNECT. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What is promised and asked for, in milliseconds; default: none. This client beats only with `beat()`. */
  readonly heartBeat?: readonly [sends: number, wants: number];
  /** What the opening HTTP request says, as far as it matters; none: a connection over TCP. */
  readonly handshake?: Partial<Handshake>;
  /** Where the client comes from; default: 127.0.0.1. */
  readonly address?: string;
  /** Whether the client subscribes to its error queue at once, as pages do; default: true. */
  readonly hearsErrors?: boolean;
}

/**
 * An application under test. Clients speak real STOMP frames to real sessions; everything but the network, the
 * time and, unless the test says otherwise, the users is what serves in production.
 */
export class TestApp {
  /** The server: `publish`, `users`, `http.inject` and all the rest. */
  readonly server: Server;
  readonly #transport = new MemoryTransport();
  readonly #clock = new TestClock();
  readonly #users = new TestUsers();
  readonly #within: number;

  constructor({ options = {}, authenticator, within = 2000 }: TestAppParts) {
    const own = options.auth === undefined || options.auth === 'anonymous' ? this.#users : undefined;
    const who = authenticator ?? own;
    const around = { transport: this.#transport, wheel: this.#clock.wheel, clock: this.#clock.now };
    const parts = who === undefined ? {} : { authenticator: who };
    this.server = new Server({ logLevel: 'silent', ...options }, parts, around);
    this.#within = within;
  }

  /**
   * A client that is connected.
   *
   * @throws {Refusal} when the server does not let it in
   */
  async connect(options: ConnectOptions = {}): Promise<TestClient> {
    const { roles = [], hearsErrors = true } = options;
    const peer = peerOf(options);
    this.#users.expect(peer, roles);
    const client = new TestClient({
      transport: this.#transport,
      converters: this.server.app.converters,
      peer,
      handshake: options.handshake && { path: '/ws', query: '', headers: {}, ...options.handshake },
      errorQueue: hearsErrors ? `${this.server.config.userPrefix}/queue/errors` : undefined,
      within: this.#within,
    });
    return client.open(connectHeaders(options));
  }

  /** Lets time go by, for heart-beats, time-outs, limits and expiry; it stands still otherwise. */
  advance(milliseconds: number): Promise<void> {
    return this.#clock.advance(milliseconds);
  }

  /** Ends every session and the server. */
  close(): Promise<void> {
    return this.server.close();
  }
}

function peerOf({ handshake, address = '127.0.0.1' }: ConnectOptions): Peer {
  return { transport: handshake === undefined ? 'tcp' : 'websocket', address, secure: false };
}

function connectHeaders({
  login,
  passcode,
  heartBeat = [0, 0],
  headers,
}: ConnectOptions): Record<string, string> {
  return {
    'accept-version': '1.2,1.1,1.0',
    host: 'localhost',
    'heart-beat': heartBeat.join(','),
    ...(login !== undefined && { login }),
    ...(passcode !== undefined && { passcode }),
    ...headers,
  };
}

/**
 * Starts an application in this process. Nothing is opened; `close` it in the end.
 *
 * @param define - adds handlers, rules and interceptors, as a program does to its server
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { startTestApp } from 'stompwire/testing';
 *
 * const kit = await startTestApp((server) => {
 *   server.app.message('/chat-room/{id}/send', { sendTo: '/topic/chat-room/{id}' }, ({ body, user }) => ({
 *     from: user.name,
 *     said: body,
 *   }));
 * });
 * const ann = await kit.connect({ login: 'ann' });
 * const bob = await kit.connect({ login: 'bob' });
 * const room = await bob.subscribe('/topic/chat-room/7');
 * const other = await bob.subscribe('/topic/chat-room/8');
 * await ann.send('/app/chat-room/7/send', 'hello');
 * const { body } = await room.next({ matching: { body: { from: 'ann' } }, within: 500 });
 * assert.deepEqual(body, { from: 'ann', said: 'hello' });
 * await other.expectNothing();
 * await kit.close();
 * ```
 */
export async function startTestApp(
  define: (server: Server) => unknown,
  parts: TestAppParts = {},
): Promise<TestApp> {
  const kit = new TestApp(parts);
  await define(kit.server);
  await kit.server.start();
  return kit;
}
