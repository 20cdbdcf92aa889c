// What all sessions of a server share: the floors under them, their limits, their counters.
import type { FrameLimits } from '../../frames/index.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { CredentialRules } from '../auth/shown-credentials.ts';
import type { Broker } from '../broker/broker.ts';
import type { Channel } from '../channel/channel.ts';
import type { Inbound } from '../channel/inbound.ts';
import type { Delivery } from '../channel/outbound.ts';
import type { StompwireError } from '../errors.ts';
import type { Replay } from '../history/replay.ts';
import type { Counter, Metrics } from '../metrics/metrics.ts';
import type { Claims } from '../routing/claims.ts';
import type { Router } from '../routing/router.ts';
import type { UserRegistry } from '../routing/user-registry.ts';
import type { TimingWheel } from '../time/wheel.ts';
import type { Peer } from '../transport/transport.ts';
import type { Events } from './events.ts';
import type { Profile } from './profile.ts';
import type { Turn } from './turn.ts';

/** Limits and manners of a session; times in milliseconds, 0 switches a check off. */
export interface SessionOptions {
  readonly frameLimits: FrameLimits;
  readonly maxSubscriptions: number;
  /** Transactions that may be open at a time, frames and bytes that they may hold. */
  readonly maxTransactions: number;
  readonly maxTransactionFrames: number;
  readonly maxTransactionBytes: number;
  /** How many messages a subscription is given before it acknowledges one, and how many it may ask for. */
  readonly prefetch: number;
  readonly maxPrefetch: number;
  /** How often a message is delivered without an ACK. */
  readonly maxDeliveries: number;
  /** Whose clients need no change. */
  readonly profile: Profile;
  readonly outboxBytes: number;
  readonly outboxTime: number;
  /** Bytes of input that may wait behind a handler before reading pauses. */
  readonly waitingBytes: number;
  readonly connectTimeout: number;
  readonly frameTimeout: number;
  readonly closeTimeout: number;
  readonly heartbeat: { readonly send: number; readonly receive: number };
  /** How many times its promised interval a client may be silent. */
  readonly heartbeatGrace: number;
  /** How long a client may send nothing but heart-beats. */
  readonly idleTimeout: number;
  /** Where a SEND with fresh credentials goes. */
  readonly authDestination: string;
  /** Names a CONNECT's `host` may have; none: any, or no `host` at all. */
  readonly virtualHosts: readonly string[];
  /** Whether a denied SUBSCRIBE or SEND ends the session, or is told on its error queue. */
  readonly denial: 'close' | 'keep';
  /** How long a RECEIPT may wait until its message is stored or replicated. */
  readonly storedTimeout: number;
  /** What the `server` header of CONNECTED says. */
  readonly serverName: string;
}

/** Where sessions write what an operator should know; pino's loggers fit. */
export interface SessionLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

/** What a session is built on. One object for all sessions of a server. */
export interface SessionServices {
  readonly broker: Broker;
  readonly inbound: Channel<Inbound>;
  readonly router: Router;
  /** Whose idempotency keys were seen already. */
  readonly claims: Claims;
  readonly registry: UserRegistry;
  readonly events: Events;
  /** What was missed, for who resumes; none: nothing is logged. */
  readonly replay?: Replay | undefined;
  /** The interceptors of the deliveries to a subscription; `undefined`: nobody looks at them. */
  readonly deliveries: (destination: string) => Channel<Delivery> | undefined;
  readonly authenticator: Authenticator;
  readonly credentials: CredentialRules;
  /** Milliseconds since the epoch: what the time at which credentials run out is compared with. */
  readonly clock: () => number;
  readonly wheel: TimingWheel;
  readonly turn: Turn;
  readonly options: SessionOptions;
  readonly counters: SessionCounters;
  readonly log: SessionLog;
}

/** What sessions count. */
export class SessionCounters {
  readonly frames: Counter;
  readonly taken: Counter;
  readonly #lost: Counter;
  readonly #slow: Counter;
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.frames = metrics.counter('frames_received', 'Frames that clients sent');
    this.taken = metrics.counter('queue_deliveries', 'Messages of queues handed to consumers');
    this.#lost = metrics.counter(
      'topic_messages_lost',
      'Messages of topics that were delivered too often without an ACK',
    );
    this.#slow = metrics.counter('slow_clients', 'Clients that were cut off, for they did not read');
  }

  /** Counts a session, by what its client came over. */
  opened(transport: Peer['transport']): void {
    const help = 'Sessions that were opened, by what their clients came over';
    this.#metrics.counter('sessions_opened', help, { transport }).add();
  }

  /** Counts a message of a topic that its subscriber did not acknowledge, however often it came. */
  lost(): void {
    this.#lost.add();
  }

  /** Counts an error by its code. */
  refused(error: StompwireError): void {
    if (error.code === 'slow-client') this.#slow.add();
    this.#metrics.counter('errors', 'Errors told to clients, by code', { code: error.code }).add();
  }
}
