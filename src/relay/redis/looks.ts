// Looks at all partitions of one server in one call.
import type { Partition } from './partition.ts';

/**
 * Looks at those that listen. What comes from one server comes over one connection, in its order, so one sign of life
 * stands for them all: a node in which nothing happens has one call a second, and not one per partition. The masters
 * of a cluster take no call across slots, and drop channels slot by slot, so there each partition has its own.
 *
 * @returns the partitions that were looked at
 */
export function lookTogether(partitions: readonly Partition[]): readonly Partition[] {
  const listening = partitions.filter(({ ready }) => ready);
  listening[0]?.watch.look(listening.flatMap(({ tails }) => [...tails]));
  return listening;
}
