// What the two sides agree on when they connect: the protocol version and the heart-beats.
import { FrameError, printable } from './errors.ts';
import type { Version } from './frame.ts';

/**
 * The versions that the codec speaks, lowest first.
 *
 * See [STOMP 1.2, Protocol Negotiation].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { versions } from 'stompwire/frames';
 *
 * assert.deepEqual(versions, ['1.0', '1.1', '1.2']);
 * ```
 */
export const versions: readonly Version[] = Object.freeze(['1.0', '1.1', '1.2'] as const);

/**
 * Chooses the highest version that both sides speak; a client that names none speaks 1.0
 * [STOMP 1.2, Protocol Negotiation].
 *
 * @param acceptVersion - the `accept-version` header of CONNECT: versions joined by commas
 * @param supported - the versions that this side speaks, all of them by default
 * @returns the version of the session
 * @throws FrameError `version-mismatch`, naming the supported ones
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { negotiateVersion } from 'stompwire/frames';
 *
 * assert.equal(negotiateVersion('1.0,1.1,2.7'), '1.1');
 * assert.equal(negotiateVersion(undefined), '1.0');
 * assert.throws(() => negotiateVersion('2.7'), { code: 'version-mismatch' });
 * ```
 */
export function negotiateVersion(
  acceptVersion: string | undefined,
  supported: readonly Version[] = versions,
): Version {
  const accepted = (acceptVersion ?? '1.0').split(',').map((version) => version.trim());
  const common = versions.filter((version) => supported.includes(version) && accepted.includes(version));
  const highest = common.at(-1);
  if (highest !== undefined) return highest;
  const asked = acceptVersion === undefined ? 'no accept-version (1.0)' : printable(acceptVersion);
  throw new FrameError('version-mismatch', `${asked}; supported are ${supported.join(',')}`);
}

/**
 * What one side says about heart-beats, in milliseconds; 0 means that it cannot, or does not want any.
 *
 * See [STOMP 1.2, Heart-beating].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { type HeartbeatOffer, negotiateHeartbeat } from 'stompwire/frames';
 *
 * const none: HeartbeatOffer = { send: 0, receive: 0 };
 * assert.deepEqual(negotiateHeartbeat(none, none), { outgoing: 0, incoming: 0 });
 * ```
 */
export interface HeartbeatOffer {
  /** The smallest interval at which this side can send. */
  readonly send: number;
  /** The interval at which this side wants to hear from the other. */
  readonly receive: number;
}

/** The longest interval that a timer can be set to; a longer one that a peer names means the same. */
const longestInterval = 2_147_483_647;

/**
 * Reads a `heart-beat` header: two numbers of milliseconds with a comma between them
 * [STOMP 1.2, Heart-beating]. An absent header is `0,0`.
 *
 * @param text - the header's value
 * @returns what the side that wrote it can do and wants
 * @throws FrameError `bad-heart-beat`
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { parseHeartbeat } from 'stompwire/frames';
 *
 * assert.deepEqual(parseHeartbeat('10000,5000'), { send: 10_000, receive: 5_000 });
 * assert.deepEqual(parseHeartbeat(undefined), { send: 0, receive: 0 });
 * ```
 */
export function parseHeartbeat(text: string | undefined): HeartbeatOffer {
  if (text === undefined) return { send: 0, receive: 0 };
  const [, send, receive] = /^([0-9]+),([0-9]+)$/.exec(text) ?? [];
  if (send === undefined || receive === undefined) {
    throw new FrameError(
      'bad-heart-beat',
      `${printable(text)}; two numbers of milliseconds are, as in 10000,10000`,
    );
  }
  return { send: interval(send), receive: interval(receive) };
}

function interval(digits: string): number {
  return Math.min(Number(digits), longestInterval);
}

/**
 * Settles the heart-beats of both directions, seen from the server: none where either side says 0, else
 * the longer of the two intervals [STOMP 1.2, Heart-beating].
 *
 * @param client - from the client's CONNECT
 * @param server - the server's own
 * @returns milliseconds between beats from the server (`outgoing`) and from the client (`incoming`); 0 for none
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { negotiateHeartbeat } from 'stompwire/frames';
 *
 * const settled = negotiateHeartbeat({ send: 4_000, receive: 0 }, { send: 10_000, receive: 10_000 });
 * assert.deepEqual(settled, { outgoing: 0, incoming: 10_000 });
 * ```
 */
export function negotiateHeartbeat(
  client: HeartbeatOffer,
  server: HeartbeatOffer,
): { outgoing: number; incoming: number } {
  return { outgoing: slower(server.send, client.receive), incoming: slower(client.send, server.receive) };
}

function slower(send: number, receive: number): number {
  return send === 0 || receive === 0 ? 0 : Math.max(send, receive);
}
