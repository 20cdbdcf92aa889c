// What is named how in Redis: keys, channels and fields, shared by the relay and by the feed of the history.
import { type Layout, usualLayout } from '../../redis/layout.ts';

/** The consumer group that writes the history. */
export const historyGroup = 'history';

/** The fields of an entry of a log or a feed; `destination` stands in a feed only. */
export const fields = { epoch: 'e', seq: 's', destination: 'd', envelope: 'm' } as const;

/** The names of one layout. All that belongs to one partition carries its hash tag: one slot of a cluster. */
export class Keys {
  readonly partitions: number;
  readonly #tags: readonly string[];

  constructor({ prefix, partitions }: Layout = usualLayout) {
    this.partitions = partitions;
    this.#tags = Array.from({ length: partitions }, (_, partition) => `{${prefix}:${partition}}`);
  }

  /** Which partition a destination is in. */
  partitionOf(destination: string): number {
    return crc16(destination) % this.partitions;
  }

  /** `{prefix:partition}`, with which every name of a partition begins. */
  tag(partition: number): string {
    return this.#tags[partition]!;
  }

  /** Stream: what the history has not stored yet. */
  feed(partition: number): string {
    return `${this.tag(partition)}:feed`;
  }

  /** Stream: what the history cannot store. */
  dead(partition: number): string {
    return `${this.tag(partition)}:dead`;
  }

  /** Which reader of the feed has the partition. */
  lease(partition: number): string {
    return `${this.tag(partition)}:lease`;
  }

  /** Hash: destination to the `<epoch>-<seq>` through which it is stored; and the channel that tells of each advance. */
  stored(partition: number): string {
    return `${this.tag(partition)}:stored`;
  }

  /** Channel: all messages of the partition, for nodes that hold patterns. */
  all(partition: number): string {
    return `${this.tag(partition)}:all`;
  }

  /** Stream: the hot log of a destination. */
  log(destination: string): string {
    return `${this.#tagOf(destination)}:log:${destination}`;
  }

  /** Hash: who counts the positions of a destination, and how far. */
  top(destination: string): string {
    return `${this.#tagOf(destination)}:top:${destination}`;
  }

  /** Hash: what stands in the place of what was redacted in a log, by `<epoch>-<seq>`. */
  redacted(destination: string): string {
    return `${this.#tagOf(destination)}:redacted:${destination}`;
  }

  /** Hash: the same for what waits for the history, by `<epoch>-<seq> <destination>`; and the channel that tells of each. */
  redactions(partition: number): string {
    return `${this.tag(partition)}:redactions`;
  }

  /** What an idempotency key stands for; a key is one destination's, and NUL is in no destination. */
  key(destination: string, key: string): string {
    return `${this.#tagOf(destination)}:key:${destination}\0${key}`;
  }

  /** Channel: the messages of a destination. */
  live(destination: string): string {
    return `${this.#tagOf(destination)}:live:${destination}`;
  }

  /** Of the users of a partition: the nodes that are alive, who is where, what each has done, and may give out. */
  members(partition: number): readonly string[] {
    const tag = this.tag(partition);
    return ['nodes', 'members', 'placed', 'users', 'marks', 'shares'].map((name) => `${tag}:${name}`);
  }

  /** Who was first with the idempotency key of a SEND, and what came of it. */
  claim(key: string): string {
    return `${this.#tagOf(key)}:claim:${key}`;
  }

  /** Channel: which users come and go. */
  presence(partition: number): string {
    return `${this.tag(partition)}:presence`;
  }

  /** What begins all keys of a queue; see the scripts of queues. */
  queue(destination: string): string {
    return `${this.#tagOf(destination)}:queue:${destination}`;
  }

  /** Of the queues of a partition: which there are, the leases of the nodes, and when somebody looked at those. */
  queues(partition: number): { readonly all: string; readonly leases: string; readonly looked: string } {
    const tag = this.tag(partition);
    return { all: `${tag}:queues`, leases: `${tag}:leases`, looked: `${tag}:looked` };
  }

  /** Channel: a node that takes from queues of a partition is told that something came. */
  wake(partition: number, node: string): string {
    return `${this.tag(partition)}:wake:${node}`;
  }

  /** What fills queues of this partition; see the scripts that do. */
  bindings(partition: number): string {
    return `${this.tag(partition)}:bindings`;
  }

  /** Hash: durable subscription to what it is bound to; without a name, a mark that there were any. */
  durable(partition: number): string {
    return `${this.tag(partition)}:durable`;
  }

  /** The name that a durable subscription's queue has in a partition, so that it lies there. */
  queueIn(partition: number, queue: string): string {
    for (let salt = 0; ; salt++) {
      const name = salt === 0 ? queue : `${queue}\0${salt}`;
      if (this.partitionOf(name) === partition) return name;
    }
  }

  #tagOf(destination: string): string {
    return this.tag(this.partitionOf(destination));
  }
}

/** CRC-16/XMODEM, which Redis Cluster takes of a key [Redis Cluster specification, appendix A]. */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0);
  return crc & 0xffff;
});

/** The checksum of a text's UTF-8 bytes. */
export function crc16(text: string): number {
  let crc = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return crcOfBytes(Buffer.from(text));
    crc = ((crc << 8) & 0xffff) ^ table[(crc >> 8) ^ code]!;
  }
  return crc;
}

function crcOfBytes(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ table[(crc >> 8) ^ byte]!;
  return crc;
}
