// Where a destination leads: to a handler, to the broker, or to the session's own queues.
import type { Buffer } from 'node:buffer';
import type { Broker } from '../broker/broker.ts';
import type { Soon } from '../channel/channel.ts';
import type { Inbound } from '../channel/inbound.ts';
import { StompwireError } from '../errors.ts';
import { assertDestination, isPattern, isUnder, printable, type Separator } from '../message/destination.ts';
import { travellingHeaders } from '../message/headers.ts';
import { Message } from '../message/message.ts';
import { expandTemplate } from '../message/template.ts';
import { type Application, contextOf, type Route } from './application.ts';
import { toBody } from './converters.ts';
import type { Found } from './route-table.ts';
import { sessionAddress } from './user-destinations.ts';

/** What destinations begin with. */
export interface RouterOptions {
  readonly appPrefix: string;
  readonly brokerPrefixes: readonly string[];
  readonly userPrefix: string;
  readonly separator: Separator;
}

/** Answers SEND and SUBSCRIBE by their destinations. */
export class Router {
  readonly #broker: Broker;
  readonly #app: Application;
  readonly #options: RouterOptions;
  /** Prefixes under which messages fan out; `/queue` is for queues, which are another matter. */
  readonly #topics: readonly string[];
  readonly #nextId: () => string;

  /** @param nextId - gives every message an id of its own */
  constructor(broker: Broker, app: Application, options: RouterOptions, nextId: () => string) {
    this.#broker = broker;
    this.#app = app;
    this.#options = options;
    this.#topics = options.brokerPrefixes.filter((prefix) => prefix !== queuePrefix);
    this.#nextId = nextId;
  }

  /** Brings a SEND to its handler or to the broker. */
  readonly send = (inbound: Inbound): Soon<void> => {
    const { destination } = inbound;
    if (isUnder(destination, this.#options.appPrefix)) return this.#handle(inbound);
    this.#assertTopic(destination);
    assertOne(destination);
    return this.#broker.publish(this.#messageOf(inbound));
  };

  /** Where the broker delivers what a session subscribes to. */
  addressOf(destination: string, sessionId: string): string {
    const { userPrefix, appPrefix, separator } = this.#options;
    assertDestination(destination, separator);
    if (isUnder(destination, appPrefix)) {
      throw new StompwireError('no-handler', `no handler answers SUBSCRIBE to '${printable(destination)}'`);
    }
    if (!isUnder(destination, userPrefix)) {
      this.#assertTopic(destination);
      return destination;
    }
    const path = destination.slice(userPrefix.length);
    if (isUnder(path, queuePrefix)) return sessionAddress(sessionId, path);
    throw new StompwireError(
      'denied',
      `'${printable(destination)}': a session may subscribe to its own queues under ${userPrefix}${queuePrefix} only`,
    );
  }

  /** Publishes a payload of the server's own: objects travel as JSON, strings as text, bytes as they are. */
  readonly publish = (destination: string, payload: unknown): Soon<void> => {
    assertDestination(destination, this.#options.separator);
    assertOne(destination);
    const { body, contentType } = toBody(payload);
    return this.#broker.publish(new Message({ destination, body, contentType, id: this.#nextId() }));
  };

  /** A JSON message for a queue of one session. */
  forSession(sessionId: string, path: string, body: Buffer, headers: readonly string[]): Message {
    return new Message({
      destination: `${this.#options.userPrefix}${path}`,
      address: sessionAddress(sessionId, path),
      body,
      contentType: 'application/json',
      headers,
      id: this.#nextId(),
    });
  }

  #messageOf(inbound: Inbound): Message {
    const { headers, session, destination, body } = inbound;
    return new Message({
      destination,
      body,
      contentType: headers.get('content-type'),
      headers: travellingHeaders(headers.pairs),
      id: this.#nextId(),
      excludes: headers.get('exclude-sender') === 'true' ? session.id : undefined,
    });
  }

  #assertTopic(destination: string): void {
    if (this.#topics.some((prefix) => isUnder(destination, prefix)))
      return assertDestination(destination, this.#options.separator);
    if (isUnder(destination, queuePrefix)) {
      throw new StompwireError(
        'not-supported',
        `'${printable(destination)}': queues are not offered yet; use ${this.#topics.join(' or ')}`,
      );
    }
    const { appPrefix, userPrefix } = this.#options;
    const allowed = [...this.#topics, appPrefix, `${userPrefix}${queuePrefix}`].join(', ');
    throw new StompwireError(
      'unknown-destination',
      `'${printable(destination)}' lies under no prefix served here: ${allowed}`,
    );
  }

  /** Calls the handler; done when its result is published. */
  #handle(inbound: Inbound): Soon<void> {
    const found = this.#app.find(inbound.destination.slice(this.#options.appPrefix.length));
    if (found === undefined) {
      throw new StompwireError('no-handler', `no handler answers '${printable(inbound.destination)}'`);
    }
    const context = contextOf(inbound, found, this.publish);
    const result = guarded(() => found.value.handler(context));
    if (!canBeAwaited(result)) return this.#answer(inbound, found, result);
    return Promise.resolve(result).then((value) => this.#answer(inbound, found, value), asHandlerError);
  }

  #answer(inbound: Inbound, found: Found<Route>, result: unknown): Soon<void> {
    if (result === undefined) return;
    return guarded(() => this.#publishAll(this.#targetsOf(inbound, found), result));
  }

  #publishAll(targets: readonly string[], result: unknown): Soon<void> {
    const sent = targets
      .map((target) => this.publish(target, result))
      .filter((done) => done instanceof Promise);
    if (sent.length > 0) return Promise.all(sent).then(() => {});
  }

  /** [Spring, `@SendTo`]: without one, `/topic` and the destination behind the prefix. */
  #targetsOf(inbound: Inbound, found: Found<Route>): readonly string[] {
    const { sendTo } = found.value;
    if (sendTo !== undefined) return sendTo.map((target) => expandTemplate(target, found.params));
    return [`${this.#topics[0] ?? '/topic'}${inbound.destination.slice(this.#options.appPrefix.length)}`];
  }
}

const queuePrefix = '/queue';

function assertOne(destination: string): void {
  if (!isPattern(destination)) return;
  throw new StompwireError(
    'bad-destination',
    `'${printable(destination)}': a message goes to one destination, not to a pattern`,
  );
}

/** Promises of other makers, such as the queries of database libraries, are none of our `Promise`. */
function canBeAwaited(result: unknown): result is PromiseLike<unknown> {
  return typeof (result as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    return asHandlerError(error);
  }
}

/** What a handler throws is told without its inside, unless it is made to be told. */
function asHandlerError(error: unknown): never {
  if (error instanceof StompwireError) throw error;
  throw new StompwireError('handler-failed', undefined, { cause: error });
}
