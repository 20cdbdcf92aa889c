// One COMMIT on its way to Redis: what its steps begin is gathered here, and goes as one.
import type { Buffer } from 'node:buffer';
import { StompwireError } from '../../errors.ts';
import type { CommitKind } from './commit-script.ts';
import type { ParcelParts } from './lane.ts';
import type { Partition } from './partition.ts';

/** One part of it. */
interface Part {
  readonly kind: CommitKind;
  readonly parcel: ParcelParts;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** What is done when the rest is done. */
interface Later {
  act(): void;
  undone(error: Error): void;
}

/** The parts of a transaction, all of one partition. */
export class Commit {
  readonly #parts: Part[] = [];
  readonly #later: Later[] = [];
  readonly #lost: (lost: readonly Buffer[]) => void;
  #partition: Partition | undefined;
  #apart = false;

  /** @param lost - hears why, and what, queues have lost although nothing was done */
  constructor(lost: (lost: readonly Buffer[]) => void) {
    this.#lost = lost;
  }

  /** Where it is done; none: nothing of it is Redis's. */
  get partition(): Partition | undefined {
    return this.#partition;
  }

  /** Takes what would be sent alone; done when all of it is. */
  add(partition: Partition, kind: CommitKind, parcel: ParcelParts): Promise<unknown> {
    this.#partition ??= partition;
    this.#apart ||= this.#partition !== partition;
    return new Promise((resolve, reject) => this.#parts.push({ kind, parcel, resolve, reject }));
  }

  /** Something that is done in steps of its own, behind it. */
  later(act: () => void, undone: (error: Error) => void): void {
    this.#later.push({ act, undone });
  }

  /** What is said to the script. @throws {StompwireError} `transaction-too-wide` */
  get parcel(): ParcelParts {
    if (this.#apart)
      throw new StompwireError(
        'transaction-too-wide',
        'what it does lies in different partitions: COMMIT that one by one',
      );
    const args: (string | Buffer)[] = [String(this.#parts.length)];
    for (const { kind, parcel } of this.#parts) args.push(kind, ...parcel.args);
    return {
      keys: this.#parts.flatMap(({ parcel }) => parcel.keys),
      args,
      bytes: this.#parts.reduce((sum, { parcel }) => sum + parcel.bytes, 0),
    };
  }

  /** The rest is done: what stands behind it follows. */
  goOn(): void {
    for (const { act } of this.#later) act();
  }

  /** @returns whether it was done */
  answered([done, ...answers]: readonly unknown[]): boolean {
    if (Number(done) === 1) {
      for (const [at, part] of this.#parts.entries()) part.resolve(answers[at]);
      this.goOn();
      return true;
    }
    const [at, why, lost] = answers;
    this.#lost(lost as readonly Buffer[]);
    const guilty = this.#parts.splice(Number(at), 1);
    for (const part of guilty) part.resolve(why);
    // what the guilty one says is what the client is to be told: it comes first
    const error = new StompwireError('relay-unavailable', 'the transaction was refused');
    setImmediate(() => this.refuse(error));
    return false;
  }

  /** Nothing of it was done, or nobody knows. */
  refuse(error: Error): void {
    for (const part of this.#parts) part.reject(error);
    for (const { undone } of this.#later) undone(error);
  }
}
