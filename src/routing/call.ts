// One call of a handler: the context that it is given, and its end.
import type { Headers } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import type { Soon } from '../channel/channel.ts';
import type { Inbound, SessionView } from '../channel/inbound.ts';
import type { Message } from '../message/message.ts';
import type { AnyParams, HandlerContext, MessageContext, SendOptions } from './context.ts';
import type { Behalf } from './publisher.ts';
import type { Route } from './route.ts';
import type { Found } from './route-table.ts';

/** What a call can do for its handler. */
export interface CallServices {
  publish(destination: string, payload: unknown, options: SendOptions, behalf: Behalf): Soon<void>;
  readonly sendToUser: HandlerContext<AnyParams>['sendToUser'];
  reply(inbound: Inbound, payload: unknown, options: SendOptions): Soon<void>;
}

const unread = Symbol('unread');

/** A call. What costs something and is seldom used is made when it is asked for. */
export class Call implements MessageContext<AnyParams, unknown> {
  readonly params: AnyParams;
  readonly route: Route;
  readonly inbound: Inbound;
  /** Brings a message straight to the subscription that is being answered. */
  readonly deliver: ((message: Message) => Soon<void>) | undefined;
  readonly #services: CallServices;
  #body: unknown = unread;
  #controller: AbortController | undefined;
  #givenUp: Error | undefined;
  #sessionEnded: (() => void) | undefined;

  constructor(
    inbound: Inbound,
    found: Found<Route>,
    services: CallServices,
    deliver?: (message: Message) => Soon<void>,
  ) {
    this.params = found.params;
    this.route = found.value;
    this.inbound = inbound;
    this.deliver = deliver;
    this.#services = services;
  }

  get command(): 'SEND' | 'SUBSCRIBE' {
    return this.deliver === undefined ? 'SEND' : 'SUBSCRIBE';
  }

  get headers(): Headers {
    return this.inbound.headers;
  }

  get destination(): string {
    return this.inbound.destination;
  }

  get session(): SessionView {
    return this.inbound.session;
  }

  get user(): User {
    return this.inbound.session.user!;
  }

  get attributes(): Map<string, unknown> {
    return this.inbound.session.attributes;
  }

  get body(): unknown {
    if (this.#body === unread) {
      const { body, headers } = this.inbound;
      this.#body = this.route.read(body, headers.get('content-type'));
    }
    return this.#body;
  }

  get abort(): AbortSignal {
    return (this.#controller ??= this.#newController()).signal;
  }

  /** Whether the client was told that this takes too long: a result that comes later goes nowhere. */
  get givenUp(): boolean {
    return this.#givenUp !== undefined;
  }

  // handlers take them out of the context: they must not depend on `this`
  get send(): HandlerContext<AnyParams>['send'] {
    return (destination, payload, { exceptSender, ...options } = {}) =>
      this.#services.publish(destination, payload, options, {
        inbound: this.inbound,
        excludes: exceptSender ? this.session.id : undefined,
      });
  }

  get sendToUser(): HandlerContext<AnyParams>['sendToUser'] {
    return this.#services.sendToUser;
  }

  get reply(): HandlerContext<AnyParams>['reply'] {
    return (payload, options = {}) => this.#services.reply(this.inbound, payload, options);
  }

  /** Nobody waits for the handler any longer. */
  giveUp(reason: Error): Error {
    this.#givenUp = reason;
    this.#controller?.abort(reason);
    return reason;
  }

  /** The handler has ended: the end of its session is no concern of it any more. */
  finish(): void {
    if (this.#sessionEnded === undefined) return;
    this.session.ended.removeEventListener('abort', this.#sessionEnded);
    this.#sessionEnded = undefined;
  }

  #newController(): AbortController {
    const controller = new AbortController();
    const { ended } = this.session;
    if (this.#givenUp !== undefined) controller.abort(this.#givenUp);
    else if (ended.aborted) controller.abort(ended.reason);
    else ended.addEventListener('abort', (this.#sessionEnded = () => controller.abort(ended.reason)));
    return controller;
  }
}
