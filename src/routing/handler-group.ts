// Registering handlers: groups of them share the beginning of their templates, hooks and exception handlers.
import type { Static, TSchema } from 'typebox';
import { printable, type Separator } from '../message/destination.ts';
import { type ParamsOf, parseTemplate } from '../message/template.ts';
import { type AnswerOptions, answerOf } from './answer.ts';
import type { AnyParams, ExceptionHandler, Hook, MessageHandler, SubscribeHandler } from './context.ts';
import type { Converters } from './converters.ts';
import type { ErrorClass } from './exceptions.ts';
import type { Route } from './route.ts';
import type { RouteTable } from './route-table.ts';
import type { Scope } from './scope.ts';
import { bodyReader } from './validation.ts';

/** How a SUBSCRIBE is answered; by default the result goes straight back to that subscription. */
export interface SubscribeOptions extends AnswerOptions {
  /** Milliseconds until the sender is told `handler-timeout`, 0: never; default: the option `handlerTimeout`. */
  readonly timeout?: number;
}

/**
 * How a handler is called and where its result goes; by default to `/topic` and the destination behind the
 * application prefix.
 */
export interface MessageOptions<Schema extends TSchema | undefined = undefined> extends SubscribeOptions {
  /** What the body must be; anything else is answered with `bad-payload`, path and reason. */
  readonly body?: Schema;
}

/** The body as a handler gets it. */
export type BodyOf<Schema> = Schema extends TSchema ? Static<Schema> : unknown;

/** Where handlers are kept, for all groups of an application. */
export interface Routes {
  readonly messages: RouteTable<Route>;
  readonly subscriptions: RouteTable<Route>;
  readonly converters: Converters;
  readonly separator: Separator;
}

/**
 * A group of handlers. Its prefix may hold variables, which all its handlers get.
 *
 * @example
 * ```ts
 * import { createServer, StompwireError } from 'stompwire';
 *
 * const { app } = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
 * app.group('/chat-room/{roomId}', (room) => {
 *   room
 *     .use(({ params, attributes }, next) => {
 *       if (attributes.get('banned') === params.roomId) throw new StompwireError('denied', 'you are banned here');
 *       return next();
 *     })
 *     .message('/send', { sendTo: '/topic/chat-room/{roomId}' }, ({ body }) => body)
 *     .subscribe('/members', ({ params }) => [`the members of ${params.roomId}`])
 *     .onError(RangeError, (error) => ({ reason: error.message }));
 * });
 * ```
 */
export class HandlerGroup<Prefix extends string> {
  readonly #prefix: Prefix;
  readonly #routes: Routes;
  readonly #scope: Scope;

  /** Made by `group` of the application, or of the group around. */
  constructor(prefix: Prefix, routes: Routes, scope: Scope) {
    this.#prefix = prefix;
    this.#routes = routes;
    this.#scope = scope;
  }

