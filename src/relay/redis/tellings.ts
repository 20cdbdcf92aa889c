// What Redis is to be told of the messages that it gave to a queue of this node, until it has answered.
import type { Held } from './queue-takers.ts';

/** One message. */
interface Told {
  readonly held: Held;
  /** Whether it was told before, and the answer lost. */
  again: boolean;
  /** @param known - whether it was this node's still */
  done(known: boolean): void;
}

interface GivenBack extends Told {
  /** Whether the delivery counts. */
  readonly counts: boolean;
}

/** What is told in one turn. */
export interface Telling {
  /** As arguments of the script. */
  readonly args: readonly string[];
  /**
   * Per message 1: done; 0: somebody else has it now; 2: it is gone, by us when it was told twice.
   *
   * @param each - hears of each message before who waits for it does
   */
  answered(codes: string, backCodes: string, each: (held: Held) => void): void;
  /** @param begun - whether it may have been done all the same */
  failed(begun: boolean): void;
}

/** What a turn says, as arguments of the script behind the head; and what is done with the answer. */
export interface Turn {
  readonly args: readonly string[];
  answered(reply: unknown): void;
  /** @param begun - whether it may have been done all the same */
  failed(begun: boolean): void;
}

/** A turn says so much: Redis does nothing else meanwhile. */
const most = 500;

/** What was acknowledged and given back, in order. */
export class Tellings {
  #acknowledged: Told[] = [];
  #back: GivenBack[] = [];

  get empty(): boolean {
    return this.#acknowledged.length + this.#back.length === 0;
  }

  acknowledge(held: Held, done: (known: boolean) => void): void {
    this.#acknowledged.push({ held, again: false, done });
  }

  /** @param counts - whether the delivery counts */
  giveBack(held: Held, counts: boolean, done: (known: boolean) => void): void {
    this.#back.push({ held, counts, again: false, done });
  }

  /** Nobody asks any more. */
  end(): void {
    for (const { done } of [...this.#acknowledged.splice(0), ...this.#back.splice(0)]) done(false);
  }

  /** What is to be told now. */
  next(): Telling {
    const acknowledged = this.#acknowledged.splice(0, most);
    const back = this.#back.splice(0, most);
    return {
      args: said(acknowledged, back),
      answered: (codes, backCodes, each) => {
        settle(acknowledged, codes, each);
        settle(back, backCodes, each);
      },
      failed: (begun) => {
        for (const told of [...acknowledged, ...back]) told.again ||= begun;
        this.#acknowledged.unshift(...acknowledged);
        this.#back.unshift(...back);
      },
    };
  }
}

function settle(told: readonly Told[], codes: string, each: (held: Held) => void): void {
  told.forEach(({ held, again, done }, at) => {
    each(held);
    done(codes[at] === '1' || (codes[at] === '2' && again));
  });
}

function said(acknowledged: readonly Told[], back: readonly GivenBack[]): string[] {
  const args = [String(acknowledged.length)];
  for (const { held } of acknowledged) args.push(held.order, held.claim);
  args.push(String(back.length));
  for (const { held, counts } of back) args.push(held.order, held.claim, counts ? '1' : '0');
  return args;
}
