// Queues that end with their session: `/temp-queue/x` as its client names them, `/reply-queue/...` for who answers.
import { createHmac, randomBytes } from 'node:crypto';
import { StompwireError } from '../errors.ts';
import { isPattern, isUnder, printable } from '../message/destination.ts';
import type { Owner } from './user-destinations.ts';

/** What a client calls its own [RabbitMQ, STOMP: Temp Queue Destinations]. */
export const temporaryPrefix = '/temp-queue';

/** What others send to; nobody subscribes to it. */
export const replyPrefix = '/reply-queue';

/** Where a message goes, and as what it arrives. */
export interface Place {
  readonly destination: string;
  readonly address: string;
}

/**
 * Names the temporary queues of sessions. The name of a session is told to those only whom it asks for an answer,
 * and cannot be guessed: who has it may answer, who has not finds no queue.
 */
export class TemporaryQueues {
  readonly #secret = randomBytes(32);

  /** Where the broker delivers what is sent to a session's temporary queue. It begins with no `/`: no client can name it. */
  addressOf(destination: string, session: Pick<Owner, 'id'>): string {
    return `temp:${this.#nameOf(session.id)}${pathOf(destination)}`;
  }

  /** What another client is told to answer to. */
  replyTo(destination: string, session: Pick<Owner, 'id'>): string {
    return `${replyPrefix}/${this.#nameOf(session.id)}${pathOf(destination)}`;
  }

  /** Where a SEND to a temporary queue of one's own goes, or one to somebody else's. */
  placeOf(destination: string, session: Pick<Owner, 'id'>): Place {
    if (!isUnder(destination, replyPrefix)) {
      return { destination, address: this.addressOf(destination, session) };
    }
    const name = destination.slice(replyPrefix.length + 1);
    const at = name.indexOf('/');
    if (at < 1 || isPattern(destination)) throw malformed(destination);
    return { destination: `${temporaryPrefix}${name.slice(at)}`, address: `temp:${name}` };
  }

  #nameOf(id: string): string {
    return createHmac('sha256', this.#secret).update(id).digest('base64url').slice(0, 22);
  }
}

/** What follows the prefix; a queue is one, and no pattern. */
function pathOf(destination: string): string {
  if (isPattern(destination)) throw malformed(destination);
  return destination.slice(temporaryPrefix.length);
}

function malformed(destination: string): StompwireError {
  return new StompwireError(
    'bad-destination',
    `'${printable(destination)}' is no temporary queue: ${temporaryPrefix}/{name}, or what a reply-to says`,
  );
}
