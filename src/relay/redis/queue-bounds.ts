// How queues over Redis are bounded, as scripts are told it, and how what is too much is refused.
import { StompwireError } from '../../errors.ts';
import { printable } from '../../message/destination.ts';
import type { Message } from '../../message/message.ts';
import type { QueueLimits } from '../../queue/consumer.ts';
import type { Loss } from '../../queue/queue.ts';

/** How queues are bounded, and who hears of what is lost. */
export interface RedisQueuesParts {
  readonly limits: QueueLimits;
  /** Where dead letters go. */
  readonly deadLetters: string;
  /** How many queues there may be, over all partitions. */
  readonly queues: number;
  /** How many of them topics may fill. */
  readonly bindings: number;
  /** Hears of each message that nobody acknowledged and that is not a dead letter either. */
  readonly dropped?: (message: Message, why: Loss) => void;
  /** Hears of each message that became a dead letter. */
  readonly died?: (message: Message, why: Loss) => void;
}

/** How the queues of a partition are bounded, as scripts read it. */
export function queueBounds(
  parts: { readonly limits: QueueLimits; readonly queues: number } | undefined,
  partitions: number,
): string {
  if (parts === undefined) return '';
  const { count, bytes, age, overflow } = parts.limits;
  const drops = overflow === 'drop-oldest' ? 1 : 0;
  return [count, bytes, age, drops, Math.ceil(parts.queues / partitions)].join(' ');
}

/** The refusal of one queue too many. */
export function tooMany(address: string, queues: number): StompwireError {
  return new StompwireError(
    'queue-full',
    `'${printable(address)}': there are as many queues as its partition may have of maxQueues=${queues}`,
  );
}

/** The refusal of one message too many. */
export function full(address: string, waiting: number, { count, bytes }: QueueLimits): StompwireError {
  return new StompwireError(
    'queue-full',
    `'${printable(address)}' holds ${waiting} messages; it may hold queueCount=${count} and queueBytes=${bytes}`,
  );
}
