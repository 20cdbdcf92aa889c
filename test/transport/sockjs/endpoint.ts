// Endpoints for tests: on a free port, with a clock of their own, and an application that remembers all it hears.
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { afterAll } from 'vitest';
import {
  type Handshake,
  SockJs,
  type SockJsConnection,
  type SockJsHandler,
  type SockJsOptions,
  TimingWheel,
} from '../../../src/sockjs.ts';
import { listen, openOptions, protocolEndpoints, serverOf } from '../../sockjs-server.ts';
import { type Asking, ask, type Response, stream } from './raw-http.ts';

/** One session as the application sees it. */
export class Heard implements SockJsHandler {
  readonly connection: SockJsConnection;
  readonly handshake: Handshake;
  readonly messages: string[] = [];
  drains = 0;
  ends: [code: number, reason: string][] = [];
  #wake: (() => void)[] = [];

  constructor(connection: SockJsConnection, handshake: Handshake) {
    this.connection = connection;
    this.handshake = handshake;
  }

  message(text: string): void {
    this.messages.push(text);
    this.#tell();
  }

  drained(): void {
    this.drains++;
    this.#tell();
  }

  closed(code: number, reason: string): void {
    this.ends.push([code, reason]);
    this.#tell();
  }

  /** Waits until something holds that an event makes true. */
  async until(holds: (heard: Heard) => boolean): Promise<void> {
    while (!holds(this)) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  /** How it ended. */
  async end(): Promise<[code: number, reason: string]> {
    await this.until(({ ends }) => ends.length > 0);
    return this.ends[0]!;
  }

  #tell(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** An endpoint at `/app` whose time passes only when told. */
export class TestEndpoint {
  url = '';
  readonly sockjs: SockJs;
  readonly wheel: TimingWheel;
  readonly heard: Heard[] = [];
  readonly server: Server;
  #now = 1000;

  constructor(options: Partial<SockJsOptions> = {}) {
    this.wheel = new TimingWheel(() => this.#now);
    const all = { ...openOptions('/app', this.wheel), ...options };
    this.sockjs = new SockJs(all, (connection, handshake) => {
      const heard = new Heard(connection, handshake);
      this.heard.push(heard);
      return heard;
    });
    this.server = serverOf([this.sockjs]);
  }

  static async start(options: Partial<SockJsOptions> = {}): Promise<TestEndpoint> {
    const endpoint = new TestEndpoint(options);
    endpoint.url = `${await listen(endpoint.server, 0)}/app`;
    return endpoint;
  }

  /** Lets time pass. */
  pass(milliseconds: number): void {
    for (const until = this.#now + milliseconds; this.#now < until; this.wheel.advance())
      this.#now = Math.min(until, this.#now + 1000);
  }

  /** The session that was opened last. */
  get last(): Heard {
    return this.heard.at(-1)!;
  }

  get(path: string, asking: Asking = {}): Promise<Response> {
    return ask('GET', this.url + path, asking);
  }

  post(path: string, body: string | Buffer = '', headers: Asking['headers'] = {}): Promise<Response> {
    return ask('POST', this.url + path, { body, headers });
  }

  /** Begins a streaming receiver, and reads its prelude. */
  async stream(path: string): ReturnType<typeof stream> {
    const opened = await stream('POST', this.url + path);
    await opened.http.chunk();
    return opened;
  }

  /** The next request that the server is given. */
  async requested(): Promise<IncomingMessage> {
    const [request] = (await once(this.server, 'request')) as [IncomingMessage];
    return request;
  }

  stop(): void {
    this.sockjs.close();
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** Where the services of the protocol document are, while the tests of a file run. */
export interface ProtocolServer {
  readonly url: string;
  /** The service that says what it hears. */
  readonly echo: string;
}

/** The services of the protocol document on a free port; they stop after the last test of the file. */
export async function protocolServer(): Promise<ProtocolServer> {
  const wheel = new TimingWheel();
  const endpoints = protocolEndpoints(wheel);
  const server = serverOf(endpoints);
  afterAll(() => {
    for (const endpoint of endpoints) endpoint.close();
    server.close();
    server.closeAllConnections();
    wheel.close();
  });
  wheel.start();
  const url = await listen(server, 0);
  return { url, echo: `${url}/echo` };
}

let sessions = 0;
/** A path for a session that no other test has. */
export const freshPath = (): string => `/000/session-${sessions++}`;
