// What an option is by default for clients of another broker, and what their patterns make of the separator.
import type { Separator } from '../message/destination.ts';
import type { Config } from './schema.ts';

/** Defaults that differ from those of the table, by the words of the option `compat`; what is given counts more. */
export const compatDefaults: Readonly<Record<Config['compat'], Partial<Config>>> = {
  none: {},
  spring: {},
  rabbitmq: {
    port: 15_674,
    patterns: 'rabbitmq',
    brokerPrefixes: ['/topic', '/queue', '/exchange'],
    prefetch: 10_000,
    heartbeatSend: 1000,
    heartbeatReceive: 1000,
  },
  activemq: { patterns: 'activemq' },
};

/** What divides the segments of patterns: those of RabbitMQ and ActiveMQ are words between `.`. */
export function patternSeparator({
  patterns,
  pathSeparator,
}: Pick<Config, 'patterns' | 'pathSeparator'>): Separator {
  return patterns === 'spring' ? pathSeparator : '/.';
}
