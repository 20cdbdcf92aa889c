// Runs programs against a broker and against us, and holds what they observed against each other.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Differences } from './differences.ts';
import { type BrokerPlace, type Observed, type Program, Stage } from './stage.ts';

/** Both sides, and what is known of them. */
export class Comparison {
  readonly #there: BrokerPlace;
  readonly #here: BrokerPlace;
  readonly #known: Differences;
  readonly #left = new Set<string>();
  #runs = 0;

  constructor(there: BrokerPlace, here: BrokerPlace, known: Differences) {
    this.#there = there;
    this.#here = here;
    this.#known = known;
  }

  /** Fails where clients see something else, but for what is known; and where that is not so any more. */
  async compare(name: string, program: Program, over: 'tcp' | 'webSocket' = 'tcp'): Promise<void> {
    const there = await this.#observe(this.#there, program, over);
    const here = await this.#observe(this.#here, program, over);
    const known = this.#known.programs.find((one) => one.program === name);
    if (known === undefined) return expect(here).toEqual(there);
    expect({ there, here }).toEqual({ there: known.there, here: known.here });
    expect(known.here).not.toEqual(known.there);
  }

  /** Headers that are said to differ, and that nobody saw. */
  get unseenHeaders(): string[] {
    return this.#known.headers.map(({ header }) => header).filter((header) => !this.#left.has(header));
  }

  async #observe(place: BrokerPlace, program: Program, over: 'tcp' | 'webSocket'): Promise<Observed> {
    const ignored = new Set(this.#known.headers.map(({ header }) => header));
    const word = `w${process.pid.toString(36)}x${(this.#runs++).toString(36)}`;
    const stage = new Stage(place, over, ignored, word, this.#left);
    try {
      return await program(stage);
    } finally {
      stage.drop();
    }
  }
}

/** Differences that docs/compat.md does not tell of. */
export function untoldDifferences({ headers, programs }: Differences): string[] {
  const page = readFileSync('docs/compat.md', 'utf8');
  return [...headers, ...programs]
    .map(({ reason }) => reason)
    .filter((reason) => !page.includes(`\n- ${reason}`));
}

/** Differences that name no program. */
export function strayDifferences({ programs }: Differences, names: readonly string[]): string[] {
  return programs.map(({ program }) => program).filter((program) => !names.includes(program));
}
