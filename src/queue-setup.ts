// What the queues of a server are set up with: their limits, and what is counted of them.
import { patternSeparator } from './config/compat.ts';
import type { Config } from './config/config.ts';
import type { Message } from './message/message.ts';
import type { Counter, Metrics } from './metrics/metrics.ts';
import type { QueueLimits } from './queue/consumer.ts';
import type { Loss } from './queue/queue.ts';
import type { Queues } from './relay/queues.ts';

/** What of a server it needs. */
export interface QueueSetup {
  readonly config: Config;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
}

/** How each queue is bounded. */
export function queueLimits(config: Config): QueueLimits {
  const { queueCount, queueBytes, queueAge, queueOverflow, maxDeliveries } = config;
  return {
    count: queueCount,
    bytes: queueBytes,
    age: queueAge,
    overflow: queueOverflow,
    tries: maxDeliveries,
  };
}

/** What the queues of this process stand on. */
export function queueParts({ config, metrics, clock }: QueueSetup) {
  const dropped = droppedBy(metrics);
  const dead = metrics.counter('queue_dead_letters', 'Messages that went to the dead-letter queue');
  return {
    limits: queueLimits(config),
    deadLetters: config.deadLetterQueue,
    queues: config.maxQueues,
    totalBytes: config.queueTotalBytes,
    bindings: config.maxDurableSubscriptions,
    separator: patternSeparator(config),
    now: clock,
    dropped: (_message: Message, why: Loss) => dropped[why].add(),
    died: () => dead.add(),
  };
}

/** Shows how much waits. */
export function measureQueues(queues: Queues, metrics: Metrics): void {
  metrics.gauge('queue_waiting', 'Messages that wait in queues', () => queues.size.waiting);
  metrics.gauge('queue_bytes', 'Bytes that the queues of this node hold', () => queues.bytes ?? 0);
  metrics.gauge(
    'queue_unacknowledged',
    'Messages of queues that consumers have and did not acknowledge',
    () => queues.size.outstanding,
  );
}

/** Counters of messages that were lost on purpose. */
export function droppedBy(metrics: Metrics): Readonly<Record<Loss, Counter>> {
  const by = (reason: Loss): Counter =>
    metrics.counter('queue_dropped', 'Messages dropped from queues, by why', { reason });
  return {
    expired: by('expired'),
    overflow: by('overflow'),
    refused: by('refused'),
    'too-many-deliveries': by('too-many-deliveries'),
  };
}
