// What is remembered over page loads, in a storage that may be full, switched off or not there at all.

/** As much of `localStorage` and `sessionStorage` as is needed. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/** Texts by name. Where they cannot be kept they are forgotten with the page, and nothing else is lost. */
export class Keepsake {
  readonly #storage: TextStorage | undefined;
  readonly #prefix: string;

  /** @param prefix - stands before each name, so that others may use the same storage */
  constructor(storage: TextStorage | undefined, prefix: string) {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  read(name: string): string | undefined {
    try {
      return this.#storage?.getItem(this.#prefix + name) ?? undefined;
    } catch {
      return undefined;
    }
  }

  write(name: string, text: string | undefined): void {
    try {
      if (text === undefined) this.#storage?.removeItem(this.#prefix + name);
      else this.#storage?.setItem(this.#prefix + name, text);
    } catch {
      // Full, or switched off.
    }
  }
}
