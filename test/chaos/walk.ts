// Walks along what one client saw of a room, and tells where the room's order was broken for it.
import type { Seen, SeenMessage, Sending, Terms, Tick, View } from './history.ts';
import { nameOf, type Place, type RoomLog } from './room-log.ts';

/** What a walk counts beside the faults. */
export interface WalkFigures {
  messages: number;
  resumes: number;
  /** Gaps that were told, and so are none. */
  toldGaps: number;
  /** Those of them whose messages the history got later. */
  lateGaps: number;
}

/** When the sendings of a room were sent and receipted, by their text. */
export type Times = ReadonlyMap<string, Pick<Sending, 'begun' | 'receipted'>>;

export class Walk {
  readonly figures: WalkFigures = { messages: 0, resumes: 0, toldGaps: 0, lateGaps: 0 };
  readonly #view: View;
  readonly #log: RoomLog;
  readonly #terms: Terms;
  readonly #times: Times;
  readonly #heard = new Set<Place>();
  #last: Place | undefined;
  #from: string | undefined;
  #asked: Tick = 0;
  #open: 'no' | 'asked' | 'answered' = 'no';
  #answer: string | undefined;
  #answeredAt: Tick = 0;
  #latest: number | undefined;

  constructor(view: View, log: RoomLog, times: Times, terms: Terms) {
    this.#view = view;
    this.#log = log;
    this.#times = times;
    this.#terms = terms;
  }

  /** Goes to the end, where everything must have been heard. */
  run(): WalkFigures {
    for (const one of this.#view.seen) this.#step(one);
    const top = this.#log.order.at(-1);
    if (top !== undefined && this.#last !== top && this.#owed(top))
      this.#tell('gap', `heard nothing behind ${this.#at()}, the room ends at ${nameOf(top)}`);
    return this.figures;
  }

  #step(one: Seen): void {
    if (one.kind === 'asked') this.#ask(one.from, one.tick);
    else if (one.kind === 'answered') this.#answered(one.resume, one.tick);
    else if (one.kind === 'message') this.#message(one);
    else {
      this.#open = 'no';
      if (one.kind === 'refused' && !this.#terms.refusals?.includes(one.why))
        this.#tell('refused', `${this.#from ?? 'no position'}: ${one.why}`);
    }
  }

  #ask(from: string | undefined, tick: Tick): void {
    this.#open = 'asked';
    this.#from = from;
    this.#asked = tick;
    this.#answer = undefined;
    this.#latest = undefined;
    if (from !== undefined) this.figures.resumes++;
  }

  #answered(resume: string | undefined, tick: Tick): void {
    this.#open = 'answered';
    this.#answer = resume;
    this.#answeredAt = tick;
    this.#latest = undefined;
    const expected = this.#from === undefined ? resume === undefined : /^(complete|gap)$/.test(`${resume}`);
    if (!expected) this.#tell('false-answer', `resume:${resume} to resume-from:${this.#from}`);
    if (resume === 'gap' && this.#terms.gaps === 'never')
      this.#tell('gap', `told of a gap behind ${this.#from}`);
  }

  #message(message: SeenMessage): void {
    const place = this.#log.placeOf(message.id);
    if (place === undefined) return;
    this.figures.messages++;
    // whoever resumes is told first from where; whoever only listens may hear before that
    if (this.#open !== 'answered' && (this.#from !== undefined || !this.#isAnsweredLater(message)))
      this.#tell('false-answer', `${nameOf(place)} came before the RECEIPT of its SUBSCRIBE`);
    if (this.#last === undefined) this.#first(place, message);
    else if (place.rank <= this.#last.rank) this.#backwards(place);
    else if (!follows(this.#last, place)) this.#jump(place, message);
    this.#heard.add(place);
    if (this.#last === undefined || place.rank > this.#last.rank) this.#last = place;
  }

  #isAnsweredLater(message: SeenMessage): boolean {
    const { seen } = this.#view;
    const next = seen.slice(seen.indexOf(message)).find(({ kind }) => kind !== 'message');
    return next !== undefined && next.kind !== 'asked';
  }

  #backwards(place: Place): void {
    const kind = this.#heard.has(place) ? 'duplicate' : 'reorder';
    this.#tell(kind, `${nameOf(place)} came behind ${this.#at()}`);
  }

  /** Nothing was heard before: it may begin anywhere that leaves nothing out which it has a right to. */
  #first(place: Place, { discontinuity }: SeenMessage): void {
    const missed = this.#log.order.slice(0, place.rank).find((one) => this.#owed(one));
    if (missed === undefined) return;
    if (discontinuity && this.#answer === 'gap') this.#told(missed, place);
    else this.#tell('gap', `began at ${nameOf(place)} and had a right to ${nameOf(missed)}`);
  }

  #jump(place: Place, { discontinuity }: SeenMessage): void {
    if (!discontinuity) return this.#tell('gap', `${nameOf(place)} came behind ${this.#at()}, untold`);
    if (this.#answer === 'complete' && this.#wasThere(place) && this.#goesOn(place))
      this.#tell('false-answer', `resume:complete, and ${nameOf(place)} came behind ${this.#at()}`);
    this.#told(this.#log.order[this.#last!.rank + 1]!, place);
  }

  #told(missed: Place, place: Place): void {
    this.figures.toldGaps++;
    if (this.#terms.gaps === 'never') this.#tell('gap', `told, from ${nameOf(missed)} to ${nameOf(place)}`);
    const kept = this.#log.order.slice(missed.rank, place.rank).find(({ stored }) => stored);
    // whoever only listens is told that there is more, and has to ask for it
    if (kept === undefined) return;
    this.figures.lateGaps++;
    if (this.#from !== undefined)
      this.#tell(
        'skipped',
        `${nameOf(kept)} is in the store, and a gap was told up to ${nameOf(place)} (from ${this.#from})`,
      );
  }

  /** Whether a client that has heard nothing yet must hear of it. */
  #owed(place: Place): boolean {
    if (this.#log.mayBeLost(place, this.#terms)) return false;
    if (this.#last !== undefined || this.#open === 'no' || this.#from === 'first') return true;
    const count = Number(/^last-(\d+)$/.exec(`${this.#from}`)?.[1] ?? 0);
    return place.rank > this.#latestThen() - count;
  }

  /** The rank of the latest message that can have been in the log when the client was answered. */
  #latestThen(): number {
    const begun = ({ text }: Place): number => this.#times.get(text)?.begun ?? 0;
    const until = this.#open === 'answered' ? this.#answeredAt : Number.POSITIVE_INFINITY;
    this.#latest ??= this.#log.order.findLast((place) => begun(place) < until)?.rank ?? -1;
    return this.#latest;
  }

  /** Whether an answer of `complete` rules a jump to it out: over several epochs `first` and `last-N` have no such meaning. */
  #goesOn({ epoch }: Place): boolean {
    return epoch === this.#last?.epoch || !/^(first|last-\d+)$/.test(`${this.#from}`);
  }

  #wasThere({ text }: Place): boolean {
    const receipted = this.#times.get(text)?.receipted;
    return receipted !== undefined && receipted < this.#asked;
  }

  #at(): string {
    return this.#last === undefined ? 'the begin' : nameOf(this.#last);
  }

  #tell(kind: Parameters<RoomLog['tell']>[0], what: string): void {
    this.#log.tell(kind, `client ${this.#view.client}: ${what}`);
  }
}

const follows = (last: Place, next: Place): boolean => next.epoch === last.epoch && next.seq === last.seq + 1;
