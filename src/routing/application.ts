// The programming model: the handlers of a server, its converters, and how one is found.
import type { Separator } from '../message/destination.ts';
import { type Converter, Converters } from './converters.ts';
import { HandlerGroup } from './handler-group.ts';
import type { Route } from './route.ts';
import { type Found, RouteTable } from './route-table.ts';
import { Scope } from './scope.ts';

/**
 * The handlers of a server: the outermost group.
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
export class Application extends HandlerGroup<''> {
  readonly #messages: RouteTable<Route>;
  readonly #subscriptions: RouteTable<Route>;
  readonly #converters: Converters;
  /** What divides the segments of destinations. */
  readonly separator: Separator;

  constructor(separator: Separator = '/') {
    const messages = new RouteTable<Route>(separator);
    const subscriptions = new RouteTable<Route>(separator);
    const converters = new Converters();
    super('', { messages, subscriptions, converters, separator }, new Scope());
    this.separator = separator;
    this.#messages = messages;
    this.#subscriptions = subscriptions;
    this.#converters = converters;
  }

  /**
   * Adds a way to read and write bodies of a content-type; it is asked before JSON, text and bytes.
   *
   * @throws {TypeError} when its type is no MIME type, or has a converter already
   */
  converter(converter: Converter): this {
    this.#converters.add(converter);
    return this;
  }

  /** Between bytes and values. */
  get converters(): Converters {
    return this.#converters;
  }

  /** The handler of messages for a destination without its prefix. */
  find(destination: string): Found<Route> | undefined {
    return this.#messages.find(destination);
  }

  /** The handler of a SUBSCRIBE to a destination without its prefix. */
  findSubscription(destination: string): Found<Route> | undefined {
    return this.#subscriptions.find(destination);
  }
}
