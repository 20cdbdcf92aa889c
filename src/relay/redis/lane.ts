// What one partition is to be sent, in order: one call at a time, and what comes meanwhile goes with the next.
import type { Buffer } from 'node:buffer';
import { StompwireError } from '../../errors.ts';
import type { CommitKind } from './commit-script.ts';
import { messageOf, wasNotBegun } from './connection.ts';
import type { Script } from './scripts.ts';

/** What of a call is one message's. */
export interface ParcelParts {
  readonly keys: readonly string[];
  readonly args: readonly (string | Buffer)[];
  readonly bytes: number;
}

/** One message on its way. */
export interface Parcel extends ParcelParts {
  /** When it is refused, in milliseconds of the sweep's clock. */
  readonly deadline: number;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A call holds so many messages, and about so many bytes: Redis does nothing else meanwhile. */
const callCount = 64;
const callBytes = 512 * 1024;

/** How long the answer to the last call is waited for at the end, in milliseconds. */
const lastAnswers = 500;

/** What a lane sends with. */
export interface LaneParts {
  readonly script: Script;
  /** What it brings, as a part of a transaction; none: that is no part of any. */
  readonly kind?: CommitKind | undefined;
  /** What stands before the keys and arguments of the messages. */
  head(): { readonly keys: readonly string[]; readonly args: readonly string[] };
  /** Calls the script; `undefined`: there is no connection. */
  run(
    script: Script,
    keys: readonly string[],
    args: readonly (string | Buffer)[],
  ): Promise<unknown> | undefined;
  /** A call was refused by a server that is not the right one, or not now. */
  misled(error: unknown): void;
  /** Messages have left the lane, answered or refused. */
  freed(count: number, bytes: number): void;
}

/**
 * Order, and nothing twice: only one call is under way, so a call that Redis refused without having begun it can go
 * once more before all others. A call whose answer is lost is never sent again: nobody knows what became of it.
 */
export class Lane {
  readonly #parts: LaneParts;
  #waiting: Parcel[] = [];
  #underWay: readonly Parcel[] = [];
  #idle: (() => void) | undefined;
  readonly #behind = new Map<Parcel, () => void>();

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  get kind(): CommitKind | undefined {
    return this.#parts.kind;
  }

  push(parcel: Parcel): void {
    this.#waiting.push(parcel);
  }

