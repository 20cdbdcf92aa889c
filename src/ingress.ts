// The ways into a server: its HTTP server, the listeners on it and beside it, and the operators' own address.
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Config } from './config/config.ts';
import { opsAddress } from './config/host-port.ts';
import { closeHttp, createHttp, type Health, measureHttp } from './http/http.ts';
import { startOps } from './http/ops.ts';
import { type Addresses, addressesOf, createListeners, type Listeners } from './listeners.ts';
import type { PrometheusMetrics } from './metrics/prometheus.ts';
import type { TimingWheel } from './time/wheel.ts';
import { originGuard } from './transport/origins.ts';
import type { Accept, Transport } from './transport/transport.ts';

/** What the ways in stand on. */
export interface IngressParts {
  readonly config: Config;
  readonly log: FastifyBaseLogger;
  readonly wheel: TimingWheel;
  readonly metrics: PrometheusMetrics;
  readonly health: Health;
  /** An HTTP server that a program starts and closes itself; without it there is one of our own. */
  readonly http: FastifyInstance | undefined;
  /** In the place of all listeners: no port is opened. */
  readonly instead: Transport | undefined;
}

/** `open`, `stop`, `endRequests` and `close` come in this order; `open` may fail, or be left out. */
export class Ingress {
  readonly http: FastifyInstance;
  readonly #parts: IngressParts;
  readonly #ownsHttp: boolean;
  #transports: readonly Transport[] = [];
  #listeners: Listeners | undefined;
  #ops: { readonly http: FastifyInstance; readonly address: string } | undefined;

  constructor(parts: IngressParts) {
    this.#parts = parts;
    this.#ownsHttp = parts.http === undefined;
    this.http = parts.http ?? this.#createHttp();
  }

  /** Where it is reached; once it is open. */
  get addresses(): Addresses {
    return addressesOf(this.#parts.config, this.#transports, this.#ops?.address);
  }

  /** Answers a SockJS request of an endpoint. @returns false when it is somebody else's */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#listeners?.sockJs?.handle(request, response) ?? false;
  }

  /** Takes an upgrade of an endpoint, or refuses it. @returns false when it is somebody else's */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): boolean {
    return this.#listeners?.webSocket.upgrade(request, socket, head) ?? false;
  }

  /** Opens everything; a failure may leave a part of it open, for {@link close}. */
  async open(accept: Accept): Promise<void> {
    const { config, health, metrics, instead } = this.#parts;
    if (instead !== undefined) return this.#openInstead(instead, accept);
    this.#listeners = this.#createListeners();
    this.#transports = this.#listeners.all;
    for (const transport of this.#transports) await transport.start(accept);
    const ops = opsAddress(config.ops);
    if (ops !== undefined) this.#ops = await startOps(ops, health, metrics);
    if (this.#ownsHttp) await this.http.listen({ host: config.host, port: config.port });
  }

  /** Takes no more clients; those that are open live on. */
  async stop(): Promise<void> {
    for (const transport of this.#transports) await transport.stop();
  }

  /** Takes no more connections for HTTP: not before all sessions ended, for a client that polls comes once more to hear it. */
  endRequests(): void {
    if (this.#ownsHttp) this.http.server.close();
  }

  /** Closes what is open; requests that are under way have `closeTimeout`. */
  async close(): Promise<void> {
    this.#listeners?.sockJs?.close();
    const { closeTimeout } = this.#parts.config;
    if (this.#ops !== undefined) await closeHttp(this.#ops.http, closeTimeout);
    if (this.#ownsHttp) await closeHttp(this.http, closeTimeout);
  }

  #createHttp(): FastifyInstance {
    const { config, log, health, metrics } = this.#parts;
    const guard = originGuard(config.origins, config.host);
    const claim = (request: IncomingMessage, response: ServerResponse): boolean =>
      this.handle(request, response);
    return measureHttp(createHttp(config, log, guard, health, claim), metrics);
  }

  #createListeners(): Listeners {
    const { config, wheel, metrics } = this.#parts;
    return createListeners(config, this.http.server as HttpServer, wheel, metrics, !this.#ownsHttp);
  }

  async #openInstead(transport: Transport, accept: Accept): Promise<void> {
    this.#transports = [transport];
    await transport.start(accept);
    await this.http.ready();
  }
}
