// What a test reads when it did not get what it expected, or was refused.
import { inspect } from 'node:util';
import type { Expected, Received } from './received.ts';

/**
 * What was expected did not come: the message says what was expected and what came instead.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { ExpectationError, startTestApp } from 'stompwire/testing';
 *
 * const kit = await startTestApp(() => {});
 * const ann = await kit.connect({ login: 'ann' });
 * const news = await ann.subscribe('/topic/news');
 * await assert.rejects(news.next({ within: 10 }), ExpectationError);
 * await kit.close();
 * ```
 */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
}

/**
 * The server refused what a client asked, with an ERROR or with a message on its error queue.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Refusal, startTestApp } from 'stompwire/testing';
 *
 * const kit = await startTestApp(() => {});
 * const ann = await kit.connect({ login: 'ann' });
 * const refused = await ann.send('/app/nowhere').catch((error: unknown) => error);
 * assert.ok(refused instanceof Refusal);
 * assert.equal(refused.code, 'no-handler');
 * await kit.close();
 * ```
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** One of the codes of `docs/errors.md`; none when an exception handler gave an answer of its own. */
  readonly code: string | undefined;
  /** The ERROR, or the MESSAGE of the error queue. */
  readonly frame: Received;

  constructor(what: string, frame: Received) {
    const { code, reason } = told(frame);
    super(`${what} was refused${code === undefined ? '' : ` (${code})`}: ${reason}`);
    this.code = code;
    this.frame = frame;
  }

  /** What the client was told: the body. */
  get body(): unknown {
    return this.frame.body;
  }
}

function told({ command, headers, body, text }: Received): { code: string | undefined; reason: string } {
  if (command === 'ERROR') return { code: headers.code, reason: headers.message ?? text };
  const { code, message } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  return { code: typeof code === 'string' ? code : undefined, reason: String(message ?? text) };
}

const longestShown = 300;

/** A frame in one line. */
export function shown({ command, headers, text }: Received): string {
  const place = headers.destination ?? headers['receipt-id'] ?? headers.code ?? '';
  return `${command} ${place} ${text.slice(0, longestShown)}`.trim();
}

/** What is expected, in words. */
export function described(expected: Expected | undefined): string {
  if (expected === undefined) return '';
  if (typeof expected === 'function') return ` for which ${expected.toString().slice(0, longestShown)}`;
  return ` with ${inspect(expected, { depth: 6, breakLength: Number.POSITIVE_INFINITY })}`;
}

/** What came, a line each. */
export function listed(frames: readonly Received[]): string {
  return frames.map((frame) => `\n  ${shown(frame)}`).join('');
}
