// One reader of one destination: where it stands, what comes next, and whether something is missing before that.
import { StompwireError } from '../errors.ts';
import { comparePositions, type Position } from '../message/position.ts';
import type { LogReach } from '../relay/log.ts';
import type { Replay } from './replay.ts';
import type { Replayed, Source } from './replay-pages.ts';

/** Where to begin: behind a position, with the oldest that is kept, or with so many of the newest. */
export type ResumeFrom = Position | 'first' | { readonly last: number };

/** Whether nothing is missing between where somebody resumed and now, as far as can be known. */
export type Resumed = 'complete' | 'gap';

/**
 * Walks a destination from a place to its top, across epochs. Old epochs are replayed as far as they are kept;
 * whoever begins in one is told of a gap, for its end may be lost.
 */
export class ReplayReader {
  readonly #replay: Replay;
  readonly #destination: string;
  #at: Position = { epoch: 0, seq: 0 };
  /** Where the page begins in which we stand, and where it ended when it was full. */
  #start: Position = { epoch: 0, seq: 0 };
  #end: Position | undefined;
  #reach: LogReach | undefined;
  #discontinuity = false;

  constructor(replay: Replay, destination: string) {
    this.#replay = replay;
    this.#destination = destination;
  }

  /** The last message that was passed, or what stands before the first. */
  get at(): Position {
    return this.#at;
  }

  /** Whether something may be missing before the message that comes next. */
  get discontinuity(): boolean {
    return this.#discontinuity;
  }

  /**
   * Takes its place. To be called once live interest is confirmed: whatever is behind the top that is read here
   * comes live.
   *
   * @throws {StompwireError} `bad-resume` for a place in the future
   */
  async begin(from: ResumeFrom): Promise<Resumed> {
    const reach = await this.#replay.reach(this.#destination);
    this.#reach = reach;
    if (from !== 'first' && 'epoch' in from) return this.#beginBehind(from, reach.top);
    if (from !== 'first') this.#at = await this.#before(from.last, reach);
    this.#skipTo(await this.#next(), false);
    return 'complete';
  }

  /**
   * What comes next, without a hole but between epochs; empty when there is nothing more.
   *
   * @throws {StompwireError} `resume-broken` when what should come next is gone
   */
  async read(): Promise<readonly Replayed[]> {
    const entries = await this.#next();
    if (entries.length === 0 && this.#atTop) return [];
    const { epoch } = entries[0]?.position ?? this.#reach!.top;
    if (epoch === this.#at.epoch && !this.#follow(entries)) throw broken(this.#destination, this.#at);
    if (entries.length === 0) this.#skipTo(entries, true);
    return withoutHoles(entries);
  }

  /** Moves on to a message. */
  pass(position: Position): void {
    if (position.epoch !== this.#at.epoch) this.#discontinuity = true;
    this.#at = position;
  }

  /** The client has been told that something may be missing. */
  told(): void {
    this.#discontinuity = false;
  }

  /** Whether a position is the next one. */
  follows({ epoch, seq }: Position): boolean {
    return epoch === this.#at.epoch && seq === this.#at.seq + 1;
  }

  async #beginBehind(from: Position, top: Position): Promise<Resumed> {
    if (comparePositions(from, top) > 0) throw fromTheFuture(from, top);
    this.#at = { epoch: from.epoch, seq: from.seq };
    const entries = await this.#next();
    const whole = entries.length === 0 ? this.#atTop : this.#follow(entries);
    if (!whole) this.#skipTo(entries, true);
    return whole && from.epoch === this.#reach!.top.epoch ? 'complete' : 'gap';
  }

  /** Whether there is nothing ahead, as far as the log was asked. */
  get #atTop(): boolean {
    return comparePositions(this.#at, this.#reach!.top) >= 0;
  }

  #follow([first]: readonly Replayed[]): boolean {
    return first !== undefined && this.follows(first.position);
  }

  /** Goes to where the next messages begin, whatever is missing before them. */
  #skipTo(entries: readonly Replayed[], discontinuity: boolean): void {
    const first = entries[0]?.position;
    if (first !== undefined) this.#at = { epoch: first.epoch, seq: first.seq - 1 };
    else this.#at = this.#reach!.top;
    this.#discontinuity = discontinuity;
  }

