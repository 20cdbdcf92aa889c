// What becomes of messages that were edited or deleted, whichever came first to the page: the message or its change.
import type { Amendment, ChatMessage } from './chat-message.ts';

/** The message as it is now. */
export function amended<M extends ChatMessage>(message: M, amendments: ReadonlyMap<string, Amendment>): M {
  const amendment = message.messageId === undefined ? undefined : amendments.get(message.messageId);
  if (amendment === undefined || message.change === 'deleted') return message;
  const { content } = amendment;
  return content === undefined
    ? { ...message, content: '', change: 'deleted' }
    : { ...message, content, change: 'edited' };
}