  /** Done when what was pushed so far has been answered or refused. */
  settled(): Promise<void> {
    const last = this.#waiting.at(-1) ?? this.#underWay.at(-1);
    if (last === undefined) return Promise.resolve();
    const before = this.#behind.get(last);
    return new Promise((resolve) => {
      this.#behind.set(last, () => {
        before?.();
        resolve();
      });
    });
  }

  /** Sends what waits, unless something is under way. */
  flush(): void {
    if (this.#underWay.length > 0 || this.#waiting.length === 0) return;
    const parcels = this.#next();
    const { keys, args } = this.#parts.head();
    const allKeys = [...keys];
    const allArgs: (string | Buffer)[] = [...args];
    for (const parcel of parcels) {
      allKeys.push(...parcel.keys);
      allArgs.push(...parcel.args);
    }
    const call = this.#parts.run(this.#parts.script, allKeys, allArgs);
    if (call === undefined) return;
    this.#waiting.splice(0, parcels.length);
    this.#underWay = parcels;
    call.then(
      (answers) => this.#answered(parcels, answers),
      (error: unknown) => this.#failed(parcels, error),
    );
  }

  /** Refuses what has waited too long: what was sent may have been done all the same. */
  sweep(now: number): void {
    let late = 0;
    while (late < this.#waiting.length && this.#waiting[late]!.deadline <= now) late++;
    // nothing is made where nothing is late: there are many lanes, and each is swept ten times a second
    if (late > 0) this.#refuse(this.#waiting.splice(0, late), unavailable('it is away'));
    if (this.#underWay.length > 0 && this.#underWay[0]!.deadline <= now)
      for (const parcel of this.#underWay) parcel.reject(unknownOutcome('no answer in time'));
  }

  /** Refuses what waits; done when what is under way has been answered, or is late. */
  async close(): Promise<void> {
    this.#refuse(this.#waiting.splice(0), unavailable('the relay is closed'));
    if (this.#underWay.length === 0) return;
    let late: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => {
        this.#idle = resolve;
      }),
      new Promise((resolve) => {
        late = setTimeout(resolve, lastAnswers);
      }),
    ]);
    clearTimeout(late);
    for (const parcel of this.#underWay) parcel.reject(unknownOutcome('the relay is closed'));
  }

  #next(): Parcel[] {
    let bytes = 0;
    let count = 0;
    for (const parcel of this.#waiting) {
      if (count === callCount || (count > 0 && bytes + parcel.bytes > callBytes)) break;
      bytes += parcel.bytes;
      count++;
    }
    return this.#waiting.slice(0, count);
  }

  #answered(parcels: readonly Parcel[], answers: unknown): void {
    this.#done(parcels);
    parcels.forEach((parcel, at) => {
      parcel.resolve(Array.isArray(answers) ? answers[at] : undefined);
    });
    this.flush();
  }

  #failed(parcels: readonly Parcel[], error: unknown): void {
    if (wasNotBegun(error)) {
      this.#underWay = [];
      if (this.#idle !== undefined) return this.#closedOn(parcels);
      this.#waiting.unshift(...parcels);
      this.#parts.misled(error);
      return;
    }
    this.#done(parcels);
    const said = refusalOf(error);
    for (const parcel of parcels) parcel.reject(said);
    this.flush();
  }

  #closedOn(parcels: readonly Parcel[]): void {
    this.#refuse(parcels, unavailable('the relay is closed'));
    this.#idle?.();
  }

  #refuse(parcels: readonly Parcel[], error: Error): void {
    for (const parcel of parcels) parcel.reject(error);
    this.#free(parcels);
  }

  #done(parcels: readonly Parcel[]): void {
    this.#underWay = [];
    this.#free(parcels);
    this.#idle?.();
  }

  #behindIs(parcel: Parcel): void {
    this.#behind.get(parcel)?.();
    this.#behind.delete(parcel);
  }

  #free(parcels: readonly Parcel[]): void {
    if (parcels.length === 0) return;
    if (this.#behind.size > 0) for (const parcel of parcels) this.#behindIs(parcel);
    this.#parts.freed(
      parcels.length,
      parcels.reduce((sum, { bytes }) => sum + bytes, 0),
    );
  }
}

const tooFewReplicas =
  'fewer replicas follow Redis than its min-replicas-to-write asks for; it is taken once one is back';

/** What the publisher is told of an error of Redis or of the connection to it. */
function refusalOf(error: unknown): StompwireError {
  const text = messageOf(error);
  if (text.startsWith('OOM')) return unavailable('the memory of Redis is full');
  if (text.startsWith('NOREPLICAS')) return unavailable(tooFewReplicas);
  if (/^(MISCONF|NOPERM|WRONGTYPE)/.test(text)) return unavailable(text);
  if (/^ERR|^-?[A-Z]+ /.test(text)) return unavailable(text);
  return unknownOutcome(text);
}

/** The refusal of a message that was not sent. */
export function unavailable(reason: string): StompwireError {
  return new StompwireError('relay-unavailable', `the broker behind this server cannot take it: ${reason}`);
}

/** What whoever only asked is told of an error: nothing was done, so it can be asked again. */
export function asUnavailable(error: unknown): StompwireError {
  if (error instanceof StompwireError) return error;
  const text = messageOf(error);
  return unavailable(text.startsWith('NOREPLICAS') ? tooFewReplicas : text);
}

function unknownOutcome(reason: string): StompwireError {
  return new StompwireError(
    'relay-unavailable',
    `the broker behind this server was lost (${reason}): whether it took the message is not known`,
  );
}
