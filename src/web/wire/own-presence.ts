// Tells the service whether somebody is at the page: whoever only reads sends nothing else, and would pass for away.
import type { StompwireClient } from '../../client/index.ts';
import type { ChatState } from '../model/state.ts';
import type { WireConfig } from './config.ts';

/** So often at most it is said, in the time after which the service takes who is silent for away, that somebody is there. */
const SAID_PER_TIME = 5;

export class OwnPresence {
  readonly #client: StompwireClient;
  readonly #config: WireConfig;
  readonly #now: () => number;
  /** What the service takes this connection for, silence apart. */
  #said: 'online' | 'away' | undefined;
  #saidAt = 0;
  /** What was said and not confirmed: it is said once more on the next connection. */
  #unconfirmed = 0;

  constructor(client: StompwireClient, config: WireConfig, now: () => number) {
    this.#client = client;
    this.#config = config;
    this.#now = now;
  }

  /** Says of each connection anew whether the page is in sight, and when that changes. */
  look({ attentive, link, lostAt }: Pick<ChatState, 'attentive' | 'link' | 'lostAt'>): void {
    if (!this.#config.features.has('presence')) return;
    if (link.phase !== 'online' || lostAt !== undefined) {
      this.#said = undefined;
      return;
    }
    if (this.#said === undefined && this.#unconfirmed === 0) this.#took('online'); // who connects is there
    const state = attentive ? 'online' : 'away';
    if (state !== this.#said) this.#say(state);
  }

  /** Somebody did something at the page. */
  active(): void {
    const every = this.#config.awayAfter / SAID_PER_TIME;
    const isDue = Math.abs(this.#now() - this.#saidAt) >= every; // also when the clock was set back
    if (this.#said === 'online' && every > 0 && isDue) this.#say('online');
  }

  #took(state: 'online' | 'away'): void {
    this.#said = state;
    this.#saidAt = this.#now();
  }

  #say(state: 'online' | 'away'): void {
    this.#took(state);
    this.#unconfirmed++;
    const headers = { 'content-type': 'application/json' };
    this.#client
      .send(`${this.#config.appPrefix}/presence`, JSON.stringify({ state }), { headers })
      .catch(() => {}) // said again with the next change
      .finally(() => this.#unconfirmed--);
  }
}
