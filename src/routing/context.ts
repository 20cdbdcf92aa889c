// What handlers, hooks and exception handlers know of the message that they answer, and what they can do.
import type { Headers } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import type { Interceptor, Soon } from '../channel/channel.ts';
import type { SessionView } from '../channel/inbound.ts';

/** How a message of a handler's own travels. */
export interface SendOptions {
  /** What the body shall be, such as `text/csv`; default: JSON for objects, text for strings, bytes as they are. */
  readonly produces?: string;
  /** Headers for the subscribers; names that the server writes itself are refused. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a call knows that answers a SEND or a SUBSCRIBE. */
export interface HandlerContext<Params> {
  readonly command: 'SEND' | 'SUBSCRIBE';
  /** The template's variables, as the sender filled them in. */
  readonly params: Params;
  /** The frame's headers, as the client sent them. */
  readonly headers: Headers;
  /** The whole destination, prefix included. */
  readonly destination: string;
  readonly user: User;
  readonly session: SessionView;
  /** Whatever the application keeps with the session. */
  readonly attributes: Map<string, unknown>;
  /** Fires when the call has taken longer than it may, or the session is over; made when first asked for. */
  readonly abort: AbortSignal;
  /**
   * Publishes to a destination of the broker; done when the broker has it.
   *
   * @param options - `exceptSender` leaves the session out that this call answers
   */
  send(destination: string, payload: unknown, options?: SendOptions & { exceptSender?: boolean }): Soon<void>;
  /**
   * Sends to the own queue of every session of a user, on every node.
   *
   * @param path - such as `/queue/orders`; clients subscribe to it as `/user/queue/orders`
   * @param options - `session`: only the session of that id
   */
  sendToUser(
    name: string,
    path: string,
    payload: unknown,
    options?: SendOptions & { session?: string },
  ): Soon<void>;
  /**
   * Answers where the message's `reply-to` says: a queue of the sender's own (`/user/queue/...`, this session
   * only), or a broker destination, by the same rules as if the sender itself sent there. The message's
   * `correlation-id` travels with it.
   *
   * @throws {StompwireError} `bad-reply-to`, or what the rules say
   */
  reply(payload: unknown, options?: SendOptions): Soon<void>;
}

/** What a handler knows of the message that it answers. Source: the arguments of Spring's `@MessageMapping` methods. */
export interface MessageContext<Params, Body> extends HandlerContext<Params> {
  /** The body: JSON, text or bytes by its content-type; what the schema says where there is one. */
  readonly body: Body;
}

/** Answers a message; the result, if any, is published. */
export type MessageHandler<Params, Body> = (context: MessageContext<Params, Body>) => unknown;

/** Answers a SUBSCRIBE; the result, if any, goes to that subscription, once. */
export type SubscribeHandler<Params> = (context: HandlerContext<Params>) => unknown;

/**
 * Stands before the handlers of a group, as an interceptor before the server's: it runs before the call,
 * calls `next()` once to let it happen, and runs after it. The body is checked when it is first read, by the
 * hook or for the handler. For a SUBSCRIBE it is `undefined`.
 */
export type Hook<Params> = Interceptor<MessageContext<Params, unknown>>;

/** Answers what went wrong in a call; the result, if any, is told. */
export type ExceptionHandler<E, Params> = (error: E, context: MessageContext<Params, unknown>) => unknown;

/** A template's variables when the template is not known. */
export type AnyParams = Readonly<Record<string, string>>;
