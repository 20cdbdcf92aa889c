// How high a long list is, and what of it stands where: measured where it was seen, guessed where not.

export class Heights {
  readonly #measured = new Map<string, number>();
  readonly #guess: number;
  #keys: readonly string[] = [];
  /** By place, of each item; and where each begins, the end of the list behind the last. */
  #heights = new Float64Array(0);
  #tops = new Float64Array(1);
  #isStale = false;

  /** @param guess - of an item that was not seen yet, in pixels */
  constructor(guess: number) {
    this.#guess = guess;
  }

  /** The items of the list, in order; what is known of those that stay holds. */
  set(keys: readonly string[]): void {
    const [before, heights] = [this.#keys, this.#heights];
    const shift = keys.length - before.length;
    // most items stand where they stood, from the beginning or from the end: of ten thousand few are looked up
    this.#heights = Float64Array.from(keys, (key, at) => {
      if (before[at] === key) return heights[at] ?? this.#guess;
      if (before[at - shift] === key) return heights[at - shift] ?? this.#guess;
      return this.#measured.get(key) ?? this.#guess;
    });
    this.#keys = keys;
    this.#isStale = true;
  }

  /** Another list: nothing that was measured holds. */
  forget(): void {
    this.#measured.clear();
    this.#keys = [];
  }

  /** @returns whether that is another height than was known, or guessed */
  measure(at: number, height: number): boolean {
    const key = this.#keys[at];
    if (key === undefined || Math.abs((this.#heights[at] ?? 0) - height) < 0.5) return false;
    this.#measured.set(key, height);
    this.#heights[at] = height;
    this.#isStale = true;
    return true;
  }

  get total(): number {
    return this.top(this.#keys.length);
  }

  /** Where an item begins; that after the last: where the list ends. */
  top(at: number): number {
    if (this.#isStale) this.#add();
    return this.#tops[at] ?? 0;
  }

  placeOf(key: string): number | undefined {
    const at = this.#keys.indexOf(key);
    return at < 0 ? undefined : at;
  }

  /** The item that stands at a height. */
  at(y: number): number {
    if (this.#isStale) this.#add();
    let [low, high] = [0, Math.max(0, this.#keys.length - 1)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#tops[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The items that stand, in part or whole, between two heights: from one up to, and without, another. */
  between(from: number, to: number): { readonly from: number; readonly to: number } {
    if (this.#keys.length === 0) return { from: 0, to: 0 };
    return { from: this.at(from), to: this.at(to) + 1 };
  }

  #add(): void {
    this.#isStale = false;
    const count = this.#keys.length;
    if (this.#tops.length !== count + 1) this.#tops = new Float64Array(count + 1);
    let top = 0;
    for (let at = 0; at < count; at++) {
      top += this.#heights[at] ?? 0;
      this.#tops[at + 1] = top;
    }
  }
}
