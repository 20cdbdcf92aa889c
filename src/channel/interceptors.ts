// The lines on which a program's interceptors stand: what comes in, what is published, what goes out.
import { isPattern, type Separator } from '../message/destination.ts';
import { PatternMatcher } from '../message/pattern.ts';
import { Channel, type Interceptor } from './channel.ts';
import type { Inbound } from './inbound.ts';
import type { Delivery, Outbound } from './outbound.ts';

/** A line that interceptors are added to. Those added first see a frame first. */
export interface Line<C> {
  /** Adds an interceptor at the end of the line. */
  use(interceptor: Interceptor<C>): this;
}

/** Says that an outbound interceptor looks at each delivery, instead of once at each message. */
export interface PerSession {
  readonly per: 'session';
  /** Only subscriptions that can hear what fits this pattern; others cost nothing. Default: all. */
  readonly destination?: string;
}

/** The line of what goes out. */
export interface OutboundLine extends Line<Outbound> {
  use(interceptor: Interceptor<Outbound>): this;
  /**
   * Adds an interceptor that sees each delivery and the session that gets it. What it changes or drops is that
   * one delivery; whoever gets the message unchanged goes on sharing its bytes.
   *
   * @throws {Error} after `start`: subscriptions that stand already would pass it by
   */
  use(scope: PerSession, interceptor: Interceptor<Delivery>): this;
}

/** The lines of a server. Source: Spring's `clientInboundChannel`, `clientOutboundChannel` and `brokerChannel`. */
export interface Interceptors {
  /** What clients send: CONNECT, SEND, SUBSCRIBE, UNSUBSCRIBE, and DISCONNECT, be it said or a connection lost. */
  readonly inbound: Line<Inbound>;
  /** What is published, by clients and by the server, before the relay has it. */
  readonly broker: Line<Outbound>;
  /** What is delivered on this node. */
  readonly outbound: OutboundLine;
}

/** What goes out: a line per message, and lines per session for the subscriptions that want one. */
export class Outgoing implements OutboundLine {
  readonly messages = new Channel<Outbound>();
  readonly #separator: Separator;
  readonly #perSession: { readonly scope: PerSession; readonly interceptor: Interceptor<Delivery> }[] = [];
  #fixed = false;

  constructor(separator: Separator) {
    this.#separator = separator;
  }

  use(interceptor: Interceptor<Outbound>): this;
  use(scope: PerSession, interceptor: Interceptor<Delivery>): this;
  use(first: PerSession | Interceptor<Outbound>, interceptor?: Interceptor<Delivery>): this {
    if (typeof first === 'function') this.messages.use(first);
    else this.#add(first, interceptor!);
    return this;
  }

  /** From now on nothing is added per session. */
  fix(): void {
    this.#fixed = true;
  }

  /** The line for the deliveries to a subscription; `undefined` when nobody looks at them. */
  lineFor(destination: string): Channel<Delivery> | undefined {
    let line: Channel<Delivery> | undefined;
    for (const { scope, interceptor } of this.#perSession)
      if (this.#hears(destination, scope)) line = (line ?? new Channel<Delivery>()).use(interceptor);
    return line;
  }

  #add(scope: PerSession, interceptor: Interceptor<Delivery>): void {
    if (this.#fixed) throw new Error('an interceptor per session is added before start()');
    this.#perSession.push({ scope, interceptor });
  }

  #hears(subscribed: string, { destination }: PerSession): boolean {
    if (destination === undefined) return true;
    const matcher = new PatternMatcher(destination, this.#separator);
    return isPattern(subscribed) ? matcher.meets(subscribed) : matcher.matches(subscribed);
  }
}
