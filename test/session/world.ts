// A server without a network: everything from broker to sessions is real, but connections, clock and guests' names.
import { Buffer } from 'node:buffer';
import { type Frame, FrameParser, type Version } from '../../frames/index.ts';
import { anonymous } from '../../src/auth/anonymous.ts';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import { credentialRules } from '../../src/auth/shown-credentials.ts';
import { Broker } from '../../src/broker/broker.ts';
import { Rules } from '../../src/channel/authorize.ts';
import { Channel } from '../../src/channel/channel.ts';
import type { Inbound } from '../../src/channel/inbound.ts';
import { Outgoing } from '../../src/channel/interceptors.ts';
import { Replay } from '../../src/history/replay.ts';
import type { HistoryStore } from '../../src/history/store.ts';
import { Policies } from '../../src/message/policies.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import { MemoryQueues } from '../../src/relay/memory-queues.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { Application } from '../../src/routing/application.ts';
import { MemoryClaims } from '../../src/routing/memory-claims.ts';
import { OwnQueues } from '../../src/routing/own-queues.ts';
import { Router } from '../../src/routing/router.ts';
import { UserRegistry } from '../../src/routing/user-registry.ts';
import { Users } from '../../src/routing/users.ts';
import { Events } from '../../src/session/events.ts';
import { profiles } from '../../src/session/profile.ts';
import { SessionCounters, type SessionOptions, type SessionServices } from '../../src/session/services.ts';
import type { Session } from '../../src/session/session.ts';
import { Sessions, type SessionsLimits } from '../../src/session/sessions.ts';
import { Turn } from '../../src/session/turn.ts';
import { TimingWheel, tickMs } from '../../src/time/wheel.ts';
import type { Handshake } from '../../src/transport/transport.ts';
import { FakeConnection } from './fake-connection.ts';

/** A frame as a test reads it. */
export interface Heard {
  readonly command: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const defaults: SessionOptions = {
  frameLimits: { frameBytes: 10_000, headerCount: 20, headerLineBytes: 1000 },
  maxSubscriptions: 5,
  maxTransactions: 3,
  maxTransactionFrames: 10,
  maxTransactionBytes: 10_000,
  prefetch: 100,
  maxPrefetch: 1000,
  maxDeliveries: 3,
  profile: profiles.none,
  outboxBytes: 100_000,
  outboxTime: 10_000,
  waitingBytes: 1000,
  connectTimeout: 10_000,
  frameTimeout: 30_000,
  closeTimeout: 2000,
  heartbeat: { send: 10_000, receive: 10_000 },
  heartbeatGrace: 3,
  idleTimeout: 0,
  authDestination: '/app/$auth',
  virtualHosts: [],
  denial: 'close',
  storedTimeout: 30_000,
  serverName: 'stompwire/test',
};

/** What a test may replace. */
export interface WorldParts extends Partial<SessionOptions>, Partial<SessionsLimits> {
  readonly relay?: Relay;
  readonly policies?: Policies;
  /** The history behind the relay's logs. */
  readonly store?: HistoryStore | undefined;
  readonly authenticator?: Authenticator;
  readonly maxSessionsPerUser?: number;
  readonly maxSubscriptionsPerUser?: number;
}

export class World {
  readonly app = new Application();
  readonly rules = new Rules('/');
  readonly inbound = new Channel<Inbound>().use(this.rules.interceptor);
  readonly outgoing = new Outgoing('/');
  readonly registry: UserRegistry;
  readonly events = new Events((error, name) => this.logged.push({ fields: { error, name }, text: 'event' }));
  readonly users: Users;
  readonly metrics = new PrometheusMetrics();
  readonly logged: { readonly fields: object; readonly text: string }[] = [];
  readonly broker: Broker;
  readonly router: Router;
  readonly sessions: Sessions;
  readonly wheel: TimingWheel;
  /** Messages that queues dropped, as `body why`. */
  readonly dropped: string[] = [];
  readonly queues = new MemoryQueues({
    limits: { count: 10, bytes: 100_000, age: 0, overflow: 'reject', tries: 3 },
    deadLetters: '/queue/dead-letter',
    queues: 10,
    bindings: 3,
    separator: '/',
    now: () => this.now,
    dropped: ({ body }, why) => this.dropped.push(`${body} ${why}`),
  });
  /** The time, on the wheel and in the calendar. */
  now = 5000;
  /** Everybody who ever came. */
  readonly clients: Client[] = [];
  #guests = 0;

