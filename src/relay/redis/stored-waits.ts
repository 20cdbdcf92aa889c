// Who waits until the history has a message: asked whenever the writer tells of an advance, and each second.
import { comparePositions, type Position } from '../../message/position.ts';
import { MessageLost } from '../log.ts';
import type { Fate } from './fate.ts';
import { unavailable } from './lane.ts';

interface Waiting {
  readonly position: Position;
  readonly since: number;
  /** In which session Redis was asked whether it has the message. */
  soughtIn: string | undefined;
  resolve(): void;
  reject(error: Error): void;
}

/** So many may wait in one partition. */
const most = 20_000;

/**
 * A message is looked for after so many milliseconds, in a session that is as old: by then the sentinels, who are asked
 * each second, have named another primary if this one was replaced.
 */
const soughtAfter = 3000;

/** So many are looked for in one look. */
const soughtTogether = 500;

/** What the waits of a partition stand on. */
export interface StoredWaitsParts {
  /** Through which positions destinations are stored, as Redis has it. */
  marks(destinations: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** Whether Redis has had a message, or a promotion lost it. */
  fate(destination: string, position: Position): Promise<Fate>;
  /** Names the connection to Redis; `undefined`: there is none. Another primary is another session. */
  session(): string | undefined;
  clock(): number;
}

/** The waits of one partition. */
export class StoredWaits {
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #parts: StoredWaitsParts;
  #count = 0;
  #asking = false;
  #askAgain = false;
  #session: string | undefined;
  #sessionSince = 0;

  constructor(parts: StoredWaitsParts) {
    this.#parts = parts;
  }

  /**
   * Done once the history has a message.
   *
   * @throws {StompwireError} `relay-unavailable`: too many wait, Redis is away when it matters, or the relay is closed
   * @throws {MessageLost} a promotion has lost it
   */
  wait(destination: string, position: Position): Promise<void> {
    if (this.#count >= most) return Promise.reject(unavailable('too many wait for the history'));
    return new Promise((resolve, reject) => {
      let waiting = this.#waiting.get(destination);
      if (waiting === undefined) this.#waiting.set(destination, (waiting = []));
      waiting.push({ position, since: this.#parts.clock(), soughtIn: undefined, resolve, reject });
      this.#count++;
      this.check();
    });
  }

  /** Looks whether the history has got further. */
  check(): void {
    if (this.#asking) this.#askAgain = true;
    else if (this.#count > 0) void this.#ask();
  }

  /** As {@link check}; and looks for what is lost, which no mark would tell while nothing follows it. */
  look(): void {
    this.check();
    const session = this.#parts.session();
    const now = this.#parts.clock();
    if (session !== this.#session) this.#sessionSince = now;
    this.#session = session;
    if (session !== undefined && now - this.#sessionSince >= soughtAfter)
      this.#seek(session, now - soughtAfter);
  }

  close(): void {
    for (const waiting of this.#waiting.values())
      for (const { reject } of waiting) reject(unavailable('the relay is closed'));
    this.#waiting.clear();
    this.#count = 0;
  }

  /** Each once in a session: what a server has it does not lose while it counts. */
  #seek(session: string, before: number): void {
    let left = soughtTogether;
    for (const [destination, waiting] of this.#waiting)
      for (const one of waiting) {
        if (left === 0) return;
        if (one.soughtIn === session || one.since > before) continue;
        left--;
        one.soughtIn = session;
        void this.#seekOne(destination, one);
      }
  }

  async #seekOne(destination: string, one: Waiting): Promise<void> {
    try {
      if ((await this.#parts.fate(destination, one.position)) === 'lost') this.#isLost(destination, one);
    } catch {
      one.soughtIn = undefined; // it is away: we ask again
    }
  }

  #isLost(destination: string, one: Waiting): void {
    const waiting = this.#waiting.get(destination) ?? [];
    const left = waiting.filter((other) => other !== one);
    if (left.length === waiting.length) return;
    this.#keep(destination, left, waiting.length);
    one.reject(new MessageLost());
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    this.#askAgain = false;
    const destinations = [...this.#waiting.keys()];
    const marks = await this.#parts.marks(destinations).catch(() => []); // it is away: we ask again
    marks.forEach((mark, at) => {
      const position = positionOf(mark);
      if (position !== undefined) this.#advanced(destinations[at]!, position);
    });
    this.#asking = false;
    if (this.#askAgain) this.check();
  }

  #advanced(destination: string, through: Position): void {
    const waiting = this.#waiting.get(destination) ?? [];
    const left = waiting.filter((one) => !this.#settled(destination, one, through));
    this.#keep(destination, left, waiting.length);
  }

  #keep(destination: string, left: Waiting[], of: number): void {
    this.#count -= of - left.length;
    if (left.length === 0) this.#waiting.delete(destination);
    else this.#waiting.set(destination, left);
  }

  /** A mark of a later epoch says nothing of an earlier one's end that a promotion has lost; what was not lost came before. */
  #settled(destination: string, { position, resolve, reject }: Waiting, through: Position): boolean {
    if (comparePositions(position, through) > 0) return false;
    if (position.epoch === through.epoch) resolve();
    else
      this.#parts.fate(destination, position).then(
        (is) => (is === 'here' ? resolve() : reject(new MessageLost())),
        () => reject(unavailable('it is away')),
      );
    return true;
  }
}

function positionOf(mark: string | undefined): Position | undefined {
  const [, epoch, seq] = /^(\d{1,16})-(\d{1,16})$/.exec(mark ?? '') ?? [];
  return seq === undefined ? undefined : { epoch: Number(epoch), seq: Number(seq) };
}
