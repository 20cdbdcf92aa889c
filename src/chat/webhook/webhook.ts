// The webhook: notifications of those who stay away are posted, signed, unless some device has seen them by then.

import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import type { Notice } from '../room.ts';

/** What posting stands on. */
export interface WebhookParts {
  readonly url: string;
  /** As it is, or as `base64:<text>`. */
  readonly secret: string;
  /** How long a notification waits for its user, in milliseconds. */
  readonly delay: number;
  /** The first pause before a post is tried again, in milliseconds; each later one is twice as long, up to a minute. */
  readonly retryAfter: number;
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Whether it still waits for its user: neither read nor given to any device. */
  readonly isUnseen: (user: string, notice: Notice) => Promise<boolean>;
  /** Hears what became of each. */
  readonly ended: (outcome: WebhookOutcome) => void;
}

/**
 * What became of a notification: it was taken; was seen before; was refused for good; was tried in vain; or there were
 * too many.
 */
export type WebhookOutcome = 'delivered' | 'seen' | 'refused' | 'failed' | 'dropped';

interface Job {
  readonly user: string;
  readonly notice: Notice;
  tries: number;
}

/** So many wait; what comes then is dropped. */
const mostWaiting = 10_000;
/** So many are posted at a time. */
const atOnce = 8;
const mostTries = 6;
const longestPause = 60_000;

/** Posts notifications. */
export class Webhook {
  readonly #parts: WebhookParts;
  readonly #key: Buffer;
  readonly #ready: Job[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stopping = new AbortController();
  #posting = 0;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
    const { secret } = parts;
    this.#key = secret.startsWith('base64:') ? Buffer.from(secret.slice(7), 'base64') : Buffer.from(secret);
  }

  /** How many wait, for their time or for a free place. */
  get waiting(): number {
    return this.#timers.size + this.#ready.length;
  }

  /** Posts a notification in a while. */
  schedule(user: string, notice: Notice): void {
    if (this.waiting >= mostWaiting || this.#stopping.signal.aborted) this.#parts.ended('dropped');
    else this.#later({ user, notice, tries: 0 }, this.#parts.delay);
  }

  /** Posts nothing more; what waits is forgotten here, and stays kept for its user. */
  stop(): void {
    this.#stopping.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#ready.length = 0;
  }

  #later(job: Job, pause: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#ready.push(job);
      this.#next();
    }, pause).unref();
    this.#timers.add(timer);
  }

  #next(): void {
    while (this.#posting < atOnce) {
      const job = this.#ready.shift();
      if (job === undefined) return;
      this.#posting++;
      void this.#do(job).finally(() => {
        this.#posting--;
        this.#next();
      });
    }
  }

  async #do(job: Job): Promise<void> {
    const outcome = await this.#outcomeOf(job).catch(() => 'again' as const);
    if (this.#stopping.signal.aborted) return;
    if (outcome !== 'again') return this.#parts.ended(outcome);
    if (++job.tries >= mostTries) return this.#parts.ended('failed');
    // anywhere in the pause, so that those who failed together do not come back together
    const longest = Math.min(longestPause, this.#parts.retryAfter * 2 ** (job.tries - 1));
    this.#later(job, longest * (0.5 + this.#parts.random() / 2));
  }

  async #outcomeOf({ user, notice }: Job): Promise<WebhookOutcome | 'again'> {
    if (!(await this.#parts.isUnseen(user, notice))) return 'seen';
    const status = await this.#post(user, notice);
    if (status >= 200 && status < 300) return 'delivered';
    return status >= 500 || [408, 425, 429].includes(status) ? 'again' : 'refused';
  }

  async #post(user: string, { id, payload }: Notice): Promise<number> {
    const body = JSON.stringify({ type: 'notification', user, notification: payload });
    const timestamp = String(Math.floor(this.#parts.clock() / 1000));
    const response = await fetch(this.#parts.url, {
      method: 'POST',
      redirect: 'manual', // whoever can redirect would choose where messages are sent
      signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(this.#parts.timeout)]),
      headers: {
        'content-type': 'application/json',
        'stompwire-delivery': `${id}/${encodeURIComponent(user)}`,
        'stompwire-timestamp': timestamp,
        'stompwire-signature': `v1=${signatureOf(this.#key, timestamp, body)}`,
      },
      body,
    });
    await response.body?.cancel();
    return response.status;
  }
}

/** HMAC-SHA256 over the timestamp, a dot and the body, as it travels. */
function signatureOf(key: Buffer, timestamp: string, body: string): string {
  return createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
}
