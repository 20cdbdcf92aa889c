// Follows the logs of rooms, and decides of each message once who is notified: over all nodes, and over a crash.
import { setTimeout as pause } from 'node:timers/promises';
import type { HistoryAnswer, HistoryMessage } from '../../index.ts';
import type { NoticeShelf, NoticeStep } from '../live-repository.ts';
import type { Notice } from '../room.ts';

/** What becomes of some messages of a room. */
export interface Decision extends Pick<NoticeStep, 'kept' | 'dropped'> {
  /** Who is told at once, and of what, in the order of the messages. */
  readonly told: readonly (readonly [user: string, notice: Notice])[];
}

/** What following stands on. */
export interface FollowedParts {
  /** Where it is kept how far they are; asked for when it is open. */
  readonly shelf: () => Pick<NoticeShelf, 'begin' | 'through' | 'rooms' | 'commit'>;
  /** The next messages of a room behind a number, the oldest first. */
  readonly behind: (roomId: string, number: number) => Promise<HistoryAnswer>;
  /** @param late - they were said some time ago, and may have been read meanwhile */
  readonly decide: (roomId: string, messages: readonly HistoryMessage[], late: boolean) => Promise<Decision>;
  /** It holds: now may be told, and was kept. */
  readonly decided: (decision: Decision) => void;
  /** How many are kept for one user. */
  readonly keeps: number;
  /** What failed is tried again after so many milliseconds. */
  readonly againAfter: number;
  readonly failed: (error: unknown) => void;
}

/** A room in whose log something is to be decided. */
interface Behind {
  /** The number of a message that is. */
  number: number;
  late: boolean;
}

interface Plan {
  readonly step: NoticeStep;
  readonly decision: Decision;
  readonly behind: Behind;
  /** There is more in the log. */
  readonly more: boolean;
}

/** So many rooms are decided in one go: one commit for all of them. */
const perRound = 32;
/** Of so many rooms it is known how far they are. */
const remembered = 5000;
/** So many rooms are looked at before the next are asked for, when all are. */
const perPart = 100;
/** Nor before they are decided, or so many milliseconds are over. */
const partLasts = 1000;

/**
 * What is decided holds at the moment at which the store says so: then the room is further, and what is kept is there,
 * or neither. Only then is anybody told. Whoever decides the same at the same time is not taken, and looks anew; who
 * died before it was taken leaves the room where it was, and the next one who looks decides.
 */
export class FollowedRooms {
  readonly #parts: FollowedParts;
  readonly #through = new Map<string, number>();
  readonly #due = new Map<string, Behind>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #running: Promise<void> | undefined;
  #closed = false;
  /** When a failure was told last. */
  #failed = Number.NEGATIVE_INFINITY;

  constructor(parts: FollowedParts) {
    this.#parts = parts;
  }

  /** A message is in the log of a room. */
  said(roomId: string, number: number): void {
    this.#want(roomId, { number, late: false });
  }

  /** Decides what nobody has decided, in all rooms; done when all are at least in line. */
  async makeUp(): Promise<void> {
    try {
      await this.#wantAll();
    } catch (error) {
      this.#fail(error);
      this.#again(() => void this.makeUp());
    }
  }

  /** Decides nothing more; done when what it is about to decide is. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#due.clear();
    await this.#running;
  }

  async #wantAll(): Promise<void> {
    for (let after: string | undefined; !this.#closed; ) {
      const { items, next } = await this.#parts.shelf().rooms({ limit: perPart, after });
      for (const { roomId, through } of items) this.#want(roomId, { number: through, late: true });
      await Promise.race([this.#running, pause(partLasts, undefined, { ref: false })]);
      if (next === undefined) return;
      after = next;
    }
  }

  #want(roomId: string, wanted: Behind): void {
    if (this.#closed) return;
    const known = this.#due.get(roomId);
    if (known === undefined) this.#due.set(roomId, wanted);
    else {
      known.number = Math.min(known.number, wanted.number);
      known.late ||= wanted.late;
    }
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#due.size > 0) await this.#round();
    this.#running = undefined;
  }

  async #round(): Promise<void> {
    const rooms = [...this.#due].slice(0, perRound);
    for (const [roomId] of rooms) this.#due.delete(roomId);
    const found = await Promise.all(rooms.map((room) => this.#planned(...room)));
    const plans = found.filter((plan) => plan !== undefined);
    if (plans.length === 0) return;
    const taken = await this.#committed(plans.map(({ step }) => step));
    for (const [at, plan] of plans.entries())
      if (taken[at] === true) this.#taken(plan);
      else this.#passed(plan);
  }

  async #committed(steps: readonly NoticeStep[]): Promise<readonly boolean[]> {
    try {
      return await this.#parts.shelf().commit(steps, this.#parts.keeps);
    } catch (error) {
      this.#fail(error);
      return [];
    }
  }

  async #planned(roomId: string, behind: Behind): Promise<Plan | undefined> {
    try {
      return await this.#plan(roomId, behind);
    } catch (error) {
      this.#fail(error);
      this.#later(roomId, behind);
      return undefined;
    }
  }

  async #plan(roomId: string, behind: Behind): Promise<Plan | undefined> {
    const { behind: messagesBehind, decide } = this.#parts;
    const after = await this.#reached(roomId, behind.number);
    const { messages, next } = await messagesBehind(roomId, after);
    const through = messages.at(-1)?.number;
    if (through === undefined) return undefined;
    const decision = await decide(roomId, messages, behind.late);
    const { kept, dropped } = decision;
    return { step: { roomId, after, through, kept, dropped }, decision, behind, more: next !== undefined };
  }

  /** Told once for all rooms that fail together: a store that is away fails all of them, again and again. */
  #fail(error: unknown): void {
    const now = performance.now();
    if (this.#closed || now - this.#failed < this.#parts.againAfter) return;
    this.#failed = now;
    this.#parts.failed(error);
  }

  /** A room of which nothing is known begins with the message at hand. */
  async #reached(roomId: string, number: number): Promise<number> {
    const shelf = this.#parts.shelf();
    const known = this.#through.get(roomId) ?? (await shelf.through(roomId));
    return known ?? shelf.begin(roomId, number - 1);
  }

  #taken({ step: { roomId, through }, decision, behind, more }: Plan): void {
    if (this.#through.size >= remembered) this.#through.clear();
    this.#through.set(roomId, through);
    this.#parts.decided(decision);
    if (more) this.#want(roomId, { ...behind, number: through + 1 });
  }

  #passed({ step: { roomId }, behind }: Plan): void {
    this.#through.delete(roomId);
    this.#later(roomId, behind);
  }

  #later(roomId: string, behind: Behind): void {
    this.#again(() => this.#want(roomId, behind));
  }

  #again(work: () => void): void {
    if (this.#closed) return;
    const pause = this.#parts.againAfter * (0.5 + Math.random() / 2);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, pause).unref();
    this.#timers.add(timer);
  }
}
