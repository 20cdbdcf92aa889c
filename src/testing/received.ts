// What a client was sent, as tests look at it, and whether it is what they expect.
import { isDeepStrictEqual } from 'node:util';
import type { Frame } from '../../frames/index.ts';
import type { Converters } from '../routing/converters.ts';

/**
 * A frame that a client was sent.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type Received, startTestApp } from 'stompwire/testing';
 *
 * const kit = await startTestApp(() => {});
 * const ann = await kit.connect({ login: 'ann' });
 * const connected: Received = ann.connected;
 * assert.equal(connected.headers['user-name'], 'ann');
 * await kit.close();
 * ```
 */
export interface Received {
  readonly command: string;
  /** The first of each name. */
  readonly headers: Readonly<Record<string, string>>;
  /** By its content-type: JSON as a value, text as a string, what the application's converters read, else bytes. */
  readonly body: unknown;
  /** The body as it came, in UTF-8. */
  readonly text: string;
}

/** A frame as tests look at it. */
export function receivedOf({ command, headers, body }: Frame, converters: Converters): Received {
  const contentType = headers.get('content-type');
  return {
    command,
    headers: { ...headers.toObject() },
    body: readable(converters, Buffer.from(body), contentType),
    text: body.toString(),
  };
}

/** A body that cannot be read is shown as its bytes: the test is to see what came. */
export function readable(converters: Converters, body: Buffer, contentType: string | undefined): unknown {
  try {
    return converters.read(body, contentType, false);
  } catch {
    return body;
  }
}

/**
 * What a frame must be: a function decides, or all that is named here must be found in the frame. Objects may
 * have more than is named, lists may not.
 *
 * @example
 * ```ts
 * import type { Expected } from 'stompwire/testing';
 *
 * export const fromAnn: Expected = { body: { from: 'ann' } };
 * export const short: Expected = ({ text }) => text.length < 100;
 * ```
 */
export type Expected = Partial<Received> | ((frame: Received) => boolean);

/** Whether a frame is what is expected. */
export function fits(frame: Received, expected: Expected | undefined): boolean {
  if (expected === undefined) return true;
  return typeof expected === 'function' ? expected(frame) : holds(frame, expected);
}

function holds(found: unknown, named: unknown): boolean {
  if (!isPlain(named) || !isPlain(found)) return isDeepStrictEqual(found, named);
  return Object.entries(named).every(([key, value]) => Object.hasOwn(found, key) && holds(found[key], value));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
