// Who is notified of a message, and of what: the members of its room, or those who are mentioned in it.
import type { ChatRepository } from '../repository.ts';
import type { Notice } from '../room.ts';

/** A message of a room, as it was published. */
export interface PostedMessage {
  readonly messageId: string;
  readonly number: number;
  readonly id: string;
  readonly roomId: string;
  readonly sender: string;
  readonly content: string;
  readonly sentAt: string;
  /** Names of users, without `@`. */
  readonly mentions?: readonly string[] | undefined;
}

/** So much of a message is quoted. */
const quoted = 140;
/** So many who are mentioned are notified. */
const mostMentions = 50;
/** Members of so many rooms are kept. */
const rememberedRooms = 5000;

/** The notice of a message for one user. */
export function noticeOf(message: PostedMessage, user: string, at: number): Notice {
  const { id, roomId, sender, content, sentAt, messageId, number, mentions } = message;
  const preview = [...content.slice(0, 2 * quoted)].slice(0, quoted).join('');
  const mentioned = mentions?.includes(user) === true;
  const payload = { id, roomId, messageId, number, sender, sentAt, preview, mentioned };
  return { id: messageId, roomId, number, at, payload };
}

/** What finding members stands on. */
export interface MembersParts {
  readonly repository: Pick<ChatRepository, 'members'>;
  /** In rooms of more members only those who are mentioned count. */
  readonly most: number;
  /** For how long an answer is good, in milliseconds, should a change not be heard of. */
  readonly keeps: number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

interface Answer {
  /** None: there are too many. */
  readonly users: Promise<readonly string[] | undefined>;
  readonly until: number;
}

/** The members of rooms, kept for a moment. */
export class RoomMembers {
  readonly #parts: MembersParts;
  readonly #known = new Map<string, Answer>();

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  /** The members of a room; where there are too many, those of the mentioned who are. */
  async of(roomId: string, mentions: readonly string[] = []): Promise<readonly string[]> {
    const all = await this.all(roomId);
    if (all !== undefined) return all;
    const { members } = this.#parts.repository;
    const asked = [...new Set(mentions)].slice(0, mostMentions);
    const roles = await Promise.all(asked.map((user) => members.roleOf(roomId, user)));
    return asked.filter((_, at) => roles[at] !== undefined);
  }

  /** The members of a room; `undefined`: there are too many. */
  all(roomId: string): Promise<readonly string[] | undefined> {
    const { now, keeps } = this.#parts;
    const known = this.#known.get(roomId);
    if (known !== undefined && known.until > now()) return known.users;
    if (this.#known.size >= rememberedRooms) this.#known.clear();
    const users = this.#ask(roomId);
    this.#known.set(roomId, { users, until: now() + keeps });
    users.catch(() => this.#known.delete(roomId));
    return users;
  }

  /** Somebody came or went. */
  forget(roomId: string): void {
    this.#known.delete(roomId);
  }

  async #ask(roomId: string): Promise<readonly string[] | undefined> {
    const { repository, most } = this.#parts;
    const users: string[] = [];
    for (let after: string | undefined; ; ) {
      const { items, next } = await repository.members.of(roomId, { limit: 200, after });
      users.push(...items.map(({ user }) => user));
      if (users.length > most) return undefined;
      if (next === undefined) return users;
      after = next;
    }
  }
}
