// What a fuzz of queues over Redis stands on: what Redis holds, and consumers that note what comes.
import type { Redis } from 'ioredis';
import type { Consumption, QueueDelivery } from '../../src/queue/consumer.ts';
import type { ModelConsumer, ModelLimits, ModelMessage } from '../queue/queue-model.ts';
import type { Changing } from './transport-sides.ts';

/** What is behind, and what the queues are like. */
export interface FuzzPlace {
  readonly address: string;
  readonly commands: Redis;
  readonly prefix: string;
  readonly limits: ModelLimits;
}

/** Looks at all queues at once: what has expired may be swept meanwhile. */
const looking = `
local waiting, out = 0, 0
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '\\0line')) do
  local over = redis.call('ZCOUNT', string.sub(key, 1, -5) .. 'expiry', '-inf', ARGV[2])
  waiting = waiting + redis.call('ZCARD', key) - over
end
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '\\0out')) do out = out + redis.call('HLEN', key) end
return { waiting, out }
`;

/** What waits in Redis and has not expired, and what is out. */
export async function heldIn({ commands, prefix }: FuzzPlace, ahead: number): Promise<[number, number]> {
  const now = String(Date.now() + ahead);
  return (await commands.eval(looking, 0, `{${prefix}:0}*`, now)) as [number, number];
}

/** Keys of queues in which nothing is, and from which nobody takes. */
export async function leftIn({ commands, prefix }: FuzzPlace): Promise<string[]> {
  const there = await commands.keys(`{${prefix}:0}*`);
  return there.filter((key) =>
    /:queues$|\0(line|body|out|tries|expiry|terms|takers|taken|declared)$/.test(key),
  );
}

/** A consumer of one node. */
export class FuzzTaker {
  readonly auto = false;
  readonly prefetch: number;
  readonly queue: string;
  readonly node: number;
  readonly model: ModelConsumer;
  /** What came, and is still to be compared. */
  readonly came: QueueDelivery[] = [];
  readonly tags = new Map<ModelMessage, number>();
  consumption!: Consumption;
  readonly #told: Changing;

  constructor(node: number, queue: string, model: ModelConsumer, told: Changing) {
    this.node = node;
    this.queue = queue;
    this.prefetch = model.prefetch;
    this.model = model;
    this.#told = told;
  }

  take(delivery: QueueDelivery): void {
    this.came.push(delivery);
    this.#told.changed();
  }
}

/** What a message says of how it became a dead letter; none: it is none. */
export function diedOf(headers: readonly string[]): string | undefined {
  const of = (name: string): string | undefined => headers[headers.indexOf(name) + 1];
  if (!headers.includes('dead-letter-reason')) return undefined;
  return `${of('dead-letter-reason')} ${of('dead-letter-destination')}`;
}
