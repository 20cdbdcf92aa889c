// The message that stands in the dead-letter queue for one that was tried in vain.
import { Message } from '../message/message.ts';
import type { Loss } from './queue.ts';

/** Whether a message that is lost so is a dead letter; what came too late or was too much is dropped. */
export function isDead(why: Loss): boolean {
  return why === 'refused' || why === 'too-many-deliveries';
}

/** So many texts of headers say why, and stand behind all others. */
export const deadLetterHeaders = 6;

/**
 * The same message, told why it came to nothing.
 *
 * @param address - the dead-letter queue
 */
export function deadLetterOf(message: Message, address: string, why: Loss, deliveries: number): Message {
  const headers = [
    ...message.headers,
    'dead-letter-reason',
    why,
    'dead-letter-destination',
    message.destination,
    'delivery-count',
    String(deliveries),
  ];
  return new Message({ ...message, destination: address, address, headers });
}
