// Wires the line from transport to broker, and starts, drains and stops it.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { Authenticator } from './auth/authenticator.ts';
import { credentialRules } from './auth/shown-credentials.ts';
import { Backbone } from './backbone.ts';
import { assertBackEnds } from './backends.ts';
import { type Heard, type Listening, ProgramSubscriber } from './broker/listening.ts';
import { Rules } from './channel/authorize.ts';
import { Channel, type Interceptor, type Soon } from './channel/channel.ts';
import type { Inbound } from './channel/inbound.ts';
import { type Interceptors, Outgoing } from './channel/interceptors.ts';
import type { Outbound } from './channel/outbound.ts';
import { rateLimit } from './channel/rate-limit.ts';
import { patternSeparator } from './config/compat.ts';
import { type Config, resolveConfig } from './config/config.ts';
import { assertSafeToListen } from './config/listen-rules.ts';
import { History } from './history/history.ts';
import { policiesOf } from './history-service.ts';
import type { Health } from './http/http.ts';
import { Streams } from './http/streams.ts';
import { Ingress } from './ingress.ts';
import type { Addresses } from './listeners.ts';
import { assertDestination } from './message/destination.ts';
import type { Policies } from './message/policies.ts';
import type { Metrics } from './metrics/metrics.ts';
import { PrometheusMetrics } from './metrics/prometheus.ts';
import { Application } from './routing/application.ts';
import { Nodes } from './routing/nodes.ts';
import type { Published, PublishOptions } from './routing/own-sending.ts';
import type { Publisher } from './routing/publisher.ts';
import { UserRegistry } from './routing/user-registry.ts';
import { Users } from './routing/users.ts';
import type { Lifecycle, ServerParts, Surroundings } from './server-parts.ts';
import { type EventName, Events, type Listener } from './session/events.ts';
import { SessionCounters, type SessionServices } from './session/services.ts';
import { Sessions } from './session/sessions.ts';
import { Turn } from './session/turn.ts';
import { authDestination, authenticatorOf, claimsOf, sessionOptions } from './session-setup.ts';
import { TimingWheel } from './time/wheel.ts';
import type { Transport } from './transport/transport.ts';

/**
 * A STOMP server: broker, handlers, and the listeners in front of them. `start` and `close` pair;
 * `close` twice is harmless, and nothing keeps the process alive after it.
 */
