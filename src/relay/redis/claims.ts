// Idempotency keys of SENDs, kept in Redis by all nodes: a retry that comes to another node is not run again.
import { setTimeout as pause } from 'node:timers/promises';
import { isErrorCode, StompwireError } from '../../errors.ts';
import type { Claim, Claims, Outcome } from '../claims.ts';
import { claimScript } from './claim-script.ts';
import { textOf } from './connection.ts';
import type { Keys } from './keys.ts';
import { type Lane, type ParcelParts, unavailable } from './lane.ts';
import { spanOf } from './members.ts';
import type { Partition } from './partition.ts';

/** What the claims stand on. */
export interface RedisClaimsParts {
  readonly keys: Keys;
  readonly partitions: readonly Partition[];
  /** Names this node, as in the members: who is dead there runs nothing. */
  readonly node: string;
  readonly timeout: number;
  /** For how many milliseconds an outcome is remembered. */
  readonly window: number;
  readonly send: (partition: Partition, lane: Lane, parcel: ParcelParts) => Promise<unknown>;
}

/** How often is looked whether another node is done, in milliseconds: at first, and at most. */
const looksFirst = 20;
const looksAtMost = 500;

/** For so long another node is waited for: whoever asks has given up before. */
const patience = 120_000;

/** A node says so often, within the time after which it would be dead, what it still runs. */
const keepsInSpan = 3;

/** So many outcomes wait for a Redis that is away; it is tried again after so many milliseconds. */
const mostUnsaid = 10_000;
const sayAgainAfter = 500;

/**
 * See {@link Claims}. What Redis does stands in `claim-script.ts`. What this node runs itself it knows without asking,
 * so a key that Redis still has as run by it is left over from a failure: the next one is the first.
 */
export class RedisClaims implements Claims {
  readonly #parts: RedisClaimsParts;
  readonly #lanes: readonly Lane[];
  /** What came of SENDs, that Redis has not heard yet. */
  readonly #unsaid = new Map<string, readonly [kind: string, text: string]>();
  /** What this node runs. */
  readonly #running = new Set<string>();
  readonly #closed = new AbortController();
  #keeping: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;

  constructor(parts: RedisClaimsParts) {
    this.#parts = parts;
    const { keys, node, timeout, window } = parts;
    this.#lanes = parts.partitions.map((partition) =>
      partition.lane(claimScript, () => ({
        keys: [keys.members(partition.index)[0]!],
        args: [node, String(spanOf(timeout)), String(window)],
      })),
    );
  }

  async claim(key: string): Promise<Claim> {
    const held = await this.#ask(key, 'claim');
    const forget = (outcome: Outcome): void => this.#say(key, 'forget', JSON.stringify(outcome));
    if (held !== '') {
      const first = this.#first(key, held);
      first.catch(() => {}); // who does not wait is not told
      return { first, settle: () => {}, free: () => {}, forget };
    }
    this.#runs(key);
    let ended = false;
    const end = (kind: string, text: () => string): void => {
      if (ended) return;
      ended = true;
      this.#running.delete(key);
      this.#say(key, kind, text());
    };
    return {
      first: undefined,
      settle: (outcome) => end('settle', () => JSON.stringify(outcome)),
      free: (error) => end('free', () => failureOf(error)),
      forget,
    };
  }

  close(): void {
    this.#closed.abort();
    clearTimeout(this.#again);
    clearInterval(this.#keeping);
  }

  /** What comes of it elsewhere; a Redis that is away is asked again. */
  async #first(key: string, held: string): Promise<Outcome> {
    const end = performance.now() + patience;
    let wait = looksFirst;
    for (let holds = held; ; wait = Math.min(wait * 2, looksAtMost)) {
      if (holds.startsWith('s')) return JSON.parse(holds.slice(1)) as Outcome;
      if (holds.startsWith('f')) throw readFailure(holds.slice(1));
      if (!holds.startsWith('r')) throw lost();
      if (performance.now() > end || this.#closed.signal.aborted) throw lost();
      await pause(wait, undefined, { ref: false, signal: this.#closed.signal }).catch(() => {});
      holds = await this.#ask(key, 'look').catch(() => holds);
    }
  }

  /** What came of it before, and Redis has not heard, is not said of this run. */
  #runs(key: string): void {
    this.#unsaid.delete(key);
    this.#running.add(key);
    if (this.#closed.signal.aborted) return;
    this.#keeping ??= setInterval(() => this.#keep(), spanOf(this.#parts.timeout) / keepsInSpan).unref();
  }

  /** Most are done before they are asked for the first time. */
  #keep(): void {
    for (const key of this.#running) this.#ask(key, 'keep').catch(() => {}); // it is said again
  }

  #say(key: string, kind: string, text: string): void {
    this.#ask(key, kind, text).catch(() => {
      if (this.#running.has(key)) return;
      if (this.#unsaid.size >= mostUnsaid || this.#closed.signal.aborted) return;
      this.#unsaid.set(key, [kind, text]);
      this.#again ??= setTimeout(() => this.#sayAgain(), sayAgainAfter).unref();
    });
  }

  #sayAgain(): void {
    this.#again = undefined;
    const unsaid = [...this.#unsaid];
    this.#unsaid.clear();
    for (const [key, [kind, text]] of unsaid) this.#say(key, kind, text);
  }

  async #ask(key: string, kind: string, text = ''): Promise<string> {
    const { keys, partitions, send } = this.#parts;
    const at = keys.partitionOf(key);
    const partition = partitions[at]!;
    if (partition.link?.commands.up !== true) throw unavailable('it is away');
    const bytes = key.length + text.length + 50;
    const answer = await send(partition, this.#lanes[at]!, {
      keys: [keys.claim(key)],
      args: [kind, text],
      bytes,
    });
    return textOf(answer);
  }
}

function failureOf(error: unknown): string {
  const { code, message } = error instanceof StompwireError ? error : new StompwireError('internal');
  return JSON.stringify({ code, message });
}

function readFailure(text: string): StompwireError {
  const { code, message } = JSON.parse(text) as { code: string; message: string };
  return new StompwireError(isErrorCode(code) ? code : 'internal', message);
}

function lost(): StompwireError {
  return unavailable('what ran it first was lost, or its node: send it again');
}
