// The emojis under messages: put there and taken away one by one, whichever came first to the page, message or emoji.
import type { ChatMessage, Reaction, ReactionMark } from './chat-message.ts';

/** What was marked, by the message-id; the last of each person and emoji. */
export type Marks = ReadonlyMap<string, readonly ReactionMark[]>;

const none: readonly Reaction[] = [];

/** A message with what was marked of it before it came. A page over HTTP may count some of that already. */
export function marked<M extends ChatMessage>(message: M, marks: Marks): M {
  const known = message.messageId === undefined ? undefined : marks.get(message.messageId);
  return known?.reduce((one, mark) => (isCounted(one, mark) ? one : withMark(one, mark)), message) ?? message;
}

/** How many have reacted so. */
export function countOf({ users, others }: Reaction): number {
  return users.length + others;
}

/** Of reactions that are too many to be named nobody knows whether somebody is among them. */
function isCounted({ reactions = none }: ChatMessage, { emoji, user }: ReactionMark): boolean {
  const reaction = reactions.find((one) => one.emoji === emoji);
  return reaction !== undefined && reaction.others > 0 && !reaction.users.includes(user);
}

/** The message after somebody reacted, or took it back. */
export function withMark<M extends ChatMessage>(message: M, { emoji, user, on }: ReactionMark): M {
  if (message.change === 'deleted') return message;
  const { reactions = none } = message;
  const found = reactions.find((one) => one.emoji === emoji) ?? { emoji, users: [], others: 0 };
  const isNamed = found.users.includes(user);
  if (on ? isNamed : !isNamed && found.others === 0) return message;
  const next = on ? { ...found, users: [...found.users, user] } : without(found, user);
  const all = reactions.includes(found)
    ? reactions.map((one) => (one === found ? next : one))
    : [...reactions, next];
  return { ...message, reactions: all.filter((one) => countOf(one) > 0) };
}

function without(reaction: Reaction, user: string): Reaction {
  const { users, others } = reaction;
  return users.includes(user)
    ? { ...reaction, users: users.filter((one) => one !== user) }
    : { ...reaction, others: Math.max(0, others - 1) };
}

/** Whether the later one of two stands for both. */
export function isSameMark(one: ReactionMark, other: ReactionMark): boolean {
  return one.user === other.user && one.emoji === other.emoji;
}
