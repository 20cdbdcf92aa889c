// What waits in a queue: by priority, then in the order in which it came, also when it comes back.

/** One that waits. `order` is unique in its line and grows. */
export interface Waiting {
  readonly order: number;
  /** 0 to 9; higher ones go first. */
  readonly priority: number;
  readonly bytes: number;
}

/** One priority: an array whose front is taken off by moving a mark. */
class Lane<W extends Waiting> {
  #items: (W | undefined)[] = [];
  #front = 0;

  get length(): number {
    return this.#items.length - this.#front;
  }

  get first(): W | undefined {
    return this.#items[this.#front];
  }

  push(item: W): void {
    this.#items.push(item);
  }

  shift(): W | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#front];
    this.#items[this.#front++] = undefined;
    if (this.#front > 64 && this.#front * 2 > this.#items.length) this.#compact();
    return item;
  }

  /** Puts an item back before all that came later: it was at the front not long ago. */
  putBack(item: W): void {
    let at = this.#front;
    while (at < this.#items.length && this.#items[at]!.order < item.order) at++;
    if (at === this.#front && at > 0) this.#items[--this.#front] = item;
    else this.#items.splice(at, 0, item);
  }

  /** Takes out all that fit. */
  take(fits: (item: W) => boolean): W[] {
    const kept: W[] = [];
    const taken: W[] = [];
    for (let at = this.#front; at < this.#items.length; at++) {
      const item = this.#items[at]!;
      (fits(item) ? taken : kept).push(item);
    }
    if (taken.length > 0) {
      this.#items = kept;
      this.#front = 0;
    }
    return taken;
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#front);
    this.#front = 0;
  }
}

/** The line of one queue; knows how many wait and how many bytes they are. */
export class WaitingLine<W extends Waiting> {
  /** By priority; most queues have one. */
  readonly #lanes: (Lane<W> | undefined)[] = [];
  #length = 0;
  #bytes = 0;

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds one at the end of its priority. */
  push(item: W): void {
    this.#lane(item).push(item);
    this.#counted(item);
  }

  /** Puts one back in its old place. */
  putBack(item: W): void {
    this.#lane(item).putBack(item);
    this.#counted(item);
  }

  /** Takes the one whose turn it is. */
  shift(): W | undefined {
    for (let priority = this.#lanes.length - 1; priority >= 0; priority--) {
      const item = this.#lanes[priority]?.shift();
      if (item !== undefined) return this.#gone(item);
    }
    return undefined;
  }

  /** Takes the one that has waited longest, of the lowest priority: it is missed least. */
  drop(): W | undefined {
    const item = this.#lanes.find((lane) => lane !== undefined && lane.length > 0)?.shift();
    return item === undefined ? undefined : this.#gone(item);
  }

  /** Takes out all that fit, wherever they stand. */
  take(fits: (item: W) => boolean): readonly W[] {
    const taken = this.#lanes.flatMap((lane) => lane?.take(fits) ?? []);
    for (const item of taken) this.#gone(item);
    return taken;
  }

  #lane(item: W): Lane<W> {
    return (this.#lanes[item.priority] ??= new Lane());
  }

  #counted(item: W): void {
    this.#length++;
    this.#bytes += item.bytes;
  }

  #gone(item: W): W {
    this.#length--;
    this.#bytes -= item.bytes;
    return item;
  }
}
