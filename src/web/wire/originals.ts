// Messages that others answer and that stand far before what is shown: each is asked for once.
import type { Happening } from '../model/state.ts';
import type { Api } from './api.ts';
import { ApiProblem } from './api-problem.ts';

/** So many are asked for at a time. */
const AT_ONCE = 4;

export class Originals {
  readonly #api: Pick<Api, 'one'>;
  readonly #happen: (happening: Happening) => void;
  readonly #known = new Set<string>();
  readonly #waiting: (() => Promise<void>)[] = [];
  /** What the service did not answer: it says nothing of whether that is there. */
  #unanswered: (() => void)[] = [];
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
      try {
        const message = await this.#api.one(roomId, messageId);
        this.#happen({ type: 'original-came', roomId, messageId, message });
      } catch (error) {
        if (error instanceof ApiProblem)
          this.#happen({ type: 'original-came', roomId, messageId, message: undefined });
        else {
          this.#known.delete(key);
          this.#unanswered.push(() => this.ask(roomId, messageId));
        }
      }
    });
    this.#next();
  }

  /** The service can be reached again. */
  again(): void {
    const unanswered = this.#unanswered;
    this.#unanswered = [];
    for (const ask of unanswered) ask();
  }

  /** Nobody is signed in any more. */
  end(): void {
    this.#waiting.length = 0;
    this.#unanswered = [];
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
