// The webhook: notifications of those who stay away are posted, signed, unless some device has seen them by then.
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import type { DueNotice, NoticeShelf } from '../live-repository.ts';
import type { Notice } from '../room.ts';

/** What posting stands on. */
export interface WebhookParts {
  readonly url: string;
  /** As it is, or as `base64:<text>`. */
  readonly secret: string;
  /** Where notifications wait for their time; one that was read or given waits no more. */
  readonly shelf: () => Pick<NoticeShelf, 'due' | 'posted' | 'toPost'>;
  /** Whether somebody may read a room by now: a notification quotes it. */
  readonly mayRead: (user: string, roomId: string) => Promise<boolean>;
  /** It is looked every so many milliseconds whether there is something to post. */
  readonly every: number;
  /** The first pause before a post is tried again, in milliseconds; each later one is twice as long, up to a minute. */
  readonly retryAfter: number;
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Hears what became of each. */
  readonly ended: (outcome: WebhookOutcome) => void;
  /** Hears what went wrong with the store. */
  readonly failed: (error: unknown) => void;
}

/** What became of a notification: it was taken; was refused for good; or was tried in vain. */
export type WebhookOutcome = 'delivered' | 'refused' | 'failed';

/** So many are posted at a time. */
const atOnce = 8;
const mostTries = 6;
const longestPause = 60_000;

/** Beyond the time of an answer, one is this node's alone for so many milliseconds. */
const spare = 20_000;

/**
 * Posts notifications. What is taken is this node's until an answer should be there; a node that dies posts no more, and
 * then another one does, or the next process: with the same id, so that the receiver can tell.
 */
export class Webhook {
  /** How many waited when it was looked last. */
  waiting = 0;
  readonly #parts: WebhookParts;
  readonly #key: Buffer;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
    const { secret } = parts;
    this.#key = secret.startsWith('base64:') ? Buffer.from(secret.slice(7), 'base64') : Buffer.from(secret);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
    }, this.#parts.every).unref();
  }

  /** Posts nothing more; what waits is posted elsewhere, or later. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { shelf, clock, timeout, failed } = this.#parts;
    try {
      for (let took = atOnce; took === atOnce && !this.#stopping.signal.aborted; ) {
        const now = clock();
        const due = await shelf().due(now, now + timeout + spare, atOnce);
        await Promise.all(due.map((one) => this.#do(one)));
        took = due.length;
      }
      this.waiting = await shelf().toPost();
    } catch (error) {
      if (!this.#stopping.signal.aborted) failed(error);
    }
  }

  async #do({ user, notice, tries }: DueNotice): Promise<void> {
    const { shelf, clock, ended } = this.#parts;
    const outcome = await this.#outcomeOf(user, notice).catch(() => 'again' as const);
    if (this.#stopping.signal.aborted) return;
    if (outcome === 'nobody') return shelf().posted(user, notice.id);
    const isLast = outcome !== 'again' || tries + 1 >= mostTries;
    await shelf().posted(user, notice.id, isLast ? undefined : clock() + this.#pause(tries));
    if (isLast) ended(outcome === 'again' ? 'failed' : outcome);
  }

  /** Anywhere in its second half, so that those who failed together do not come back together. */
  #pause(tries: number): number {
    const longest = Math.min(longestPause, this.#parts.retryAfter * 2 ** tries);
    return Math.round(longest * (0.5 + this.#parts.random() / 2));
  }

  /** @returns `nobody`: whom it is for may read it no longer */
  async #outcomeOf(user: string, notice: Notice): Promise<WebhookOutcome | 'again' | 'nobody'> {
    if (!(await this.#parts.mayRead(user, notice.roomId))) return 'nobody';
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
