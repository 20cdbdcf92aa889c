// What a node wants to hear of one partition: destinations by themselves, all for its patterns; and what comes of it.
import type { Buffer } from 'node:buffer';
import { Message } from '../../message/message.ts';
import type { LogPolicy } from '../../message/policies.ts';
import { decodePayload, type LivePayload } from './payload.ts';
import type { Tails } from './tails.ts';
import { Twice } from './twice.ts';

/** What interests stand on. */
export interface InterestsParts {
  /** The channel of a destination, and that of all that is sent in the partition. */
  readonly channelOf: (destination: string) => string;
  readonly all: string;
  /** Listens to a channel; done when it does, rejects when it does not by the deadline. */
  readonly hear: (channel: string, handler: (payload: Buffer) => void, deadline: number) => Promise<void>;
  readonly unhear: (channel: string) => void;
  /** The logs that are followed. */
  readonly tails: Pick<Tails, 'all' | 'of' | 'open' | 'close'>;
  readonly policyOf: (destination: string) => LogPolicy | undefined;
  readonly deliver: (message: Message) => void;
  /** Whether a pattern of this node covers a destination. */
  readonly covered: (destination: string) => boolean;
  /** Whether this node has patterns. */
  readonly patterns: () => boolean;
  /** Hears of payloads that are somebody else's. */
  readonly foreign: (channel: string, error: unknown) => void;
}

/**
 * All that is sent comes on the channel of its destination and on that of all, in one step. What a node hears on both is
 * delivered once: a logged message by its place in the log, a plain one by its id.
 */
export class Interests {
  readonly #parts: InterestsParts;
  /** Destinations that are listened to by themselves. */
  readonly #exact = new Set<string>();
  readonly #twice = new Twice();

  constructor(parts: InterestsParts) {
    this.#parts = parts;
  }

  /** Whether a destination is listened to by itself. */
  has(destination: string): boolean {
    return this.#exact.has(destination);
  }

  /** Done when what is sent later will come: its channel is listened to, and its log is followed. */
  async add(destination: string, deadline: number): Promise<void> {
    const { hear, channelOf, policyOf, tails } = this.#parts;
    this.#exact.add(destination);
    await hear(channelOf(destination), (payload) => this.#live(destination, payload), deadline);
    if (policyOf(destination) !== undefined) await tails.open(destination, deadline);
  }

  delete(destination: string): void {
    const { unhear, channelOf, covered, tails } = this.#parts;
    this.#exact.delete(destination);
    unhear(channelOf(destination));
    if (!covered(destination)) tails.close(destination);
  }

  /** Listens to everything, for patterns. */
  addAll(deadline: number): Promise<void> {
    return this.#parts.hear(this.#parts.all, (payload) => this.#any(payload), deadline);
  }

  /** A pattern was taken back. */
  narrowed(): void {
    const { tails, covered, patterns, unhear, all } = this.#parts;
    for (const { destination } of tails.all)
      if (!this.#exact.has(destination) && !covered(destination)) tails.close(destination);
    if (patterns()) return;
    unhear(all);
    this.#twice.clear();
  }

  /** Listening begins anew: what came on one channel before does not come on the other any more. */
  interrupted(): void {
    this.#twice.clear();
  }

  #live(destination: string, payload: Buffer): void {
    const found = this.#decoded(destination, payload);
    if (found === undefined) return;
    if (!(found instanceof Message)) return this.#parts.tails.of(found).take(found);
    if (found.address !== destination) return this.#parts.foreign(destination, new Error('another address'));
    if (this.#parts.patterns()) this.#twice.add(found.id);
    this.#parts.deliver(found);
  }

  #any(payload: Buffer): void {
    const found = this.#decoded('all', payload);
    if (found === undefined) return;
    if (!(found instanceof Message)) {
      if (this.#exact.has(found.destination) || this.#parts.covered(found.destination))
        this.#parts.tails.of(found).take(found);
    } else if (!this.#twice.delete(found.id) && this.#parts.covered(found.address)) {
      this.#parts.deliver(found);
    }
  }

  #decoded(channel: string, payload: Buffer): Message | LivePayload | undefined {
    try {
      return decodePayload(payload);
    } catch (error) {
      this.#parts.foreign(channel, error);
      return undefined;
    }
  }
}
