// What happens to sessions, told to whoever listens; a listener that fails harms nobody.
import type { SessionView } from '../channel/inbound.ts';
import type { SubscriptionView } from '../channel/outbound.ts';
import type { ErrorCode } from '../errors.ts';

/** What listeners are given. */
export interface SessionEvents {
  /** A CONNECT was let in, and the session is among the server's users; its CONNECTED is not on the way yet. */
  readonly connect: { readonly session: SessionView };
  /** CONNECTED is on its way. */
  readonly connected: { readonly session: SessionView };
  /** A SUBSCRIBE passed the interceptors and is about to hold. */
  readonly subscribe: { readonly session: SessionView; readonly subscription: SubscriptionView };
  /** It holds: the next message will arrive. */
  readonly subscribed: { readonly session: SessionView; readonly subscription: SubscriptionView };
  /** Nothing more is delivered to it. Subscriptions that end with their session are told by `disconnect`. */
  readonly unsubscribe: { readonly session: SessionView; readonly subscription: SubscriptionView };
  /** The connection is gone, its subscriptions with it. Only of sessions that were `connected`. */
  readonly disconnect: Ending & {
    readonly session: SessionView;
    /** What it was subscribed to until now. */
    readonly subscriptions: readonly SubscriptionView[];
  };
}

/** Why a session ended. */
export interface Ending {
  /** The WebSocket close code that stands for it: 1000 as the client wished, 1006 for a connection that broke. */
  readonly code: number;
  readonly reason: string;
  /** What the client was told in an ERROR, when that was the end. */
  readonly error?: ErrorCode;
}

/** One of {@link SessionEvents}. */
export type EventName = keyof SessionEvents;

/** Is told of an event, after its effect holds. What it throws is logged; nobody waits for what it returns. */
export type Listener<Name extends EventName> = (event: SessionEvents[Name]) => unknown;

type AnyListener = (event: never) => unknown;

/** The listeners of a server. Source: Spring's `SessionConnectedEvent` and its siblings. */
export class Events {
  readonly #listeners = new Map<EventName, readonly AnyListener[]>();
  readonly #failed: (error: unknown, name: EventName) => void;

  /** @param failed - hears of listeners that throw or reject */
  constructor(failed: (error: unknown, name: EventName) => void) {
    this.#failed = failed;
  }

  /** Adds a listener; one that is there already is not added again. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): void {
    this.off(name, listener);
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  /** Takes a listener out; harmless when it is not there. */
  off<Name extends EventName>(name: Name, listener: Listener<Name>): void {
    const left = this.#listeners.get(name)?.filter((one) => one !== listener) ?? [];
    if (left.length === 0) this.#listeners.delete(name);
    else this.#listeners.set(name, left);
  }

  /** Tells all listeners; `event` is made only when there are any. */
  tell<Name extends EventName>(name: Name, event: () => SessionEvents[Name]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) return;
    const told = event();
    for (const listener of listeners as readonly Listener<Name>[]) this.#call(name, listener, told);
  }

  #call<Name extends EventName>(name: Name, listener: Listener<Name>, event: SessionEvents[Name]): void {
    try {
      const result = listener(event);
      if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error, name));
    } catch (error) {
      this.#failed(error, name);
    }
  }
}
