// What the log of a room says, as far as anybody is notified of it: messages that were said, and such as were deleted.
import type { HistoryMessage } from '../../index.ts';
import { readMessage } from '../reading/unread.ts';
import type { PostedMessage } from './room-members.ts';

/** What a message may be beside one that was said. */
interface Change {
  readonly messageType?: string;
  /** The message-id of the message that is changed. */
  readonly of?: unknown;
}

/** A message that was said; the message-id of one that was deleted; or nothing of both. */
export type Said =
  | { readonly posted: PostedMessage; readonly deleted?: undefined }
  | { readonly posted?: undefined; readonly deleted: string }
  | undefined;

/** Reads a message. */
export function saidIn(roomId: string, { body, messageId, number, tombstone }: HistoryMessage): Said {
  if (tombstone !== undefined) return undefined;
  const read = readMessage(body) as Partial<PostedMessage> & Change;
  const { messageType = 'MESSAGE', of, id = messageId, sender = '', content, sentAt = '', mentions } = read;
  if (messageType === 'DELETE') return typeof of === 'string' ? { deleted: of } : undefined;
  if (messageType !== 'MESSAGE' || typeof content !== 'string') return undefined;
  const named = Array.isArray(mentions) ? mentions : [];
  return { posted: { id, roomId, messageId, number, sender, content, sentAt, mentions: named } };
}
