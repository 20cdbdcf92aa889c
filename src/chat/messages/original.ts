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
  /** As it stands in the log. */
  readonly at: HistoryMessage;
}

/**
 * The message of a room that somebody names.
 *
 * @param name - its message-id or, in digits, its number: a message-id has a dot
 * @throws {ChatProblem} `no-such-message`: it is none of this room's, or was not said by somebody
 */
export async function originalOf(
  history: Pick<History, 'page' | 'numberOf'>,
  destination: string,
  name: string,
): Promise<Original> {
  const found = await messageNamed(history, destination, name);
  const { number } = found;
  const message = saidIn(found);
  if (message === undefined && found.tombstone === undefined)
    throw new ChatProblem(
      'no-such-message',
      `${JSON.stringify(name)} was said by nobody, or is a change itself`,
    );
  const sender = message?.sender ?? found.sender ?? '';
  return { messageId: found.messageId, number, sender, message, at: found };
}

/**
 * What stands in the log of a room under a name, whatever it is.
 *
 * @param name - its message-id or, in digits, its number
 * @throws {ChatProblem} `no-such-message`: nothing stands there
 */
export async function messageNamed(
  history: Pick<History, 'page' | 'numberOf'>,
  destination: string,
  name: string,
): Promise<HistoryMessage> {
  const found = await messageNumbered(history, destination, numberIn(history, destination, name));
  if (found === undefined) throw unknownMessage(name);
  return found;
}

/** The message of a number; `undefined`: there is none. */
export async function messageNumbered(
  history: Pick<History, 'page'>,
  destination: string,
  number: number,
): Promise<HistoryMessage | undefined> {
  const { messages } = await history.page(destination, { before: number + 1, limit: 1 });
  return messages.find((one) => one.number === number);
}

function numberIn(history: Pick<History, 'numberOf'>, destination: string, name: string): number {
  const number = /^\d+$/.test(name) ? Number(name) : undefined;
  if (number !== undefined && number < Number.MAX_SAFE_INTEGER) return number;
  try {
    return history.numberOf(destination, name);
  } catch {
    throw unknownMessage(name);
  }
}

function saidIn({ tombstone, body }: HistoryMessage): ChatMessage | undefined {
  const message = tombstone === undefined ? messageIn(body) : undefined;
  return message?.messageType === 'MESSAGE' ? message : undefined;
}

/** That nothing of the name is there. */
export function unknownMessage(name: string): ChatProblem {
  return new ChatProblem(
    'no-such-message',
    `${JSON.stringify(name)} is no message-id of this room, nor the number of one of its messages`,
  );
}
