// Runs of a log over a MongoDB: whose epoch it is, and how far each destination came.
import type { Db } from 'mongodb';
import { comparePositions, type Position } from '../../../message/position.ts';
import type { LogRecord } from '../../../message/record.ts';
import { stateIn, topsIn } from './schema.ts';

/** So many tops wait in memory. */
const mostWaiting = 10_000;

interface Written {
  readonly record: LogRecord;
}

/** The run of this process, if it has one. */
export class Run {
  readonly #db: Db;
  readonly #now: () => number;
  /** The latest positions that this process has stored, for a run that may go on in their epoch. */
  readonly #tops = new Map<string, Position>();
  #epoch: number | undefined;
  #highest = 0;

  constructor(db: Db, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** A run after one that ended goes on in its epoch; one beside or after a crash counts in a new one. */
  async begin(): Promise<{ readonly epoch: number; readonly sure: number }> {
    const next = { $max: [this.#now(), { $add: [{ $max: ['$epoch', '$highest', 0] }, 1] }] };
    const run = await stateIn(this.#db).findOneAndUpdate(
      { _id: 'run' },
      [{ $set: { epoch: { $cond: [{ $eq: ['$ended', true] }, '$epoch', next] }, ended: false } }],
      { upsert: true, returnDocument: 'after' },
    );
    this.#epoch = run!.epoch!;
    await topsIn(this.#db).deleteMany({ 'position.epoch': { $lt: this.#epoch } });
    return { epoch: this.#epoch, sure: this.#epoch };
  }

  /** Only the run that was begun here is ended: another process may have begun one since. */
  async end(): Promise<void> {
    if (this.#epoch === undefined) return;
    await this.keepTops();
    const mine = { _id: 'run', epoch: this.#epoch } as const;
    await stateIn(this.#db).findOneAndUpdate(mine, { $set: { ended: true } });
    this.#epoch = undefined;
  }

  /** Before records are stored: no run may ever begin with an epoch that they have. */
  async reaching(records: readonly Written[]): Promise<void> {
    const highest = records.reduce((most, { record }) => Math.max(most, record.epoch), 0);
    if (highest <= this.#highest) return;
    await stateIn(this.#db).findOneAndUpdate({ _id: 'run' }, { $max: { highest } }, { upsert: true });
    this.#highest = highest;
  }

  /** After they were: their positions stay known when retention has taken them. */
  async reached(records: readonly Written[]): Promise<void> {
    for (const { record } of records) this.#reach(record);
    if (this.#tops.size > mostWaiting) await this.keepTops();
  }

  /** The latest position of a destination that is known beside its messages. */
  async topOf(destination: string): Promise<Position | undefined> {
    const kept = (await topsIn(this.#db).findOne({ _id: destination }))?.position;
    return later(kept, this.#tops.get(destination));
  }

  #reach({ destination, epoch, seq }: LogRecord): void {
    const known = this.#tops.get(destination);
    if (known === undefined || comparePositions(known, { epoch, seq }) < 0)
      this.#tops.set(destination, { epoch, seq });
  }

  /** Puts the latest positions where the next process finds them. */
  async keepTops(): Promise<void> {
    if (this.#tops.size === 0) return;
    const kept = [...this.#tops];
    await topsIn(this.#db).bulkWrite(
      kept.map(([destination, position]) => ({
        // subdocuments compare by their fields in order: the epoch, then the seq
        updateOne: { filter: { _id: destination }, update: { $max: { position } }, upsert: true },
      })),
      { ordered: false },
    );
    for (const [destination, position] of kept)
      if (this.#tops.get(destination) === position) this.#tops.delete(destination);
  }
}

/** The later one of two positions. */
export function later(one: Position | undefined, other: Position | undefined): Position | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return comparePositions(one, other) < 0 ? other : one;
}
