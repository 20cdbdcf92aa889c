// The claims of one node among several: what it knows by itself first, then what all of them know.
import type { Claim, Claims } from './claims.ts';

/** Asks the others for what came here for the first time; so those who come again to one node cost nothing. */
export class SharedClaims implements Claims {
  readonly #here: Claims;
  readonly #all: Claims;

  constructor(here: Claims, all: Claims) {
    this.#here = here;
    this.#all = all;
  }

  async claim(key: string): Promise<Claim> {
    const here = await this.#here.claim(key);
    if (here.first !== undefined) return here;
    try {
      return joined(here, await this.#all.claim(key));
    } catch (error) {
      here.free(error);
      throw error;
    }
  }
}

function joined(here: Claim, among: Claim): Claim {
  if (among.first !== undefined) {
    among.first.then(here.settle, here.free);
    return { first: among.first, settle: () => {}, free: () => {} };
  }
  return {
    first: undefined,
    settle: (outcome) => {
      here.settle(outcome);
      among.settle(outcome);
    },
    free: (error) => {
      here.free(error);
      among.free(error);
    },
  };
}
