// How high a long list is, and what of it stands where: measured where it was seen, guessed where not.

export class Heights {
  readonly #measured = new Map<string, number>();
  readonly #guess: number;
  #keys: readonly string[] = [];
  #places = new Map<string, number>();
  #tops = new Float64Array(1);
  #isStale = false;

  /** @param guess - of an item that was not seen yet, in pixels */
  constructor(guess: number) {
    this.#guess = guess;
  }

  /** The items of the list, in order; what is known of those that stay holds. */
  set(keys: readonly string[]): void {
    this.#keys = keys;
    this.#places = new Map(keys.map((key, at) => [key, at]));
    this.#isStale = true;
  }

  /** Another list: nothing that was measured holds. */
  forget(): void {
    this.#measured.clear();
  }

  /** @returns whether that is another height than was known, or guessed */
  measure(key: string, height: number): boolean {
    if (Math.abs(this.#heightOf(key) - height) < 0.5) return false;
    this.#measured.set(key, height);
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
    return this.#places.get(key);
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

  #heightOf(key: string): number {
    return this.#measured.get(key) ?? this.#guess;
  }

  #add(): void {
    this.#isStale = false;
    this.#tops = new Float64Array(this.#keys.length + 1);
    let top = 0;
    this.#keys.forEach((key, at) => {
      top += this.#heightOf(key);
      this.#tops[at + 1] = top;
    });
  }
}