  /**
   * Answers messages whose destination, behind the application prefix, fits a template. The most
   * specific template wins. Source: Spring's `@MessageMapping`, `@SendTo` and `@SendToUser`.
   *
   * @param template - such as `/chat-room/{roomId}/send`; behind the prefix of a group it begins with the separator
   * @param options - the schema of the body, where the result goes, how long it may take
   * @throws {TypeError} when the template is malformed or has a handler already, a target is no destination or uses an
   * unknown variable, the timeout is no number of milliseconds, or no handler is given
   *
   * @example
   * ```ts
   * import { createServer } from 'stompwire';
   * import { Type } from 'typebox';
   *
   * const { app } = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
   * const Order = Type.Object({ item: Type.String(), count: Type.Integer({ minimum: 1 }) });
   * app.message('/orders/{shop}', { body: Order, sendToUser: '/queue/orders' }, ({ params, body }) => ({
   *   ordered: `${body.count} x ${body.item} at ${params.shop}`,
   * }));
   * ```
   */
  message<const T extends string>(
    template: T,
    handler: MessageHandler<ParamsOf<`${Prefix}${T}`>, unknown>,
  ): this;
  message<const T extends string, const Schema extends TSchema | undefined = undefined>(
    template: T,
    options: MessageOptions<Schema>,
    handler: MessageHandler<ParamsOf<`${Prefix}${T}`>, BodyOf<Schema>>,
  ): this;
  message(
    template: string,
    first: Registered<MessageOptions<TSchema | undefined>>,
    second?: (context: never) => unknown,
  ): this {
    const [options, handler] = splitArguments<MessageOptions<TSchema | undefined>>(first, second);
    const read = bodyReader(options.body, this.#routes.converters);
    this.#add(this.#routes.messages, template, options, { handler, read });
    return this;
  }

  /**
   * Answers a SUBSCRIBE whose destination, behind the application prefix, fits a template: the result goes
   * straight back to that subscription, once, as a MESSAGE with the same destination. The broker is not told
   * of the subscription. Source: Spring's `@SubscribeMapping`.
   *
   * @param options - with `sendTo` or `sendToUser` the result goes there instead
   * @throws {TypeError} as {@link message}
   *
   * @example
   * ```ts
   * import { createServer } from 'stompwire';
   *
   * const { app } = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
   * app.subscribe('/chat-room/{roomId}/members', ({ params }) => ({ room: params.roomId, members: ['ann'] }));
   * ```
   */
  subscribe<const T extends string>(template: T, handler: SubscribeHandler<ParamsOf<`${Prefix}${T}`>>): this;
  subscribe<const T extends string>(
    template: T,
    options: SubscribeOptions,
    handler: SubscribeHandler<ParamsOf<`${Prefix}${T}`>>,
  ): this;
  subscribe(
    template: string,
    first: Registered<SubscribeOptions>,
    second?: (context: never) => unknown,
  ): this {
    const [options, handler] = splitArguments<SubscribeOptions>(first, second);
    this.#add(this.#routes.subscriptions, template, options, { handler, read: nothing });
    return this;
  }

  /** Puts a hook before all handlers of this group and the groups within; those of groups around come first. */
  use(hook: Hook<ParamsOf<Prefix>>): this {
    this.#scope.use(hook as Hook<AnyParams>);
    return this;
  }

  /**
   * Answers what handlers and hooks of this group throw, and bodies that they refuse. The nearest group is
   * asked first; there the most specific class wins, and only then the error's `cause` is looked at. The result
   * goes to the session's `/user/queue/errors` with the frame's `receipt-id`, unless the options say otherwise.
   * Source: Spring's `@MessageExceptionHandler`.
   *
   * @param type - the class of the errors; its subclasses are included
   * @throws {TypeError} when this group has a handler for the class already
   *
   * @example
   * ```ts
   * import { createServer } from 'stompwire';
   *
   * class SoldOut extends Error {}
   *
   * const { app } = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
   * app.onError(SoldOut, (error, { destination }) => ({ reason: error.message, destination }));
   * ```
   */
  onError<E extends Error>(
    type: ErrorClass<E>,
    handler: ExceptionHandler<E, ParamsOf<Prefix>>,
    options: AnswerOptions = {},
  ): this {
    const answer = answerOf(options, this.#prefix, this.#routes.separator);
    this.#scope.exceptions.add(type, handler as unknown as ExceptionHandler<Error, AnyParams>, answer);
    return this;
  }

  /**
   * A group within this one.
   *
   * @param prefix - such as `/chat-room/{roomId}`; with the separator `.`, such as `/chat`
   * @param define - adds its handlers
   * @throws {TypeError} when the prefix is malformed
   */
  group<const P extends string>(prefix: P, define: (group: HandlerGroup<`${Prefix}${P}`>) => void): this {
    const whole = this.#behind(prefix) as `${Prefix}${P}`;
    parseTemplate(whole, this.#routes.separator);
    define(new HandlerGroup(whole, this.#routes, this.#scope.within()));
    return this;
  }

  #add(
    table: RouteTable<Route>,
    template: string,
    { timeout, ...options }: SubscribeOptions,
    parts: Pick<Route, 'handler' | 'read'>,
  ): void {
    const whole = this.#behind(template);
    if (timeout !== undefined && !(timeout >= 0 && timeout < Infinity))
      throw new TypeError(`timeout ${timeout} of '${printable(whole)}': give milliseconds, 0 for no limit`);
    const answer = answerOf(options, whole, this.#routes.separator);
    table.add(whole, { ...parts, template: whole, answer, timeout, scope: this.#scope });
  }

  /** A template behind the group's prefix; nothing may grow together that was two segments. */
  #behind(template: string): string {
    const { separator } = this.#routes;
    if (this.#prefix !== '' && template !== '' && !template.startsWith(separator)) {
      throw new TypeError(
        `'${printable(template)}' behind '${printable(this.#prefix)}' must begin with '${separator}'`,
      );
    }
    return `${this.#prefix}${template}`;
  }
}

const nothing = (): undefined => undefined;

/** What the overloads of registering have in common. */
type Registered<Options> = Options | ((context: never) => unknown);

function splitArguments<Options extends object>(
  first: Registered<Options>,
  second: ((context: never) => unknown) | undefined,
): [Partial<Options>, Route['handler']] {
  if (typeof first === 'function') return [{}, first as Route['handler']];
  if (typeof second === 'function') return [first, second as Route['handler']];
  throw new TypeError('a handler is a function: message(template, options?, handler)');
}
