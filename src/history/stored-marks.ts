// Who waits until a message is in the history on disk, and how far it reaches in each destination.
import { comparePositions, type Position } from '../message/position.ts';

/** The mark of so many destinations is remembered while nobody waits there. */
const usualRemembered = 10_000;

type LookUp = (destination: string) => Promise<Position | undefined>;

interface Waiter {
  readonly position: Position;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** The waiters of a destination, mostly in the order of their positions, which is that of the log. */
interface Line {
  waiters: Waiter[];
  /** How many at the begin were answered. */
  answered: number;
}

/**
 * Answers those who wait as the marks advance. A wait costs a promise and a place in a line; nothing is kept of
 * a destination in which nobody waits but its mark, and those only of the destinations that advanced last.
 */
export class StoredMarks {
  readonly #marks = new Map<string, Position>();
  readonly #lines = new Map<string, Line>();
  readonly #remembered: number;
  readonly #lookUp: LookUp | undefined;
  #failure: { readonly reason: unknown } | undefined;

  /** @param lookUp - asked for a mark that is not remembered: the store's last position */
  constructor(lookUp?: LookUp, remembered: number = usualRemembered) {
    this.#lookUp = lookUp;
    this.#remembered = remembered;
  }

  /** In how many destinations somebody waits. */
  get size(): number {
    return this.#lines.size;
  }

  /** How far the history is known to reach. */
  of(destination: string): Position | undefined {
    return this.#marks.get(destination);
  }

  /** Done when all up to the position is stored. */
  waitFor(destination: string, position: Position): Promise<void> {
    const mark = this.#marks.get(destination);
    if (mark !== undefined && comparePositions(position, mark) <= 0) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason);
    const done = new Promise<void>((resolve, reject) => {
      put(this.#lineOf(destination), { position, resolve, reject });
    });
    if (mark === undefined && this.#lookUp !== undefined) this.#ask(destination, this.#lookUp);
    return done;
  }

  /** All up to this position is stored. A mark never goes back. */
  advance(destination: string, position: Position): void {
    const mark = this.#marks.get(destination);
    if (mark !== undefined && comparePositions(position, mark) <= 0) return;
    this.#remember(destination, position);
    const line = this.#lines.get(destination);
    if (line !== undefined && answer(line, position)) this.#lines.delete(destination);
  }

  /** Nothing will be stored any more: all who wait, and who come later, are told why. */
  fail(reason: unknown): void {
    this.#failure = { reason };
    const lines = [...this.#lines.values()];
    this.#lines.clear();
    for (const { waiters, answered } of lines)
      for (let at = answered; at < waiters.length; at++) waiters[at]!.reject(reason);
  }

  #lineOf(destination: string): Line {
    let line = this.#lines.get(destination);
    if (line === undefined) this.#lines.set(destination, (line = { waiters: [], answered: 0 }));
    return line;
  }

  /** Once for each destination in which waiting begins; who cannot be asked leaves it to the next advance. */
  #ask(destination: string, lookUp: LookUp): void {
    if (this.#lineOf(destination).waiters.length > 1) return;
    lookUp(destination).then(
      (position) => position && this.advance(destination, position),
      () => {},
    );
  }

  /** Who advanced last is forgotten last. */
  #remember(destination: string, position: Position): void {
    const known = this.#marks.delete(destination);
    if (!known && this.#marks.size >= this.#remembered)
      for (const oldest of this.#marks.keys()) {
        this.#marks.delete(oldest);
        break;
      }
    this.#marks.set(destination, position);
  }
}

/** Who comes out of order goes to its place. */
function put({ waiters, answered }: Line, waiter: Waiter): void {
  let at = waiters.length;
  while (at > answered && comparePositions(waiters[at - 1]!.position, waiter.position) > 0) at--;
  if (at === waiters.length) waiters.push(waiter);
  else waiters.splice(at, 0, waiter);
}

/** @returns whether nobody waits any more */
function answer(line: Line, mark: Position): boolean {
  const { waiters } = line;
  while (line.answered < waiters.length && comparePositions(waiters[line.answered]!.position, mark) <= 0)
    waiters[line.answered++]!.resolve();
  if (line.answered === waiters.length) return true;
  if (line.answered > 1024 && line.answered * 2 > waiters.length) {
    line.waiters = waiters.slice(line.answered);
    line.answered = 0;
  }
  return false;
}
