// A program that listens: the server's own subscriber among those of sessions.
import type { Buffer } from 'node:buffer';
import type { Soon } from '../channel/channel.ts';
import { headerRecord } from '../message/headers.ts';
import type { Message } from '../message/message.ts';
import { numberOf, type Position } from '../message/position.ts';
import type { Broker } from './broker.ts';
import type { Subscriber } from './subscriptions.ts';

/** What a listener hears. */
export interface Heard {
  readonly destination: string;
  /** As MESSAGE frames have it. */
  readonly messageId: string;
  /** Its place, on a logged destination. */
  readonly position: Position | undefined;
  /** As the history has it; see {@link HistoryMessage.number}. */
  readonly number: number | undefined;
  /** The name of the session that sent it; none when the server itself did. */
  readonly sender: string | undefined;
  readonly contentType: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Good for the turn that brings it: whoever keeps it copies it. */
  readonly body: Buffer;
}

/** A listener's subscription. */
export interface Listening {
  /** Ends it; nothing is heard afterwards. Twice is harmless. */
  end(): Soon<void>;
}

/** Hears what a destination or pattern brings to this node, until it ends. */
export class ProgramSubscriber implements Subscriber, Listening {
  readonly owner = ''; // no session's
  slot = 0;
  readonly #broker: Broker;
  readonly #destination: string;
  readonly #listener: (heard: Heard) => void;
  readonly #failed: (error: unknown) => void;
  #ended = false;

  /** @param failed - hears of a listener that throws */
  constructor(
    broker: Broker,
    destination: string,
    listener: (heard: Heard) => void,
    failed: (error: unknown) => void,
  ) {
    this.#broker = broker;
    this.#destination = destination;
    this.#listener = listener;
    this.#failed = failed;
  }

  /** Begins; done when every later message will be heard. When it fails, it has ended. */
  async begin(): Promise<this> {
    try {
      await this.#broker.subscribe(this.#destination, this);
    } catch (error) {
      await this.end();
      throw error;
    }
    return this;
  }

  deliver(message: Message): void {
    if (this.#ended) return;
    try {
      this.#listener(heardOf(message));
    } catch (error) {
      this.#failed(error);
    }
  }

  end(): Soon<void> {
    if (this.#ended) return;
    this.#ended = true;
    return this.#broker.unsubscribe(this.#destination, this);
  }
}

/** A message as a program sees it. */
export function heardOf({ destination, id, position, sender, contentType, headers, body }: Message): Heard {
  return {
    destination,
    messageId: id,
    position,
    number: position && numberOf(position),
    sender,
    contentType,
    headers: headerRecord(headers),
    body,
  };
}
