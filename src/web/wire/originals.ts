// Messages that others answer and that stand far before what is shown: each is asked for once.
import type { Happening } from '../model/state.ts';
import type { Api } from './api.ts';

/** So many are asked for at a time. */
const AT_ONCE = 4;

export class Originals {
  readonly #api: Pick<Api, 'one'>;
  readonly #happen: (happening: Happening) => void;
  readonly #known = new Set<string>();
  readonly #waiting: (() => Promise<void>)[] = [];
  #asking = 0;

  /** @param happen - hears of each, also that it is not to be had */
  constructor(api: Pick<Api, 'one'>, happen: (happening: Happening) => void) {
    this.#api = api;
    this.#happen = happen;
  }

  ask(roomId: string, messageId: string): void {
    const key = `${roomId} ${messageId}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#waiting.push(async () => {
      const message = await this.#api.one(roomId, messageId).catch(() => undefined);
      this.#happen({ type: 'original-came', roomId, messageId, message });
    });
    this.#next();
  }

  /** Nobody is signed in any more. */
  end(): void {
    this.#waiting.length = 0;
  }

  #next(): void {
    const ask = this.#asking < AT_ONCE ? this.#waiting.shift() : undefined;
    if (ask === undefined) return;
    this.#asking++;
    void ask().then(() => {
      this.#asking--;
      this.#next();
    });
  }
}