  /** The place before the newest messages, in this epoch or in those before it. */
  async #before(count: number, { top }: LogReach): Promise<Position> {
    if (top.seq >= count) return { epoch: top.epoch, seq: top.seq - count };
    return this.#replay.tail(this.#destination, { epoch: top.epoch, seq: 0 }, count - top.seq);
  }

  /** What is there behind us; what the log says of itself is asked again when it does not hold any more. */
  async #next(): Promise<readonly Replayed[]> {
    if (!this.#atTop) {
      const entries = await this.#ahead(this.#reach!);
      if (this.#follow(entries)) return entries;
    }
    this.#reach = await this.#replay.reach(this.#destination);
    return this.#atTop ? [] : this.#ahead(this.#reach);
  }

  async #ahead(reach: LogReach): Promise<readonly Replayed[]> {
    const { epoch } = reach.top;
    if (this.#at.epoch === epoch) return this.#inEpoch(this.#at, reach);
    const { ended = [] } = reach;
    const rest = ended.find((end) => end.epoch === this.#at.epoch && end.seq > this.#at.seq);
    const hot = rest === undefined ? [] : await this.#from('log', this.#at, false, this.#at.seq + 1);
    if (this.#follow(hot)) return hot;
    // the writer may be behind, while there are logs of epochs that have ended
    const kept = await this.#from('store', this.#at, ended.length === 0);
    const left = kept.filter(({ position }) => position.epoch < epoch);
    return left.length > 0 ? left : this.#inLaterEpoch(reach);
  }

  /** Nothing more is stored of earlier epochs: what waits for that is in the log still. */
  async #inLaterEpoch(reach: LogReach): Promise<readonly Replayed[]> {
    const later = (reach.ended ?? []).filter((end) => end.epoch > this.#at.epoch).reverse();
    for (const { epoch } of later) {
      const hot = await this.#from('log', { epoch, seq: 0 }, false);
      if (hot.length > 0) return hot;
    }
    return this.#inEpoch({ epoch: reach.top.epoch, seq: 0 }, reach);
  }

  /** In the epoch that counts now: the hot log as far as it reaches back, before that the history. */
  async #inEpoch(at: Position, { top, oldest }: LogReach): Promise<readonly Replayed[]> {
    if (at.seq >= top.seq) return [];
    if (at.seq + 1 >= oldest) {
      const hot = await this.#from('log', at, false, oldest);
      if (hot.length > 0) return hot;
      // the begin of that page may have left the log meanwhile, and what comes next may not
      const next = await this.#from('log', at, false, at.seq + 1);
      if (next.length > 0) return next;
    }
    const stored = await this.#from('store', at, false);
    const first = stored[0]?.position.seq ?? oldest;
    if (first === at.seq + 1 || first < oldest || oldest > top.seq) return stored;
    return this.#from('log', { epoch: at.epoch, seq: oldest - 1 }, false, oldest);
  }

  async #from(source: Source, at: Position, lasting: boolean, oldest = 1): Promise<readonly Replayed[]> {
    if (source === 'store' && !this.#replay.hasStore) return [];
    const begin = this.#pageBegin(at);
    const start = { epoch: at.epoch, seq: Math.max(begin.seq, oldest - 1) };
    const stretch = await this.#replay.behind(source, this.#destination, at, start, lasting);
    this.#start = stretch.start;
    this.#end = stretch.more ? stretch.entries.at(-1)?.position : undefined;
    return stretch.entries;
  }

  /** Pages are aligned; but one that was cut short has a successor that begins where it ended. */
  #pageBegin(at: Position): Position {
    if (this.#end !== undefined && comparePositions(at, this.#end) === 0) return at;
    const { epoch, seq } = at;
    const aligned = seq - (seq % this.#replay.limits.pageSize);
    const { epoch: here, seq: start } = this.#start;
    return here === epoch && start > aligned && start <= seq ? this.#start : { epoch, seq: aligned };
  }
}

/** As far as the messages of each epoch follow each other: a hole behind that is told when it is reached. */
function withoutHoles(entries: readonly Replayed[]): readonly Replayed[] {
  for (let i = 1; i < entries.length; i++) {
    const [before, { position }] = [entries[i - 1]!.position, entries[i]!];
    if (position.epoch === before.epoch && position.seq !== before.seq + 1) return entries.slice(0, i);
  }
  return entries;
}

function fromTheFuture(from: Position, top: Position): StompwireError {
  return new StompwireError(
    'bad-resume',
    `resume-from names ${from.epoch}-${from.seq}, which is not written yet; the latest is ${top.epoch}-${top.seq}`,
  );
}

function broken(destination: string, at: Position): StompwireError {
  return new StompwireError(
    'resume-broken',
    `'${destination}': what came after ${at.epoch}-${at.seq} is gone; subscribe again`,
  );
}
