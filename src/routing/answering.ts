// Sends the result of a handler where its options say.
import type { Soon } from '../channel/channel.ts';
import type { Answer } from './answer.ts';
import { together } from './awaiting.ts';
import type { Call } from './call.ts';
import type { Converted } from './converters.ts';
import type { Publisher } from './publisher.ts';

/** Whether the options name a place at all. */
export function namesPlace({ topics, queues }: Answer): boolean {
  return topics.length > 0 || queues.length > 0;
}

/** Sends a body to every place that an answer names; done when all have it. */
export function sendAnswer(
  publisher: Publisher,
  call: Call,
  answer: Answer,
  converted: Converted,
): Soon<void> {
  const { topics, queues } = answer;
  const { inbound } = call;
  const behalf = { inbound, excludes: answer.exceptSender ? call.session.id : undefined };
  if (topics.length === 1 && queues.length === 0)
    return publisher.toTopic(topics[0]!(call.params), converted, behalf);
  return together([
    ...topics.map((topic) => publisher.toTopic(topic(call.params), converted, behalf)),
    ...queues.map((queue) => sendToQueue(publisher, call, answer, queue(call.params), converted)),
  ]);
}

function sendToQueue(
  { users }: Publisher,
  { session }: Call,
  answer: Answer,
  path: string,
  converted: Converted,
): Soon<void> {
  if (answer.onlyThisSession) return users.toSession(session.id, path, converted);
  const excludes = answer.exceptSender ? session.id : undefined;
  return users.toOwner(session, path, { ...converted, excludes });
}