  constructor({
    relay = new MemoryRelay(undefined, this.queues),
    policies = new Policies(),
    store,
    authenticator,
    maxSessionsPerUser = 0,
    maxSubscriptionsPerUser = 0,
    ...options
  }: WorldParts = {}) {
    this.registry = new UserRegistry(maxSessionsPerUser, maxSubscriptionsPerUser);
    this.users = new Users(this.registry, () => this.router.publisher);
    this.broker = new Broker(relay, {
      metrics: this.metrics,
      outbound: this.outgoing.messages,
      policies,
    });
    void this.broker.start();
    this.wheel = new TimingWheel(() => this.now);
    const limits = { maxSessions: 0, maxSessionsPerAddress: 0, ...options };
    const { log } = relay;
    const { outbound } = this.broker;
    const replay = log && new Replay({ log, store, outbound, metrics: this.metrics });
    const services = { ...this.#services(authenticator, options), replay };
    this.router = services.router;
    this.sessions = new Sessions(services, limits, 'node');
  }

  #services(authenticator: Authenticator | undefined, options: Partial<SessionOptions>): SessionServices {
    const prefixes = {
      appPrefix: '/app',
      brokerPrefixes: ['/topic', '/queue'],
      userPrefix: '/user',
      separator: '/',
    } as const;
    let messages = 0;
    const nextId = (): string => `m-${messages++}`;
    const log = (fields: object, text: string): void => void this.logged.push({ fields, text });
    return {
      broker: this.broker,
      inbound: this.inbound,
      router: new Router(this.broker, this.app, prefixes, nextId, {
        users: new OwnQueues(this.broker, this.registry, prefixes, nextId),
        inbound: this.inbound,
        wheel: this.wheel,
        handlerTimeout: 5000,
        clock: () => this.now,
      }),
      claims: new MemoryClaims({ entries: 1000, window: 600_000 }, () => this.now),
      registry: this.registry,
      events: this.events,
      deliveries: (destination) => this.outgoing.lineFor(destination),
      authenticator: authenticator ?? anonymous(() => `guest-${this.#guests++}`),
      credentials: credentialRules({
        authCookie: undefined,
        authQuery: undefined,
        authSubprotocol: undefined,
        origins: [],
        host: '127.0.0.1',
        csrfCookie: undefined,
        csrfHeader: 'X-CSRF-TOKEN',
      }),
      clock: () => this.now,
      wheel: this.wheel,
      turn: new Turn(),
      options: { ...defaults, ...options },
      counters: new SessionCounters(this.metrics),
      log: { debug: log, info: log, warn: log },
    };
  }

  /** A client that is there, and has said nothing. */
  client(connection = new FakeConnection(), handshake?: Handshake): Client {
    const client = new Client(this.sessions, connection, handshake);
    this.clients.push(client);
    return client;
  }

  /** A client that is connected; what it heard of that is forgotten. */
  async connected(headers: Record<string, string> = {}): Promise<Client> {
    const client = this.client();
    client.say('CONNECT', { 'accept-version': '1.2', ...headers });
    await client.hears('CONNECTED');
    return client;
  }

  /** Lets time go by, tick by tick. */
  pass(milliseconds: number): void {
    for (const until = this.now + milliseconds; this.now < until; ) {
      this.now = Math.min(this.now + tickMs, until);
      this.wheel.advance();
    }
  }

  /** Waits until all that is ready now has happened. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  }
}

export class Client {
  readonly connection: FakeConnection;
  readonly session: Session;
  #read = 0;
  #parser: FrameParser;

  constructor(sessions: Sessions, connection: FakeConnection, handshake?: Handshake) {
    this.connection = connection;
    this.session = sessions.accept(connection, handshake);
    connection.handler = this.session;
    this.#parser = new FrameParser();
  }

  /** Sends a frame; headers are written as they are. */
  say(command: string, headers: Record<string, string> = {}, body = ''): this {
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    return this.sayRaw(`${command}\n${lines.join('')}\n${body}\0`);
  }

  sayRaw(bytes: string | Buffer): this {
    this.session.received(Buffer.from(bytes as string));
    return this;
  }

  /** The frames that came since they were last asked for. */
  async heard(version: Version = this.session.version): Promise<Heard[]> {
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    return this.heardSoFar(version);
  }

  /** The same, of what was written already. */
  heardSoFar(version: Version = this.session.version): Heard[] {
    const { sent } = this.connection;
    this.#parser.version = version;
    this.#parser.write(sent.subarray(this.#read));
    this.#read = sent.length;
    const frames: Heard[] = [];
    for (let frame = this.#parser.read(); frame !== null; frame = this.#parser.read())
      frames.push(seen(frame));
    return frames;
  }

  /** The one frame that came, which must have this command. */
  async hears(command: string): Promise<Heard> {
    const frames = await this.heard();
    if (frames.length === 1 && frames[0]!.command === command) return frames[0]!;
    throw new Error(`expected one ${command}, heard ${JSON.stringify(frames)}`);
  }

  /** How the session was ended by the server: the ERROR's code, and the close code. */
  async ended(): Promise<{ code: string | undefined; close: number | undefined; frame: Heard | undefined }> {
    const frame = (await this.heard()).at(-1);
    return { code: frame?.headers.code, close: this.connection.closes[0]?.code, frame };
  }
}

function seen({ command, headers, body }: Frame): Heard {
  return { command, headers: { ...headers.toObject() }, body: body.toString() };
}
