// The options that bound queues: how much waits, for how long, and how often a message is tried.
import { oneOf, text, whole } from '../option.ts';

const DAY = 86_400_000;
const GIBIBYTE = 1_073_741_824;

export const QUEUES = {
  maxQueues: whole({
    default: 10_000,
    flag: 'max-queues',
    unit: 'queues',
    min: 1,
    max: 10_000_000,
    reason:
      'The most queues that exist at a time; one exists while something waits in it or somebody consumes.',
  }),
  queueCount: whole({
    default: 100_000,
    flag: 'queue-count',
    unit: 'messages',
    min: 1,
    max: 100_000_000,
    reason: 'The most messages that wait in one queue.',
  }),
  queueBytes: whole({
    default: 64 * 1_048_576,
    flag: 'queue-bytes',
    unit: 'bytes',
    min: 65_536,
    max: 64 * GIBIBYTE,
    reason: 'The most bytes that wait in one queue.',
  }),
  queueTotalBytes: whole({
    default: GIBIBYTE,
    flag: 'queue-total-bytes',
    unit: 'bytes',
    min: 65_536,
    max: 1024 * GIBIBYTE,
    reason:
      'The most bytes that all queues of a node hold together, with what is unacknowledged; Redis has its own bound.',
  }),
  queueAge: whole({
    default: 0,
    flag: 'queue-age',
    unit: 'ms',
    min: 0,
    max: 36_500 * DAY,
    reason: 'After how long a message that waits in a queue is dropped; 0 keeps it until somebody takes it.',
  }),
  queueOverflow: oneOf(['reject', 'drop-oldest'], {
    default: 'reject',
    flag: 'queue-overflow',
    placeholder: '<policy>',
    reason: 'A full queue refuses what is sent to it, or loses the message that has waited longest.',
  }),
  maxDeliveries: whole({
    default: 10,
    flag: 'max-deliveries',
    unit: 'deliveries',
    min: 1,
    max: 1_000_000,
    reason: 'How often a message of a queue is delivered without an ACK before it is a dead letter.',
  }),
  deadLetterQueue: text({
    default: '/queue/dead-letter',
    flag: 'dead-letter-queue',
    format: 'path',
    placeholder: '<queue>',
    allowed: 'a path such as /queue/dead-letter, without a trailing slash',
    reason: 'Where messages go that were refused, or delivered too often.',
  }),
  prefetch: whole({
    default: 100,
    flag: 'prefetch',
    unit: 'messages',
    min: 1,
    max: 1_000_000,
    reason:
      'How many messages a subscription is given before it acknowledges one, unless it asks for another number.',
  }),
  maxPrefetch: whole({
    default: 10_000,
    flag: 'max-prefetch',
    unit: 'messages',
    min: 1,
    max: 10_000_000,
    reason: 'The most that a subscription may ask for; one that asks for no bound has this one.',
  }),
  maxDurableSubscriptions: whole({
    default: 1000,
    flag: 'max-durable-subscriptions',
    unit: 'subscriptions',
    min: 0,
    max: 10_000_000,
    reason: 'The most durable subscriptions, of clients who are there or away; each has a queue.',
  }),
};
