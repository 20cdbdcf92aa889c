// What stands in a queue for a message that was redacted.
import { Buffer } from 'node:buffer';
import { Message } from '../message/message.ts';
import { comparePositions, destinationHash, messageIdOf, type Position } from '../message/position.ts';
import { deadLetterHeaders } from './dead-letter.ts';

const nothing = Buffer.alloc(0);

/**
 * The same message without what was said in it, as a log has it: a tombstone. Why a dead letter is one stays.
 *
 * @param isDead - whether it stands among the dead letters
 */
export function redactedCopy(message: Message, isDead: boolean): Message {
  const why = isDead ? message.headers.slice(-deadLetterHeaders) : [];
  return new Message({ ...message, headers: ['tombstone', 'redacted', ...why] }, nothing);
}

/** Whether a message is a copy of one that stands there in a log; a dead letter's own destination is another one. */
export function copyOf(destination: string, position: Position): (message: Message) => boolean {
  const id = messageIdOf(destinationHash(destination), position);
  return (message) => message.id === id;
}

/** Whether a message is a copy of one that stands in a log up to there. */
export function copyUpTo(destination: string, upTo: Position): (message: Message) => boolean {
  const hash = `${destinationHash(destination)}.`;
  return ({ id, position }) =>
    position !== undefined && comparePositions(position, upTo) <= 0 && id.startsWith(hash);
}
