// What becomes of messages that were edited or deleted, whichever came first to the page: the message or its change.
import type { Amendment, ChatMessage } from './chat-message.ts';

/** The message as it is now. */
export function amended<M extends ChatMessage>(message: M, amendments: ReadonlyMap<string, Amendment>): M {
  const amendment = message.messageId === undefined ? undefined : amendments.get(message.messageId);
  if (amendment === undefined || message.change === 'deleted') return message;
  const { content } = amendment;
  return content === undefined ? gone(message) : { ...message, content, change: 'edited' };
}

/** Nothing of what it was stays: not what it answered, who was meant, which files, who has reacted. */
function gone<M extends ChatMessage>({ replyTo, mentions, attachments, reactions, ...rest }: M): M {
  return { ...rest, content: '', change: 'deleted' } as unknown as M;
}
