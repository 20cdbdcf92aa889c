// Finds the handler for what is sent or subscribed to under the application prefix, and calls it.
import type { Channel, Soon } from '../channel/channel.ts';
import type { Inbound } from '../channel/inbound.ts';
import { StompwireError } from '../errors.ts';
import { isPattern, printable, type Separator } from '../message/destination.ts';
import type { Message } from '../message/message.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { TimingWheel } from '../time/wheel.ts';
import type { Application } from './application.ts';
import { Call, type CallServices } from './call.ts';
import { Failures } from './failures.ts';
import { Handling } from './handling.ts';
import { headerPairs, notOne, type Publisher } from './publisher.ts';
import { reply } from './reply.ts';
import type { Route } from './route.ts';
import type { Found } from './route-table.ts';

/** What handlers stand on. */
export interface HandlersParts {
  readonly app: Pick<Application, 'find' | 'findSubscription'>;
  readonly publisher: Publisher;
  readonly appPrefix: string;
  readonly userPrefix: string;
  /** Prefixes under which messages fan out. */
  readonly topics: readonly string[];
  /** Prefixes under which a `reply-to` may lie, beside queues of the sender's own. */
  readonly replies: readonly string[];
  readonly separator: Separator;
  readonly nextId: () => string;
  /** The line that a client's frames pass. */
  readonly inbound: Channel<Inbound>;
  /** What stands behind that line for a SEND. */
  readonly send: (inbound: Inbound) => Soon<void>;
  readonly wheel: TimingWheel;
  /** Milliseconds that a handler may take, 0: no limit. */
  readonly handlerTimeout: number;
  readonly metrics: Metrics;
}

/** The handlers of a server at work. */
export class Handlers {
  readonly #app: HandlersParts['app'];
  readonly #prefix: string;
  readonly #handling: Handling;
  readonly #services: CallServices;

  constructor(parts: HandlersParts) {
    this.#app = parts.app;
    this.#prefix = parts.appPrefix;
    this.#services = servicesOf(parts);
    const topic = parts.topics[0] ?? '/topic';
    const usualTopic = (destination: string): string =>
      `${topic}${destination.slice(parts.appPrefix.length)}`;
    this.#handling = new Handling({ ...parts, failures: new Failures(parts), usualTopic });
  }

  /**
   * Brings a SEND to its handler; done when the result is published.
   *
   * @throws {StompwireError} `no-handler`, what the handler throws to be told, `handler-failed` for all else
   */
  send(inbound: Inbound): Soon<void> {
    const found = this.#app.find(inbound.destination.slice(this.#prefix.length));
    if (found !== undefined) return this.#handling.run(new Call(inbound, found, this.#services));
    throw new StompwireError('no-handler', `no handler answers '${printable(inbound.destination)}'`);
  }

  /**
   * Brings a SUBSCRIBE to its handler; done when the result is where it goes.
   *
   * @param deliver - brings a message straight to the subscription
   * @throws {StompwireError} as {@link send}, and `bad-destination` for a pattern
   */
  subscribe(inbound: Inbound, deliver: (message: Message) => Soon<void>): Soon<void> {
    const { destination } = inbound;
    const found = this.#found(destination);
    if (found !== undefined) return this.#handling.run(new Call(inbound, found, this.#services, deliver));
    throw new StompwireError('no-handler', `no handler answers SUBSCRIBE to '${printable(destination)}'`);
  }

  #found(destination: string): Found<Route> | undefined {
    if (isPattern(destination)) throw notOne(destination);
    return this.#app.findSubscription(destination.slice(this.#prefix.length));
  }
}

function servicesOf(parts: HandlersParts): CallServices {
  const { publisher, inbound, send } = parts;
  const sendAs = (frame: Inbound): Soon<void> => inbound.run(frame, send);
  const replies = { ...parts, sendAs };
  return {
    publish: (...message) => publisher.publish(...message),
    sendToUser: publisher.sendToUser,
    reply: (frame, payload, { produces, headers }) =>
      reply(replies, frame, publisher.convert(payload, produces), headerPairs(headers)),
  };
}
