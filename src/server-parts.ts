// What a server is made of beside its options: parts that a program gives, and what a test puts around it.
import type { FastifyInstance } from 'fastify';
import type { Authenticator } from './auth/authenticator.ts';
import type { TimingWheel } from './time/wheel.ts';
import type { Transport } from './transport/transport.ts';

/** Parts of a server that a program gives, beside the options. */
export interface ServerParts {
  /** Who clients are; default: what the option `auth` says. */
  readonly authenticator?: Authenticator;
  /**
   * An application of your own to stand on, with its logger. It is yours to start and to close, and you bring the
   * requests and upgrades of the endpoints to `handle` and `upgrade`; `stompwire/fastify` does all that.
   */
  readonly http?: FastifyInstance;
}

/** What a test puts in the place of the network and of the machine's time. */
export interface Surroundings {
  /** In the place of all listeners: no port is opened, and HTTP is answered to `http.inject` only. */
  readonly transport: Transport;
  readonly wheel: TimingWheel;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** A part of a program that begins and ends with a server. */
export interface Lifecycle {
  /** A failure ends the start. */
  start?(): Promise<void>;
  /** Ends a part whose start may have failed, or never have come. */
  stop?(): Promise<void>;
}
