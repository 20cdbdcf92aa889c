// Notifications: told at once to members who are there and do not read the room, kept for those who are away.

import type { ChatRepository } from '../repository.ts';
import type { Notice } from '../room.ts';
import { noticeOf, type PostedMessage, type RoomMembers } from './room-members.ts';

/** What notifying stands on. */
export interface NoticesParts {
  readonly repository: Pick<ChatRepository, 'notices'>;
  readonly members: Pick<RoomMembers, 'of'>;
  /** How many are kept for one user; 0: none. */
  readonly keeps: number;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
  /** Whether somebody looks at a room at this moment, on any device. */
  readonly reads: (user: string, roomId: string) => boolean;
  /** Whether some device of somebody hears notifications, on any node. */
  readonly hears: (user: string) => boolean;
  /** Brings a notification to all devices of a user. */
  readonly tell: (user: string, payload: Notice['payload']) => Promise<void>;
  /** Hears of what was kept. */
  readonly kept: (user: string, notice: Notice) => void;
  /** Hears what became of each: kept first and told later counts for both. */
  readonly counted: (outcome: 'told' | 'kept') => void;
}

/** So many are given in one go. */
const perGo = 50;
/** Of so many users it is known here that something was kept for them lately. */
const remembered = 10_000;

/**
 * Notifies. A notice that is kept is given when its user next hears notifications. Whoever keeps one looks afterwards
 * whether the user hears them by now, and again whenever it learns that the user does; whoever gives takes it out first,
 * and who takes it out is one only. So none is left lying, and none is given twice.
 */
export class Notices {
  readonly #parts: NoticesParts;
  /** For whom this node has kept something that it has not seen given. */
  readonly #waiting = new Set<string>();

  constructor(parts: NoticesParts) {
    this.#parts = parts;
  }

  /** Notifies the members of a room of a message, or who is mentioned in it where there are too many. */
  async posted(message: PostedMessage): Promise<void> {
    const { members, clock, reads } = this.#parts;
    const users = await members.of(message.roomId, message.mentions);
    const at = clock();
    await Promise.all(
      users
        .filter((user) => user !== message.sender && !reads(user, message.roomId))
        .map((user) => this.#notify(user, noticeOf(message, user, at))),
    );
  }

  /** A message was deleted: what is kept of it quotes it no longer, as far as all members of its room are notified. */
  async deleted(roomId: string, messageId: string): Promise<void> {
    const { repository, members } = this.#parts;
    const users = await members.of(roomId);
    await Promise.all(users.map((user) => repository.notices.drop(user, [messageId])));
  }

  /** A user hears notifications now: gives what was kept. */
  async give(user: string): Promise<void> {
    const { repository } = this.#parts;
    this.#waiting.delete(user);
    for (;;) {
      const notices = await repository.notices.of(user, perGo);
      if (notices.length === 0) return;
      const ours = new Set(
        await repository.notices.drop(
          user,
          notices.map(({ id }) => id),
        ),
      );
      for (const notice of notices) if (ours.has(notice.id)) await this.#tellKept(user, notice);
    }
  }

  /** This node learns that somebody hears notifications, somewhere. */
  async learned(user: string): Promise<void> {
    if (this.#waiting.has(user)) await this.give(user);
  }

  async #notify(user: string, notice: Notice): Promise<void> {
    const { hears, tell } = this.#parts;
    if (!hears(user)) return this.#keep(user, notice);
    await tell(user, notice.payload);
    this.#parts.counted('told');
  }

  async #keep(user: string, notice: Notice): Promise<void> {
    const { repository, keeps, hears, kept } = this.#parts;
    if (keeps === 0) return;
    if (this.#waiting.size >= remembered) this.#waiting.clear();
    this.#waiting.add(user);
    await repository.notices.keep(user, notice, keeps);
    this.#parts.counted('kept');
    kept(user, notice);
    if (hears(user)) await this.give(user);
  }

  /** What could not be told is kept on. */
  async #tellKept(user: string, notice: Notice): Promise<void> {
    const { repository, keeps, tell } = this.#parts;
    try {
      await tell(user, notice.payload);
      this.#parts.counted('told');
    } catch (error) {
      await repository.notices.keep(user, notice, Math.max(keeps, 1));
      throw error;
    }
  }
}
