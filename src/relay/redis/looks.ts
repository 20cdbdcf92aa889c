// Each second: looks at all partitions, those of one server in one call.
import { corked } from './corked.ts';
import type { Partition } from './partition.ts';

/**
 * Looks at all. What comes from one server comes over one connection, in its order, so one sign of life stands for all
 * of its partitions that listen: a node in which nothing happens has one call a second, and not one per partition. The
 * masters of a cluster take no call across slots, and drop channels slot by slot, so there each partition has its own.
 */
export function lookAtAll(partitions: readonly Partition[], isCluster: boolean): void {
  const listening = isCluster ? [] : partitions.filter(({ ready }) => ready);
  listening[0]?.watch.look(listening.flatMap(({ tails }) => [...tails]));
  corked(partitions, (partition) => {
    if (!listening.includes(partition)) partition.watch.look();
    partition.waits.look();
  });
}
