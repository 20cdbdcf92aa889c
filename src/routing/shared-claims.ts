// The claims of one node among several: what it knows by itself first, then what all of them know.
import { StompwireError } from '../errors.ts';
import type { Claim, Claims, Outcome } from './claims.ts';

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
    if (here.first !== undefined)
      return { ...here, forget: (outcome) => void this.#forget(key, here, outcome) };
    try {
      return joined(here, await this.#all.claim(key));
    } catch (error) {
      here.free(error);
      throw error;
    }
  }

  /** Who came again here has not asked the others. */
  async #forget(key: string, here: Claim, outcome: Outcome): Promise<void> {
    here.forget(outcome);
    const among = await Promise.resolve(this.#all.claim(key)).catch(() => undefined);
    if (among?.first === undefined) among?.free(new StompwireError('relay-unavailable', 'send it again'));
    else among.forget(outcome);
  }
}

function joined(here: Claim, among: Claim): Claim {
  const forget = (outcome: Outcome): void => {
    here.forget(outcome);
    among.forget(outcome);
  };
  if (among.first !== undefined) {
    among.first.then(here.settle, here.free);
    return { first: among.first, settle: () => {}, free: () => {}, forget };
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
    forget,
  };
}
