// Where a message stands in the log of its destination, and the message-id that says so.
import { createHash } from 'node:crypto';

/**
 * The place of a message on a logged destination. One destination, epoch and seq never has two bodies.
 */
export interface Position {
  /** Who counts: a whole number that only grows; another one whenever a log may have lost its end. */
  readonly epoch: number;
  /** Contiguous from 1 per destination and epoch; 0 stands before the first. */
  readonly seq: number;
}

/** Which of two positions of one destination comes first: negative, 0 or positive, as `sort` wants it. */
export function comparePositions(a: Position, b: Position): number {
  return a.epoch - b.epoch || a.seq - b.seq;
}

/** Names a destination in the message-ids of its messages: 12 characters without a dot. */
export function destinationHash(destination: string): string {
  return createHash('sha256').update(destination).digest('base64url').slice(0, 12);
}

/** `<destination hash>.<epoch>-<seq>`. */
export function messageIdOf(hash: string, { epoch, seq }: Position): string {
  return `${hash}.${epoch}-${seq}`;
}

const shape = /^([\w-]{12})\.(\d{1,16})-(\d{1,16})$/;

/** What a message-id says; `undefined` when it is not of that shape, such as a plain destination's. */
export function parseMessageId(text: string): (Position & { readonly hash: string }) | undefined {
  const [, hash, epoch, seq] = shape.exec(text) ?? [];
  if (hash === undefined) return undefined;
  const position = { hash, epoch: Number(epoch), seq: Number(seq) };
  return Number.isSafeInteger(position.epoch) && Number.isSafeInteger(position.seq) ? position : undefined;
}

/** Epochs are times in milliseconds: one destination does not take so many messages in each of them. */
const perMillisecond = 1000;

/**
 * A place as one number: a safe integer, unique in its destination, and in the order of the places. Epochs begin with
 * a clock's milliseconds, and a destination takes fewer than 1,000 messages in each of those.
 */
export function numberOf({ epoch, seq }: Position): number {
  return epoch * perMillisecond + seq;
}
