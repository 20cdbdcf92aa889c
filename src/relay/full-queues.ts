// How the queues of a node refuse what is too much.
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';
import type { QueueLimits } from '../queue/consumer.ts';
import type { HeldBytes } from '../queue/held-bytes.ts';

/** The refusal of one message too many. */
export function fullQueue(address: string, waiting: number, { count, bytes }: QueueLimits): StompwireError {
  return new StompwireError(
    'queue-full',
    `'${printable(address)}' holds ${waiting} messages; it may hold queueCount=${count} and queueBytes=${bytes}`,
  );
}

/** The refusal where all queues together hold all that they may. */
export function allFull({ bytes, most }: HeldBytes): StompwireError {
  return new StompwireError(
    'queue-full',
    `all queues hold ${bytes} bytes; they may hold queueTotalBytes=${most} together, with what is unacknowledged`,
  );
}

/** The refusal of one queue too many. */
export function tooManyQueues(address: string, queues: number): StompwireError {
  return new StompwireError(
    'queue-full',
    `'${printable(address)}': there are maxQueues=${queues} queues already`,
  );
}
