// Plain messages that came on their own channel, and come again on that of all.

/** So many ids are kept. */
const most = 10_000;

/** Ids of messages that are to come a second time. */
export class Twice {
  readonly #ids = new Set<string>();

  add(id: string): void {
    if (this.#ids.size >= most) this.#ids.clear();
    this.#ids.add(id);
  }

  /** @returns whether it came before */
  delete(id: string): boolean {
    return this.#ids.delete(id);
  }

  clear(): void {
    this.#ids.clear();
  }
}
