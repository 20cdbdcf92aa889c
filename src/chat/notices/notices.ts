// Notifications: told at once to members who are there and do not read the room, kept for those who are away.
import type { HistoryMessage } from '../../index.ts';
import type { KeptNotice, NoticeShelf } from '../live-repository.ts';
import type { Notice } from '../room.ts';
import type { Decision } from './followed-rooms.ts';
import { noticeOf, type PostedMessage, type RoomMembers } from './room-members.ts';
import { saidIn } from './said.ts';

/** What notifying stands on. */
export interface NoticesParts {
  /** Where they are kept; asked for when it is open. */
  readonly shelf: () => Pick<NoticeShelf, 'of' | 'drop' | 'keep'>;
  readonly members: Pick<RoomMembers, 'of'>;
  /** How many are kept for one user; 0: none. */
  readonly keeps: number;
  /** How long what is kept waits for its user until it is posted, in milliseconds; none: it is not. */
  readonly postAfter?: number | undefined;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
  /** Whether somebody looks at a room at this moment, on any device. */
  readonly reads: (user: string, roomId: string) => boolean;
  /** How far people have read in a room, by its number. */
  readonly marks: (roomId: string) => Promise<ReadonlyMap<string, number>>;
  /** Whether somebody may read a room by now: what was kept quotes it. */
  readonly mayRead: (user: string, roomId: string) => Promise<boolean>;
  /** Whether some device of somebody hears notifications, on any node. */
  readonly hears: (user: string) => boolean;
  /** Brings a notification to all devices of a user. */
  readonly tell: (user: string, payload: Notice['payload']) => Promise<void>;
  /** Hears what became of each: kept first and told later counts for both. */
  readonly counted: (outcome: 'told' | 'kept') => void;
  /** Hears of what could not be told. */
  readonly failed: (error: unknown) => void;
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
  /** The last that is to be done for a user. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(parts: NoticesParts) {
    this.#parts = parts;
  }

  /**
   * Who is notified of some messages of a room, or who is mentioned where there are too many members.
   *
   * @param late - they were said some time ago: who has read them meanwhile is not notified
   */
  async decide(roomId: string, messages: readonly HistoryMessage[], late: boolean): Promise<Decision> {
    const said = messages.map((message) => saidIn(roomId, message));
    const dropped = said.flatMap((one) => one?.deleted ?? []);
    const marks = late ? await this.#parts.marks(roomId) : new Map<string, number>();
    const told: [string, Notice][] = [];
    const kept: KeptNotice[] = [];
    for (const { posted } of said.filter((one) => one !== undefined)) {
      if (posted === undefined || dropped.includes(posted.messageId)) continue;
      for (const user of await this.#concerned(posted, marks)) this.#sort(user, posted, told, kept);
    }
    return { told, kept, dropped };
  }

  /** It holds: tells who is there, and looks whether those are by now for whom something was kept. */
  decided({ told, kept }: Decision): void {
    const { hears, failed, counted } = this.#parts;
    for (const [user, notice] of told)
      this.#inTurn(user, () => this.#tellBehind(user, notice))
        .then(() => (hears(user) ? this.learned(user) : undefined))
        .catch(failed);
    for (const { user } of kept) {
      counted('kept');
      this.#keptFor(user);
    }
    for (const user of new Set(kept.map((one) => one.user))) if (hears(user)) this.give(user).catch(failed);
  }

  /** A user hears notifications now: gives what was kept. */
  give(user: string): Promise<void> {
    return this.#inTurn(user, () => this.#give(user));
  }

  /** This node learns that somebody hears notifications, somewhere. */
  async learned(user: string): Promise<void> {
    if (this.#waiting.has(user)) await this.give(user);
  }

  /** What was kept here was said before, and comes before; where it cannot be had, this need not wait for it. */
  async #tellBehind(user: string, notice: Notice): Promise<void> {
    if (this.#waiting.has(user)) await this.#give(user).catch(this.#parts.failed);
    await this.#tellOrKeep(user, notice);
  }

  async #give(user: string): Promise<void> {
    this.#waiting.delete(user);
    try {
      while ((await this.#giveSome(user)) && this.#parts.hears(user));
    } catch (error) {
      this.#keptFor(user);
      throw error;
    }
  }

  /** @returns whether there was anything */
  async #giveSome(user: string): Promise<boolean> {
    const shelf = this.#parts.shelf();
    const notices = await shelf.of(user, perGo);
    if (notices.length === 0) return false;
    const theirs = await this.#roomsOf(user, notices);
    const ids = notices.map(({ id }) => id);
    const ours = new Set(await shelf.drop(user, ids));
    for (const notice of notices)
      if (ours.has(notice.id) && theirs.has(notice.roomId)) await this.#tellOrKeep(user, notice);
    return true;
  }

  /** One thing after another for each user: so they come in the order in which they were said. */
  #inTurn(user: string, act: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(user);
    const done = before === undefined ? act() : before.then(act, act);
    this.#turns.set(user, done);
    const over = (): void => {
      if (this.#turns.get(user) === done) this.#turns.delete(user);
    };
    done.then(over, over);
    return done;
  }

  /** Of the rooms that are quoted those which are still theirs to read. */
  async #roomsOf(user: string, notices: readonly Notice[]): Promise<ReadonlySet<string>> {
    const rooms = [...new Set(notices.map(({ roomId }) => roomId))];
    const may = await Promise.all(rooms.map((roomId) => this.#parts.mayRead(user, roomId)));
    return new Set(rooms.filter((_, at) => may[at]));
  }

  async #concerned(message: PostedMessage, marks: ReadonlyMap<string, number>): Promise<readonly string[]> {
    const { members, reads } = this.#parts;
    const users = await members.of(message.roomId, message.mentions);
    return users.filter(
      (user) =>
        user !== message.sender && !reads(user, message.roomId) && (marks.get(user) ?? 0) < message.number,
    );
  }

  #sort(user: string, message: PostedMessage, told: [string, Notice][], kept: KeptNotice[]): void {
    const { hears, keeps, postAfter, clock } = this.#parts;
    const at = clock();
    const notice = noticeOf(message, user, at);
    if (hears(user)) told.push([user, notice]);
    else if (keeps > 0)
      kept.push({ user, notice, postAt: postAfter === undefined ? undefined : at + postAfter });
  }

  /** Who went meanwhile hears nothing: it is kept on. */
  #tellOrKeep(user: string, notice: Notice): Promise<void> {
    return this.#parts.hears(user) ? this.#tell(user, notice) : this.#keep(user, notice);
  }

  /** What could not be told is kept. */
  async #tell(user: string, notice: Notice): Promise<void> {
    const { tell, counted } = this.#parts;
    try {
      await tell(user, notice.payload);
      counted('told');
    } catch (error) {
      await this.#keep(user, notice);
      throw error;
    }
  }

  async #keep(user: string, notice: Notice): Promise<void> {
    this.#keptFor(user);
    await this.#parts.shelf().keep(user, notice, Math.max(this.#parts.keeps, 1));
  }

  #keptFor(user: string): void {
    if (this.#waiting.size >= remembered) this.#waiting.clear();
    this.#waiting.add(user);
  }
}
