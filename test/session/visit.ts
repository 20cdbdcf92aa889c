// One session on a fake connection, with clocks that the test sets and an authenticator that it gives.
import { Buffer } from 'node:buffer';
import { type Frame, FrameParser, serverCommands } from '../../frames/index.ts';
import type { Authenticator, Credentials, User } from '../../src/auth/authenticator.ts';
import { credentialRules } from '../../src/auth/shown-credentials.ts';
import { Broker } from '../../src/broker/broker.ts';
import { Channel } from '../../src/channel/channel.ts';
import type { Inbound } from '../../src/channel/inbound.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { noMetrics } from '../../src/metrics/metrics.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import { Application } from '../../src/routing/application.ts';
import { MemoryClaims } from '../../src/routing/memory-claims.ts';
import { OwnQueues } from '../../src/routing/own-queues.ts';
import { Router } from '../../src/routing/router.ts';
import { UserRegistry } from '../../src/routing/user-registry.ts';
import { Events } from '../../src/session/events.ts';
import { profiles } from '../../src/session/profile.ts';
import { SessionCounters, type SessionOptions, type SessionServices } from '../../src/session/services.ts';
import { Session } from '../../src/session/session.ts';
import { Turn } from '../../src/session/turn.ts';
import { TimingWheel } from '../../src/time/wheel.ts';
import type { Handshake } from '../../src/transport/transport.ts';
import { Log } from '../auth/folder.ts';
import { openRules } from '../auth/shown.ts';
import { FakeConnection } from './fake-connection.ts';

const config = resolveConfig({});

const baseOptions: SessionOptions = {
  ...config,
  frameLimits: { frameBytes: 65_536, headerCount: 64, headerLineBytes: 8192 },
  heartbeat: { send: 0, receive: 0 },
  serverName: 'test',
  authDestination: '/app/$auth',
  profile: profiles.none,
};

export class Visit {
  readonly connection = new FakeConnection();
  readonly log = new Log();
  readonly app = new Application();
  readonly inbound = new Channel<Inbound>();
  readonly session: Session;
  /** Milliseconds since the epoch, and those of the wheel. */
  wall = 1_700_000_000_000;
  #ticks = 1000;
  readonly #wheel = new TimingWheel(() => this.#ticks);
  readonly #options: SessionOptions;

  constructor(
    authenticate: (credentials: Credentials) => User | Promise<User>,
    given: {
      readonly options?: Partial<SessionOptions>;
      readonly proves?: boolean;
      handshake?: Handshake;
    } = {},
  ) {
    this.#options = { ...baseOptions, ...given.options };
    const services = this.#services({ proves: given.proves ?? true, authenticate });
    this.session = new Session('s-1', this.connection, given.handshake, services, { ended: () => {} });
    this.connection.handler = this.session;
  }

  frame(command: string, headers: Record<string, string> = {}, body = ''): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    this.session.received(Buffer.from(`${command}\n${lines.join('')}\n${body}\0`));
  }

  connect(headers: Record<string, string> = {}): Promise<Frame[]> {
    this.frame('CONNECT', { 'accept-version': '1.2', host: 'h', ...headers });
    return this.frames();
  }

  heartBeat(): void {
    this.session.received(Buffer.from('\n'));
  }

  /** Both clocks go on, and the wheel wakes whom it should. */
  pass(milliseconds: number): void {
    this.wall += milliseconds;
    this.#ticks += milliseconds;
    this.#wheel.advance();
  }

  /** Only the wheel's clock goes on: the calendar was set, or the machine slept. */
  tick(milliseconds: number): void {
    this.#ticks += milliseconds;
    this.#wheel.advance();
  }

  /** Everything that the client got so far. */
  async frames(): Promise<Frame[]> {
    await new Promise(setImmediate);
    const parser = new FrameParser({ accepts: serverCommands });
    parser.write(this.connection.sent);
    const frames: Frame[] = [];
    for (let frame = parser.read(); frame !== null; frame = parser.read()) frames.push(frame);
    return frames;
  }

  /** What the client heard last. */
  async last(): Promise<Frame> {
    return (await this.frames()).at(-1)!;
  }

  #services(authenticator: Authenticator): SessionServices {
    const broker = new Broker(new MemoryRelay(), { separator: '/', metrics: noMetrics, failed: () => {} });
    let ids = 0;
    const nextId = (): string => `m-${ids++}`;
    const registry = new UserRegistry();
    return {
      broker,
      inbound: this.inbound,
      router: new Router(broker, this.app, { ...config, separator: '/' }, nextId, {
        users: new OwnQueues(broker, registry, { ...config, separator: '/' }, nextId),
      }),
      claims: new MemoryClaims({ entries: 1000, window: 600_000 }),
      registry,
      events: new Events(() => {}),
      deliveries: () => undefined,
      authenticator,
      credentials: credentialRules(openRules),
      clock: () => this.wall,
      wheel: this.#wheel,
      turn: new Turn(),
      options: this.#options,
      counters: new SessionCounters(noMetrics),
      log: this.log,
    };
  }
}
