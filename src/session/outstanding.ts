// What one subscription was given and has not acknowledged, under the names that clients use for it.

/** [STOMP 1.2, SUBSCRIBE ack Header] the modes in which a client acknowledges. */
export type AckMode = 'client' | 'client-individual';

/** What an ACK or NACK within a transaction has taken out. */
export interface Claim {
  readonly tags: readonly number[];
  /** All of it waits again. */
  undo(): void;
}

/**
 * The deliveries of a subscription that wait for ACK or NACK. In mode `client` one stands for all that were
 * delivered before it as well [STOMP 1.2, SUBSCRIBE ack Header].
 */
export class Outstanding {
  readonly #mode: AckMode;
  readonly #byMessageId: boolean;
  /** By tag, in the order of delivery. */
  readonly #messageIds = new Map<number, string>();
  /** A message that came again is meant by its latest delivery. */
  readonly #tags = new Map<string, number>();

  /** @param byMessageId - whether a delivery is looked for by its message */
  constructor(mode: AckMode, byMessageId = true) {
    this.#mode = mode;
    this.#byMessageId = byMessageId;
  }

  get size(): number {
    return this.#messageIds.size;
  }

  /** A delivery was made. */
  add(tag: number, messageId: string): void {
    this.#messageIds.set(tag, messageId);
    if (this.#byMessageId) this.#tags.set(messageId, tag);
  }

  /** The tag of the delivery of a message, while it is outstanding. */
  tagOf(messageId: string): number | undefined {
    return this.#tags.get(messageId);
  }

  /** Whether a delivery waits. */
  has(tag: number): boolean {
    return this.#messageIds.has(tag);
  }

  /** Takes out what an ACK or NACK of a delivery stands for, in the order of delivery; nothing: it is not outstanding. */
  settle(tag: number): readonly number[] {
    const settled = this.#settled(tag);
    for (const one of settled) this.#forget(one);
    return settled;
  }

  /** Takes out one delivery, and none before it. */
  drop(tag: number): void {
    if (this.#messageIds.has(tag)) this.#forget(tag);
  }

  /** Does as {@link settle}, and can undo it. */
  claim(tag: number): Claim {
    const settled = this.#settled(tag).map((one) => [one, this.#messageIds.get(one)!] as const);
    const tags = this.settle(tag);
    return { tags, undo: () => this.#putBack(settled) };
  }

  /** In their old places: in mode `client` an ACK stands for what was delivered before. */
  #putBack(settled: readonly (readonly [number, string])[]): void {
    const all = [...this.#messageIds, ...settled];
    this.#messageIds.clear();
    this.#tags.clear();
    for (const [tag, messageId] of all.sort(([a], [b]) => a - b)) this.add(tag, messageId);
  }

  #settled(tag: number): readonly number[] {
    if (!this.#messageIds.has(tag)) return [];
    return this.#mode === 'client' ? this.#upTo(tag) : [tag];
  }

  #upTo(tag: number): number[] {
    const tags: number[] = [];
    for (const one of this.#messageIds.keys()) {
      if (one > tag) break;
      tags.push(one);
    }
    return tags;
  }

  #forget(tag: number): void {
    const messageId = this.#messageIds.get(tag)!;
    this.#messageIds.delete(tag);
    if (this.#byMessageId && this.#tags.get(messageId) === tag) this.#tags.delete(messageId);
  }
}
