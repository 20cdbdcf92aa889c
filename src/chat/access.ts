// Who may read and write in which room: asked for every message, so answers are kept for a moment, or until they change.
import { isDirectId } from './direct.ts';
import { ChatProblem } from './problem.ts';
import type { ChatRepository } from './repository.ts';
import type { Role, Room } from './room.ts';

/** What somebody may do in a room. */
export interface Access {
  /** None: the room is open and was not used yet. */
  readonly room: Room | undefined;
  /** None: not a member. */
  readonly role: Role | undefined;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** What access is decided by. */
export interface AccessParts {
  readonly repository: Pick<ChatRepository, 'rooms' | 'members'>;
  /** Whether a room is there from its first use, for everybody. */
  readonly open: boolean;
  /** For how long an answer is good, in milliseconds, should a change not be heard of. */
  readonly keeps: number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

interface Answer {
  readonly access: Promise<Access>;
  /** The same, once it is there. */
  known: Access | undefined;
  readonly until: number;
  /** Whether something changed since it was asked for. */
  outdated: boolean;
}

/** So many answers are kept; then all are asked for again. */
const remembered = 50_000;

const nothing: Omit<Access, 'room' | 'role'> = { reads: false, writes: false };

/** Decides who may do what. */
export class RoomAccess {
  readonly #parts: AccessParts;
  /** By room, then by user: a change of a room concerns all of them. */
  readonly #known = new Map<string, Map<string, Answer>>();
  #size = 0;
  /** At so many there is no room for more. */
  #most = remembered;

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /** What a user may do in a room: when something changed while that was found out, it is found out again. */
  async of(roomId: string, user: string): Promise<Access> {
    for (;;) {
      const answer = this.#answer(roomId, user);
      const access = await answer.access;
      if (!answer.outdated) return access;
    }
  }

  #answer(roomId: string, user: string): Answer {
    const now = this.#parts.now();
    const known = this.#known.get(roomId)?.get(user);
    if (known !== undefined && known.until > now) return known;
    const access = this.#ask(roomId, user);
    const answer: Answer = { access, known: undefined, until: now + this.#parts.keeps, outdated: false };
    this.#keep(roomId, user, answer);
    access.then(
      (found) => {
        answer.known = found;
      },
      () => this.forget(roomId, user), // a failure is nobody's answer
    );
    return answer;
  }

  /**
   * Whether somebody is known to write in a room that is there, without asking. A handler that need not wait for the
   * answer does not hold up what its session sends next.
   */
  isKnownToWrite(roomId: string, user: string): boolean {
    const answer = this.#known.get(roomId)?.get(user);
    if (answer?.known === undefined || answer.until <= this.#parts.now()) return false;
    return answer.known.writes && answer.known.room !== undefined;
  }

  /** @throws {ChatProblem} `no-such-room`, `no-access` */
  async assertReads(roomId: string, user: string): Promise<Access> {
    const access = await this.of(roomId, user);
    if (access.reads) return access;
    // whoever may not read a room is not told whether it is there
    throw new ChatProblem('no-such-room', `room '${roomId}' is not there, or '${user}' is no member of it`);
  }

  /** @throws {ChatProblem} `no-such-room`, `no-access` */
  async assertWrites(roomId: string, user: string): Promise<Access> {
    const access = await this.assertReads(roomId, user);
    if (access.writes) return access;
    throw new ChatProblem('no-access', `'${user}' may read room '${roomId}', and not write there`);
  }

  /** @throws {ChatProblem} `no-such-room`, `no-access` */
  async assertOwns(roomId: string, user: string): Promise<Access & { readonly room: Room }> {
    const { room, ...access } = await this.assertReads(roomId, user);
    if (room === undefined) throw new ChatProblem('no-such-room', `room '${roomId}' was not used yet`);
    if (access.role === 'owner') return { room, ...access };
    throw new ChatProblem(
      'no-access',
      `only an owner of room '${roomId}' may do that, and '${user}' is none`,
    );
  }

  /** Something has changed: in a room, or for one user of it. */
  forget(roomId: string, user?: string): void {
    const answers = this.#known.get(roomId);
    if (answers === undefined) return;
    const concerned = user === undefined ? [...answers.keys()] : [user];
    for (const one of concerned) {
      const answer = answers.get(one);
      if (answer === undefined) continue;
      answer.outdated = true;
      answers.delete(one);
      this.#size--;
    }
    if (answers.size === 0) this.#known.delete(roomId);
  }

  /** Changes may have been missed. */
  forgetAll(): void {
    for (const roomId of [...this.#known.keys()]) this.forget(roomId);
  }

  #keep(roomId: string, user: string, answer: Answer): void {
    if (this.#size >= this.#most) this.#clear();
    this.#remember(roomId, user, answer);
  }

  #remember(roomId: string, user: string, answer: Answer): void {
    const answers = this.#known.get(roomId) ?? new Map<string, Answer>();
    if (!answers.has(user)) this.#size++;
    answers.set(user, answer);
    this.#known.set(roomId, answers);
  }

  /** There is no room for more; what was answered stays true, and what is being asked must hear of changes. */
  #clear(): void {
    const asked = [...this.#known].flatMap(([roomId, answers]) =>
      Array.from(answers, ([user, answer]) => ({ roomId, user, answer })),
    );
    this.#known.clear();
    this.#size = 0;
    for (const { roomId, user, answer } of asked)
      if (answer.known === undefined) this.#remember(roomId, user, answer);
    this.#most = Math.max(remembered, 2 * this.#size);
  }

  async #ask(roomId: string, user: string): Promise<Access> {
    const { repository, open } = this.#parts;
    const [room, role] = await Promise.all([
      repository.rooms.find(roomId),
      repository.members.roleOf(roomId, user),
    ]);
    if (room === undefined) {
      const anew = open && !isDirectId(roomId) && !(await repository.rooms.wasDeleted(roomId));
      return { room, role: undefined, reads: anew, writes: anew };
    }
    const isIn = role !== undefined || room.kind === 'public';
    return isIn ? { room, role, reads: true, writes: role !== 'reader' } : { room, role, ...nothing };
  }
}
