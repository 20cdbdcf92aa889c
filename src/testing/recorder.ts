// Takes the broker's place and the users', and writes down what is sent.
import type { Inbound } from '../channel/inbound.ts';
import type { Message } from '../message/message.ts';
import type { Converters } from '../routing/converters.ts';
import type { PublisherParts } from '../routing/publisher.ts';
import type { UserDelivery, UserMessage } from '../routing/user-destinations.ts';
import { readable } from './received.ts';

/** Something that a handler sent, or its result. */
export interface Published {
  /** As subscribers see it: `/topic/x`, `/user/queue/x`, or `/app/x` for the answer to a SUBSCRIBE. */
  readonly destination: string;
  /** By its content-type: JSON as a value, text as a string, what the application's converters read, else bytes. */
  readonly body: unknown;
  readonly contentType: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** For a queue of somebody's own: the user. */
  readonly user?: string;
  /** Whether it goes to the session alone that was answered. */
  readonly onlyThisSession?: true;
  /** Whether the session that was answered is left out. */
  readonly exceptSender?: true;
}

type Whom = Pick<Published, 'user' | 'onlyThisSession'>;

/** Hears everything that a call sends. */
export class Recorder {
  readonly published: Published[] = [];
  readonly #converters: Converters;

  constructor(converters: Converters) {
    this.#converters = converters;
  }

  readonly broker: PublisherParts['broker'] = {
    publish: (message) => this.#record(message.destination, message, {}),
    enqueue: (message) => this.#record(message.destination, message, {}),
    deliver: (message) => this.#record(message.destination, message, {}),
  };

  readonly users: UserDelivery = {
    toUser: (name, path, message) => this.#toUser(path, message, { user: name }),
    toSession: (_id, path, message) => this.#toUser(path, message, { onlyThisSession: true }),
    toOwner: (owner, path, message) => this.#toUser(path, message, { user: owner.user?.name ?? '' }),
  };

  /** The answer to a SUBSCRIBE. */
  readonly deliver = (message: Message): void =>
    this.#record(message.destination, message, { onlyThisSession: true });

  /** A reply in the sender's name. */
  readonly send = ({ destination, body, headers }: Inbound): void => {
    const pairs = headers.pairs.filter((_, at) => !carried.has(headers.pairs[at - (at % 2)]!));
    this.#record(destination, { body, contentType: headers.get('content-type'), headers: pairs }, {});
  };

  #toUser(path: string, message: UserMessage, whom: Whom): void {
    const only = message.only === undefined ? {} : { onlyThisSession: true as const };
    this.#record(`/user${path}`, message, { ...whom, ...only });
  }

  #record(destination: string, message: UserMessage, whom: Whom): void {
    const { body, contentType, headers = [], excludes } = message;
    this.published.push({
      destination,
      body: readable(this.#converters, body, contentType),
      contentType,
      headers: pairsOf(headers),
      ...whom,
      ...(excludes !== undefined && { exceptSender: true }),
    });
  }
}

/** What every SEND has. */
const carried = new Set(['destination', 'content-type', 'content-length']);

function pairsOf(pairs: readonly string[]): Record<string, string> {
  const entries: [string, string][] = [];
  for (let at = 0; at < pairs.length; at += 2) entries.push([pairs[at]!, pairs[at + 1]!]);
  return Object.fromEntries(entries);
}
