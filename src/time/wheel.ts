// One timing wheel for all sessions: connect time-outs, heart-beats, slow clients. No timer per connection.

/** Something to be woken. It stands in at most one place of one wheel; the links are the wheel's own. */
export interface WheelEntry {
  /** When it is due, in the wheel's milliseconds. */
  due: number;
  earlier: WheelEntry | undefined;
  later: WheelEntry | undefined;
  /** Called once, out of the wheel; it may schedule itself again. */
  wake(now: number): void;
}

/** How coarse the wheel is: an entry is woken within this many milliseconds after it is due. */
export const tickMs = 20;
const slots = 512;

/** The head of a slot's ring of entries. */
class Head implements WheelEntry {
  due = 0;
  earlier: WheelEntry = this;
  later: WheelEntry = this;
  wake(): void {}
}

/**
 * A hashed timing wheel [Varghese and Lauck, scheme 6]. Scheduling and cancelling are O(1); an entry that
 * is due after more than one turn of the wheel stays in its slot.
 */
export class TimingWheel {
  /** The time in milliseconds, as of the last tick: what hot paths read instead of a clock. */
  now: number;
  readonly #clock: () => number;
  readonly #slots: Head[] = Array.from({ length: slots }, () => new Head());
  /** The entries of the slot that is being looked at. */
  readonly #round = new Head();
  #timer: NodeJS.Timeout | undefined;
  #tick: number;
  #size = 0;

  /** @param clock - a monotonic clock in milliseconds; a test gives its own and calls {@link advance} */
  constructor(clock: () => number = () => Math.floor(performance.now())) {
    this.#clock = clock;
    this.now = clock();
    this.#tick = Math.floor(this.now / tickMs);
  }

  /** How many entries are scheduled. */
  get size(): number {
    return this.#size;
  }

  /** Wakes an entry at `due`; one that is scheduled already is moved. */
  schedule(entry: WheelEntry, due: number): void {
    if (entry.later !== undefined) this.#takeOut(entry);
    entry.due = due;
    const at = Math.max(Math.ceil(due / tickMs), this.#tick + 1);
    this.#putIn(entry, this.#slots[at % slots]!);
  }

  /** Forgets an entry; harmless when it is not scheduled. */
  cancel(entry: WheelEntry): void {
    if (entry.later !== undefined) this.#takeOut(entry);
  }

  /** Goes on to the clock's time and wakes what is due. */
  advance(): void {
    this.now = this.#clock();
    const until = Math.floor(this.now / tickMs);
    // after a long pause each slot is looked at once, not once per missed tick
    const from = Math.max(this.#tick + 1, until - slots + 1);
    this.#tick = until;
    for (let tick = from; tick <= until; tick++) this.#wakeSlot(this.#slots[tick % slots]!);
  }

  /** Begins to turn. The timer keeps no process alive. */
  start(): void {
    this.advance();
    this.#timer ??= setInterval(() => this.advance(), tickMs).unref();
  }

  /** Stops turning; nobody is woken any more. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Those of a later turn go back to their slot; whatever is woken may schedule or cancel anything. */
  #wakeSlot(head: Head): void {
    const round = this.#round;
    if (head.later === head) return;
    round.later = head.later;
    round.earlier = head.earlier;
    round.later.earlier = round;
    round.earlier.later = round;
    head.later = head;
    head.earlier = head;
    while (round.later !== round) {
      const entry = round.later;
      this.#takeOut(entry);
      if (entry.due <= this.now) entry.wake(this.now);
      else this.#putIn(entry, head);
    }
  }

  #putIn(entry: WheelEntry, head: Head): void {
    entry.earlier = head.earlier;
    entry.later = head;
    head.earlier.later = entry;
    head.earlier = entry;
    this.#size++;
  }

  #takeOut(entry: WheelEntry): void {
    entry.earlier!.later = entry.later;
    entry.later!.earlier = entry.earlier;
    entry.earlier = undefined;
    entry.later = undefined;
    this.#size--;
  }
}
