// Who waits until the history has a message: asked whenever the writer tells of an advance, and now and then.
import { comparePositions, type Position } from '../../message/position.ts';
import { MessageLost } from '../log.ts';
import { unavailable } from './lane.ts';

interface Waiting {
  readonly position: Position;
  resolve(): void;
  reject(error: Error): void;
}

/** So many may wait in one partition. */
const most = 20_000;

/** The waits of one partition. */
export class StoredWaits {
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #has: (destination: string, position: Position) => Promise<boolean>;
  readonly #marks: (destinations: readonly string[]) => Promise<readonly (string | undefined)[]>;
  #count = 0;
  #asking = false;
  #askAgain = false;

  /**
   * @param marks - through which positions destinations are stored, as Redis has it
   * @param has - whether Redis has had a message, or a promotion lost it
   */
  constructor(
    marks: (destinations: readonly string[]) => Promise<readonly (string | undefined)[]>,
    has: (destination: string, position: Position) => Promise<boolean>,
  ) {
    this.#marks = marks;
    this.#has = has;
  }

  wait(destination: string, position: Position): Promise<void> {
    if (this.#count >= most) return Promise.reject(unavailable('too many wait for the history'));
    return new Promise((resolve, reject) => {
      let waiting = this.#waiting.get(destination);
      if (waiting === undefined) this.#waiting.set(destination, (waiting = []));
      waiting.push({ position, resolve, reject });
      this.#count++;
      this.check();
    });
  }

  /** Looks whether the history has got further. */
  check(): void {
    if (this.#asking) this.#askAgain = true;
    else if (this.#count > 0) void this.#ask();
  }

  close(): void {
    for (const waiting of this.#waiting.values())
      for (const { reject } of waiting) reject(unavailable('the relay is closed'));
    this.#waiting.clear();
    this.#count = 0;
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    this.#askAgain = false;
    const destinations = [...this.#waiting.keys()];
    const marks = await this.#marks(destinations).catch(() => []); // it is away: we ask again
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
    this.#count -= waiting.length - left.length;
    if (left.length === 0) this.#waiting.delete(destination);
    else this.#waiting.set(destination, left);
  }

  /** A mark of a later epoch says nothing of an earlier one's end that a promotion has lost; what was not lost came before. */
  #settled(destination: string, { position, resolve, reject }: Waiting, through: Position): boolean {
    if (comparePositions(position, through) > 0) return false;
    if (position.epoch === through.epoch) resolve();
    else
      this.#has(destination, position).then(
        (has) => (has ? resolve() : reject(new MessageLost())),
        () => reject(unavailable('it is away')),
      );
    return true;
  }
}

function positionOf(mark: string | undefined): Position | undefined {
  const [, epoch, seq] = /^(\d{1,16})-(\d{1,16})$/.exec(mark ?? '') ?? [];
  return seq === undefined ? undefined : { epoch: Number(epoch), seq: Number(seq) };
}
