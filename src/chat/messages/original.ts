// Finds the message that somebody answers, changes or marks: in its own room, and nowhere else.
import type { History, HistoryMessage } from '../../index.ts';
import { type ChatMessage, messageIn } from '../message.ts';
import { ChatProblem } from '../problem.ts';

/** A message that was said, and where it stands. */
export interface Original {
  readonly messageId: string;
  readonly number: number;
  readonly sender: string;
  /** None: it was deleted. */
  readonly message: ChatMessage | undefined;
}

/**
 * The message of a room that a message-id names.
 *
 * @throws {ChatProblem} `no-such-message`: it is none of this room's, or was not said by somebody
 */
export async function originalOf(
  history: Pick<History, 'page' | 'numberOf'>,
  destination: string,
  messageId: string,
): Promise<Original> {
  const number = numberIn(history, destination, messageId);
  const { messages } = await history.page(destination, { before: number + 1, limit: 1 });
  const found = messages.find((one) => one.number === number);
  if (found === undefined) throw unknown(messageId);
  const message = saidIn(found);
  if (message === undefined && found.tombstone === undefined)
    throw new ChatProblem(
      'no-such-message',
      `${JSON.stringify(messageId)} was said by nobody, or is a change itself`,
    );
  return { messageId: found.messageId, number, sender: message?.sender ?? found.sender ?? '', message };
}

function numberIn(history: Pick<History, 'numberOf'>, destination: string, messageId: string): number {
  try {
    return history.numberOf(destination, messageId);
  } catch {
    throw unknown(messageId);
  }
}

function saidIn({ tombstone, body }: HistoryMessage): ChatMessage | undefined {
  const message = tombstone === undefined ? messageIn(body) : undefined;
  return message?.messageType === 'MESSAGE' ? message : undefined;
}

function unknown(messageId: string): ChatProblem {
  return new ChatProblem('no-such-message', `${JSON.stringify(messageId)} is no message-id of this room`);
}
