// The programming model: handlers for `/app` destinations, registered by template.
import type { Buffer } from 'node:buffer';
import type { Static, TSchema } from 'typebox';
import type { Headers } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import type { Soon } from '../channel/channel.ts';
import type { Inbound, SessionView } from '../channel/inbound.ts';
import { assertDestination, isPattern, printable, type Separator } from '../message/destination.ts';
import { expandTemplate, type ParamsOf, parseTemplate } from '../message/template.ts';
import { type Found, RouteTable } from './route-table.ts';
import { bodyReader } from './validation.ts';

/** What a handler knows of the message that it answers. Source: the arguments of Spring's `@MessageMapping` methods. */
export interface MessageContext<Params, Body> {
  /** The template's variables, as the sender filled them in. */
  readonly params: Params;
  /** The body: JSON, text or bytes by its content-type; what the schema says where there is one. */
  readonly body: Body;
  readonly headers: Headers;
  /** The whole destination, prefix included. */
  readonly destination: string;
  readonly user: User;
  readonly session: SessionView;
  /** Publishes to a destination of the broker; done when the broker has it. */
  send(destination: string, payload: unknown): Soon<void>;
}

/** How a handler is called and where its result goes. */
export interface MessageOptions<Schema extends TSchema | undefined = undefined> {
  /** What the body must be; anything else is answered with `bad-payload`, path and reason. */
  readonly body?: Schema;
  /** Where a result that is not `undefined` goes; default `/topic` and the destination. May use the template's variables. */
  readonly sendTo?: string | readonly string[];
}

/** The body as a handler gets it. */
export type BodyOf<Schema> = Schema extends TSchema ? Static<Schema> : unknown;

/** Answers a message; the result, if any, is published. */
export type MessageHandler<Params, Body> = (context: MessageContext<Params, Body>) => unknown;

/** A handler, ready to be called. */
export interface Route {
  readonly handler: MessageHandler<Readonly<Record<string, string>>, unknown>;
  readonly read: (body: Buffer, contentType: string | undefined) => unknown;
  readonly sendTo: readonly string[] | undefined;
}

/**
 * The handlers of a server.
 *
 * @example
 * ```ts
 * import { createServer } from 'stompwire';
 *
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
 * server.app.message('/greet/{name}', { sendTo: '/topic/greetings' }, ({ params }) => `Hello, ${params.name}`);
 * await server.start();
 * await server.close();
 * ```
 */
export class Application {
  readonly #routes: RouteTable<Route>;
  readonly #separator: Separator;

  constructor(separator: Separator = '/') {
    this.#separator = separator;
    this.#routes = new RouteTable(separator);
  }

  /**
   * Answers messages whose destination, behind the application prefix, fits a template. The most
   * specific template wins. Source: Spring's `@MessageMapping` and `@SendTo`.
   *
   * @param template - such as `/chat-room/{roomId}/send`
   * @throws {TypeError} when the template is malformed or has a handler already, or `sendTo` is no destination or uses
   * an unknown variable
   */
  message<const T extends string, const Schema extends TSchema | undefined = undefined>(
    template: T,
    options: MessageOptions<Schema>,
    handler: MessageHandler<ParamsOf<T>, BodyOf<Schema>>,
  ): this {
    const sendTo = options.sendTo === undefined ? undefined : [options.sendTo].flat();
    for (const target of sendTo ?? []) this.#assertTarget(target, template);
    this.#routes.add(template, {
      handler: handler as Route['handler'],
      read: bodyReader(options.body),
      sendTo,
    });
    return this;
  }

  /** The handler for a destination without its prefix. */
  find(destination: string): Found<Route> | undefined {
    return this.#routes.find(destination);
  }

  /** What would fail at every message is refused now. */
  #assertTarget(target: string, template: string): void {
    const examples = parseTemplate(template, this.#separator).flatMap((segment) =>
      'variable' in segment ? [[segment.variable, 'x']] : [],
    );
    const example = expandTemplate(target, Object.fromEntries(examples) as Record<string, string>);
    if (isPattern(example) || !isDestination(example, this.#separator)) {
      throw new TypeError(
        `sendTo '${printable(target)}' is no destination: it begins with '/', without wildcards`,
      );
    }
  }
}

function isDestination(text: string, separator: Separator): boolean {
  try {
    assertDestination(text, separator);
    return true;
  } catch {
    return false;
  }
}

/** The context that a handler is called with. */
export function contextOf(
  inbound: Inbound,
  found: Found<Route>,
  send: (destination: string, payload: unknown) => Soon<void>,
): MessageContext<Readonly<Record<string, string>>, unknown> {
  return {
    params: found.params,
    body: found.value.read(inbound.body, inbound.headers.get('content-type')),
    headers: inbound.headers,
    destination: inbound.destination,
    user: inbound.session.user!,
    session: inbound.session,
    send,
  };
}
