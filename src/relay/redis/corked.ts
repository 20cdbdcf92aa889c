// What goes to several partitions at once: those of one link share a connection, and so a write.
import type { Partition } from './partition.ts';

/** Acts for partitions that have a link; what that sends leaves in one write per connection. */
export function corked<Linked extends Pick<Partition, 'link'>>(
  partitions: readonly Linked[],
  act: (partition: Linked) => void,
): void {
  const links = new Set(partitions.map(({ link }) => link));
  for (const link of links)
    link?.commands.corked(() => {
      for (const partition of partitions) if (partition.link === link) act(partition);
    });
}
