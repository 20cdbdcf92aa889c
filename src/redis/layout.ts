// How what we keep in a Redis is laid out: what stands before all names, and over how many slots they are spread.
import { StompwireError } from '../errors.ts';

/** What an address may say of the layout. */
export interface Layout {
  /** Stands before everything, so that several services can share one Redis. */
  readonly prefix: string;
  /** Over how many slots of a cluster the destinations are spread. Never changed while there is data. */
  readonly partitions: number;
}

export const usualLayout: Layout = { prefix: 'stompwire', partitions: 16 };

const mostPartitions = 1024;

/**
 * Reads `?prefix=` and `&partitions=` of a `redis://` address.
 *
 * @throws {StompwireError} `bad-configuration`
 */
export function layoutOf(parameters: URLSearchParams): Layout {
  const prefix = parameters.get('prefix') ?? usualLayout.prefix;
  const partitions = Number(parameters.get('partitions') ?? usualLayout.partitions);
  if (!/^[\w.-]{1,64}$/.test(prefix))
    throw new StompwireError('bad-configuration', 'prefix: give 1 to 64 letters, digits, dots, _ or -');
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > mostPartitions)
    throw new StompwireError(
      'bad-configuration',
      `partitions: give a whole number from 1 to ${mostPartitions}`,
    );
  return { prefix, partitions };
}