export class Server {
  /** Handlers for `/app` destinations. */
  readonly app: Application;
  /** Who may send where; the first rule that matches decides. */
  readonly rules: Rules;
  /**
   * Which destinations are logged, and what is promised of them: those of the options first, then what a program
   * adds before `start`. The first that matches decides.
   */
  readonly policies: Policies;
  /** The HTTP server, for routes of your own; add them before `start`. */
  readonly http: FastifyInstance;
  /** Where interceptors are added: for what clients send, for what is published, for what is delivered. */
  readonly interceptors: Interceptors;
  /** What was said on logged destinations. */
  readonly history = new History(() => this.#started('history').history);
  /** The nodes of the service, to announce something to all of them. */
  readonly nodes: Nodes;
  /** Event streams (SSE), and who sends an HTTP request. */
  readonly streams = new Streams();
  /** Who is connected, to be written to and to be sent away. */
  readonly users: Users;
  /** All options, with their defaults; frozen. */
  readonly config: Config;
  /** Where the server writes its log: that of the program's own application, or JSON lines on standard error. */
  readonly log: FastifyBaseLogger;
  readonly #inbound = new Channel<Inbound>();
  readonly #publishing = new Channel<Outbound>();
  readonly #outgoing: Outgoing;
  readonly #registry: UserRegistry;
  readonly #events: Events;
  readonly #metrics = new PrometheusMetrics();
  readonly #wheel: TimingWheel;
  readonly #ingress: Ingress;
  readonly #clock: () => number;
  readonly #authenticator: Authenticator;
  readonly #prefix = randomBytes(6).toString('base64url');
  #backbone: Backbone | undefined;
  readonly #attached: Lifecycle[] = [];
  #sessions: Sessions | undefined;
  #state: 'new' | 'starting' | 'ready' | 'draining' | 'closed' = 'new';
  #drained: Promise<void> | undefined;

  /** @throws {ConfigError} with everything that is wrong with the options */
  constructor(options: Partial<Config> = {}, parts: ServerParts = {}, around?: Surroundings) {
    const config = resolveConfig(options);
    this.#clock = around?.clock ?? Date.now;
    this.#wheel = around?.wheel ?? new TimingWheel();
    assertBackEnds(config);
    this.config = config;
    this.log = parts.http?.log ?? pino({ level: config.logLevel, base: null }, pino.destination(2));
    this.#authenticator = authenticatorOf(config, parts.authenticator, this.log);
    assertSafeToListen(config, { authenticated: this.#authenticator.proves });
    this.#events = new Events((err, event) => this.log.error({ err, event }, 'a listener failed'));
    this.#registry = new UserRegistry(config.maxSessionsPerUser, config.maxSubscriptionsPerUser);
    this.nodes = new Nodes((err, name) => this.log.error({ err, name }, 'a listener failed'));
    const far = () => this.#backbone?.far;
    this.users = new Users(this.#registry, () => this.#publisher('sent'), far);
    this.app = new Application(config.pathSeparator);
    this.policies = policiesOf(config);
    this.rules = new Rules(patternSeparator(config), {
      userPrefix: config.userPrefix,
      authDestination: authDestination(config),
      policies: this.policies,
    });
    this.#limitSends(config);
    this.#inbound.useLast(this.rules.interceptor);
    this.#outgoing = new Outgoing(patternSeparator(config));
    this.interceptors = { inbound: this.#inbound, broker: this.#publishing, outbound: this.#outgoing };
    this.#ingress = this.#newIngress(parts.http, around?.transport);
    this.http = this.#ingress.http;
  }

  /**
   * Tells of sessions: `connect`, `connected`, `subscribe`, `subscribed`, `unsubscribe`, `disconnect`; each once,
   * after its effect holds. A listener that throws or rejects is logged, and harms nobody.
   */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): this {
    this.#events.on(name, listener);
    return this;
  }

  /** Takes a listener out. */
  off<Name extends EventName>(name: Name, listener: Listener<Name>): this {
    this.#events.off(name, listener);
    return this;
  }

  /** Adds an interceptor for what clients send: short for `interceptors.inbound.use`. */
  intercept(interceptor: Interceptor<Inbound>): this {
    this.#inbound.use(interceptor);
    return this;
  }

  /**
   * Publishes to the subscribers of a destination: objects travel as JSON, strings as text, bytes as they are.
   *
   * @param options - in whose name, under which key, and how safe it shall be; the answer says what became of it
   * @throws {Error} before `start`
   * @throws {StompwireError} `bad-destination`, `relay-unavailable`; `not-stored`, `history-full`
   */
  publish(destination: string, payload: unknown): Soon<void>;
  publish(destination: string, payload: unknown, options: PublishOptions): Promise<Published>;
  publish(destination: string, payload: unknown, options?: PublishOptions): Soon<void> | Promise<Published> {
    const publisher = this.#publisher('publish()');
    if (options === undefined) return publisher.publish(destination, payload);
    return publisher.publishAsked(destination, payload, options);
  }

  /**
   * Hears what is delivered on this node, on a destination or a pattern, by whomever it was published: done when all
   * that is published later will be heard. A listener that throws is logged, and harms nobody; it must not take long.
   *
   * @returns what ends it
   * @throws {Error} before `start`
   * @throws {StompwireError} `bad-destination`, `relay-unavailable`
   *
   * @example
   * ```ts
   * import { createServer } from 'stompwire';
   *
   * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
   * await server.start();
   * const prices = await server.listen('/topic/prices/*', ({ destination, body }) => {
   *   console.log(`${destination}: ${body}`);
   * });
   * await server.publish('/topic/prices/tea', 3);
   * await prices.end();
   * await server.close();
   * ```
   */
  async listen(destination: string, listener: (heard: Heard) => void): Promise<Listening> {
    const { broker } = this.#started('listen()');
    assertDestination(destination, patternSeparator(this.config));
    const failed = (err: unknown): void => this.log.error({ err, destination }, 'a listener failed');
    return new ProgramSubscriber(broker, destination, listener, failed).begin();
  }

  /**
   * Adds a part of a program that begins and ends with the server; before `start`. It begins once messages can be
   * published and before clients are taken, and ends when they are gone, the last one first.
   * Source: Spring's `SmartLifecycle`.
   */
  attach(part: Lifecycle): this {
    this.#attached.push(part);
    return this;
  }

  /** Where figures of your own go, to be shown among the server's: `stompwire_` is put before their names. */
  get metrics(): Metrics {
    return this.#metrics;
  }

  /** Where the server is reached; after `start`. */
  get addresses(): Addresses {
    return this.#ingress.addresses;
  }

  /**
   * Opens everything; when it resolves, clients are taken. On failure nothing is left open.
   *
   * @throws {StompwireError} `relay-unavailable`, `history-unavailable`, `queues-unavailable`; `bad-configuration`,
   * `history-damaged`, `queues-damaged`: what an operator has to mend first
   * @throws {Error} of Node, such as `EADDRINUSE`, for an address that cannot be listened on; a second time: a server
   * starts once
   */
  async start(): Promise<void> {
    if (this.#state !== 'new')
      throw new Error(`start() of a server that is ${this.#state}: a server starts once`);
    this.#state = 'starting';
    try {
      await this.#open();
      this.#state = 'ready';
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Is not ready, takes no more clients, and closes every session with 1012: see {@link Sessions.drain}. */
  drain(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  /** Drains, and closes everything. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    await this.drain();
    this.#state = 'closed';
    await this.#ingress.close();
    for (const part of this.#attached.toReversed()) await part.stop?.();
    await this.#backbone?.close(this.config.drainTimeout);
    this.#wheel.close();
  }

  #limitSends({ sendsPerSecond: sends, sendBurst }: Config): void {
    if (sends === 0) return;
    this.#inbound.use(rateLimit({ per: 'session', sends, within: 1000, burst: sendBurst || sends }));
  }

  /** Answers a SockJS request of an endpoint. @returns false when it is somebody else's */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#ingress.handle(request, response);
  }

  /** Takes an upgrade of an endpoint, or refuses it. @returns false when it is somebody else's */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): boolean {
    return this.#ingress.upgrade(request, socket, head);
  }

  #started(what: string): Backbone {
    if (this.#backbone !== undefined) return this.#backbone;
    throw new Error(`${what} before start(): the server has no broker yet`);
  }

  #publisher(what: string): Publisher {
    return this.#started(what).router.publisher;
  }

  readonly #health: Health = {
    notReady: () => (this.#state === 'ready' ? this.#backbone?.history.trouble : this.#state),
  };

  #newIngress(http: FastifyInstance | undefined, instead: Transport | undefined): Ingress {
    const { config, log } = this;
    return new Ingress({
      config,
      log,
      wheel: this.#wheel,
      metrics: this.#metrics,
      health: this.#health,
      http,
      instead,
    });
  }

  async #open(): Promise<void> {
    const { config } = this;
    await this.#authenticator.start?.();
    this.#wheel.start();
    const backbone = await this.#openBackbone();
    this.#backbone = backbone;
    for (const part of this.#attached) await part.start?.();
    this.#outgoing.fix();
    const services = this.#services(backbone);
    this.#sessions = new Sessions(services, config, this.#prefix);
    this.streams.start(this.#sessions, services, config);
    this.#metrics.gauge('sessions', 'Sessions that are open', () => this.#sessions?.size ?? 0);
    await this.#ingress.open(this.#sessions.accept);
  }

  #openBackbone(): Promise<Backbone> {
    return Backbone.open({
      node: this.#prefix,
      config: this.config,
      policies: this.policies,
      log: this.log,
      metrics: this.#metrics,
      clock: this.#clock,
      wheel: this.#wheel,
      app: this.app,
      registry: this.#registry,
      nodes: this.nodes,
      inbound: this.#inbound,
      publishing: this.#publishing,
      outgoing: this.#outgoing,
    });
  }

  #services({ broker, router, replay, history }: Backbone): SessionServices {
    return {
      broker,
      inbound: this.#inbound,
      router,
      claims: claimsOf(this.config, history.relay, () => this.#wheel.now),
      registry: this.#registry,
      events: this.#events,
      replay,
      deliveries: (destination) => this.#outgoing.lineFor(destination),
      authenticator: this.#authenticator,
      credentials: credentialRules(this.config),
      clock: this.#clock,
      wheel: this.#wheel,
      turn: new Turn(),
      options: sessionOptions(this.config),
      counters: new SessionCounters(this.#metrics),
      log: this.log,
    };
  }

  async #drain(): Promise<void> {
    if (this.#state === 'new') return;
    const { drainDelay, drainTimeout: within, drainRate: rate, retryAfter } = this.config;
    const served = this.#state === 'ready';
    this.#state = 'draining';
    if (served && drainDelay > 0) await pause(drainDelay);
    await this.#ingress.stop();
    this.streams.stop();
    await this.#sessions?.drain({ within, rate, retryAfter });
    this.#ingress.endRequests();
  }
}

/**
 * Makes a server; nothing is opened before its `start`.
 *
 * @param options - see `docs/options.md`
 * @param parts - what no option can say: an authenticator, an HTTP server of the program's own
 * @throws {ConfigError} with everything that is wrong with the options
 *
 * @example
 * ```ts
 * import { createServer } from 'stompwire';
 *
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
 * await server.start();
 * await server.publish('/topic/news', { headline: 'it runs' });
 * await server.close();
 * ```
 */
export function createServer(options: Partial<Config> = {}, parts: ServerParts = {}): Server {
  return new Server(options, parts);
}
