// What messages answer: who said it and what, wherever that stands, among what is shown or far before.
import type { ChatMessage } from './chat-message.ts';
import type { RoomLog } from './room-log.ts';

/** The message that another one answers. */
export interface Quote {
  readonly messageId: string;
  /** - `there`: it can be shown; - `deleted`; - `unknown`: it was not asked for yet; - `gone`: it is not to be had */
  readonly state: 'there' | 'deleted' | 'unknown' | 'gone';
  readonly sender: string;
  readonly content: string;
}

/** Finds what messages of a room answer. */
export function quotesOf(room: RoomLog): (replyTo: string) => Quote {
  const wanted = new Set<string>();
  for (const entry of room.entries)
    if (entry.kind === 'message' && entry.replyTo !== undefined) wanted.add(entry.replyTo);
  for (const { replyTo } of room.outgoing) if (replyTo !== undefined) wanted.add(replyTo);
  if (wanted.size === 0) return unknown;
  const found = new Map<string, ChatMessage>();
  for (const entry of room.entries)
    if (entry.kind === 'message' && entry.messageId !== undefined && wanted.has(entry.messageId))
      found.set(entry.messageId, entry);
  return (replyTo) => {
    const message = found.get(replyTo) ?? room.originals.get(replyTo);
    if (message) return quoteOf(replyTo, message);
    return room.originals.has(replyTo) ? gone(replyTo) : unknown(replyTo);
  };
}

/** The same as long as the message is the same, so that what shows it is known to be the same. */
const made = new WeakMap<ChatMessage, Quote>();

function quoteOf(messageId: string, message: ChatMessage): Quote {
  const known = made.get(message);
  if (known) return known;
  const { sender, content, change } = message;
  const quote = { messageId, state: change === 'deleted' ? 'deleted' : 'there', sender, content } as const;
  made.set(message, quote);
  return quote;
}

const unknown = (messageId: string): Quote => ({ messageId, state: 'unknown', sender: '', content: '' });
const gone = (messageId: string): Quote => ({ messageId, state: 'gone', sender: '', content: '' });

export function isSameQuote(one: Quote | undefined, other: Quote | undefined): boolean {
  if (one === other || one === undefined || other === undefined) return one === other;
  return one.messageId === other.messageId && one.state === other.state && one.state !== 'there';
}
