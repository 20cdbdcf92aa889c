// What the nodes of a chat share for a while, in memory: the readable reference of the port.
import type {
  DueNotice,
  KeptNotice,
  NoticeShelf,
  NoticeStep,
  SeenAt,
  SeenShelf,
} from '../live-repository.ts';
import type { Notice } from '../room.ts';

/** A notice, and what became of posting it. */
interface Waiting extends KeptNotice {
  postAt: number | undefined;
  tries: number;
}

/** Notices, gone with the process. */
export class MemoryNotices implements NoticeShelf {
  readonly #through = new Map<string, number>();
  /** By user, in the order in which they were kept. */
  readonly #kept = new Map<string, Waiting[]>();

  async begin(roomId: string, through: number): Promise<number> {
    const known = this.#through.get(roomId);
    if (known === undefined) this.#through.set(roomId, through);
    return known ?? through;
  }

  async through(roomId: string): Promise<number | undefined> {
    return this.#through.get(roomId);
  }

  async rooms({ limit, after }: { limit: number; after?: string | undefined }) {
    const behind = [...this.#through.keys()].sort().filter((roomId) => after === undefined || roomId > after);
    const items = behind.slice(0, limit).map((roomId) => ({ roomId, through: this.#through.get(roomId)! }));
    return { items, next: behind.length > limit ? items.at(-1)!.roomId : undefined };
  }

  async commit(steps: readonly NoticeStep[], cap: number): Promise<readonly boolean[]> {
    return steps.map((step) => this.#take(step, cap));
  }

  async keep(user: string, notice: Notice, cap: number): Promise<void> {
    this.#add({ user, notice }, cap);
  }

  async of(user: string, limit: number): Promise<readonly Notice[]> {
    return (this.#kept.get(user) ?? []).slice(0, limit).map(({ notice }) => notice);
  }

  async drop(user: string, ids: readonly string[]): Promise<readonly string[]> {
    const there = (this.#kept.get(user) ?? []).flatMap(({ notice: { id } }) =>
      ids.includes(id) ? [id] : [],
    );
    this.#forget(user, ({ id }) => ids.includes(id));
    return there;
  }

  async read(user: string, roomId: string, upTo: number): Promise<void> {
    this.#forget(user, (notice) => notice.roomId === roomId && notice.number <= upTo);
  }

  async end(roomId: string): Promise<void> {
    this.#through.delete(roomId);
    for (const user of [...this.#kept.keys()]) this.#forget(user, (notice) => notice.roomId === roomId);
  }

  async due(now: number, leased: number, limit: number): Promise<readonly DueNotice[]> {
    const due = [...this.#kept.values()].flat().filter(({ postAt }) => postAt !== undefined && postAt <= now);
    due.sort((one, other) => one.postAt! - other.postAt!);
    return due.slice(0, limit).map((waiting) => {
      waiting.postAt = leased;
      return { user: waiting.user, notice: waiting.notice, tries: waiting.tries++ };
    });
  }

  async posted(user: string, id: string, again?: number): Promise<void> {
    const waiting = this.#kept.get(user)?.find(({ notice }) => notice.id === id);
    if (waiting !== undefined) waiting.postAt = again;
  }

  async toPost(): Promise<number> {
    return [...this.#kept.values()].flat().filter(({ postAt }) => postAt !== undefined).length;
  }

  #take({ roomId, after, through, kept, dropped }: NoticeStep, cap: number): boolean {
    if (this.#through.get(roomId) !== after) return false;
    this.#through.set(roomId, through);
    for (const one of kept) this.#add(one, cap);
    for (const user of [...this.#kept.keys()])
      this.#forget(user, (notice) => notice.roomId === roomId && dropped.includes(notice.id));
    return true;
  }

  #add({ user, notice, postAt }: KeptNotice, cap: number): void {
    const kept = this.#kept.get(user) ?? [];
    if (kept.some(({ notice: { id } }) => id === notice.id)) return;
    this.#kept.set(user, [...kept, { user, notice, postAt, tries: 0 }].slice(-cap));
  }

  #forget(user: string, unwanted: (notice: Notice) => boolean): void {
    const left = (this.#kept.get(user) ?? []).filter(({ notice }) => !unwanted(notice));
    if (left.length > 0) this.#kept.set(user, left);
    else this.#kept.delete(user);
  }
}

/** When people were last there, gone with the process. */
export class MemorySeen implements SeenShelf {
  readonly #at = new Map<string, number>();

  async saw(seen: readonly SeenAt[]): Promise<void> {
    for (const [key, at] of seen) this.#at.set(key, Math.max(at, this.#at.get(key) ?? at));
  }

  async forget(since: number, most: number): Promise<void> {
    const newest = [...this.#at].sort(([, one], [, other]) => other - one);
    for (const [place, [key, at]] of newest.entries()) if (at < since || place >= most) this.#at.delete(key);
  }

  async of(keys: readonly string[]): Promise<readonly SeenAt[]> {
    return keys.flatMap((key): SeenAt[] => {
      const at = this.#at.get(key);
      return at === undefined ? [] : [[key, at]];
    });
  }
}
