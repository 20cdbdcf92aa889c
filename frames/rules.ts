// Which headers each command must carry in each version, as one table.
import { FrameError } from './errors.ts';
import type { Command, Frame, Version } from './frame.ts';

const none: readonly string[] = Object.freeze([]);

/** The same headers in every version that has the command. */
function always(...names: string[]): Record<Version, readonly string[]> {
  return { '1.0': names, '1.1': names, '1.2': names };
}

/**
 * The headers that a command must carry. Where one of several will do they are joined by `|`.
 *
 * From [STOMP 1.2, Client Frames], [STOMP 1.2, Server Frames], [STOMP 1.1, NACK] and the 1.0 text. One
 * decision is ours: CONNECT requires nothing, though 1.1 and 1.2 ask for `accept-version` and `host`
 * [STOMP 1.2, CONNECT or STOMP Frame], because many clients leave `host` out and an absent
 * `accept-version` is how 1.0 is told [STOMP 1.2, Protocol Negotiation].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { requiredHeaders } from 'stompwire/frames';
 *
 * assert.deepEqual(requiredHeaders.ACK['1.2'], ['id']);
 * assert.deepEqual(requiredHeaders.ACK['1.1'], ['message-id', 'subscription']);
 * assert.deepEqual(requiredHeaders.UNSUBSCRIBE['1.0'], ['id|destination']);
 * ```
 */
export const requiredHeaders: Readonly<Record<Command, Readonly<Record<Version, readonly string[]>>>> = {
  CONNECT: always(),
  STOMP: always(),
  SEND: always('destination'),
  SUBSCRIBE: { '1.0': ['destination'], '1.1': ['destination', 'id'], '1.2': ['destination', 'id'] },
  UNSUBSCRIBE: { '1.0': ['id|destination'], '1.1': ['id'], '1.2': ['id'] },
  ACK: { '1.0': ['message-id'], '1.1': ['message-id', 'subscription'], '1.2': ['id'] },
  NACK: { '1.0': none, '1.1': ['message-id', 'subscription'], '1.2': ['id'] },
  BEGIN: always('transaction'),
  COMMIT: always('transaction'),
  ABORT: always('transaction'),
  DISCONNECT: always(),
  CONNECTED: { '1.0': none, '1.1': ['version'], '1.2': ['version'] },
  MESSAGE: {
    '1.0': ['destination', 'message-id'],
    '1.1': ['destination', 'message-id', 'subscription'],
    '1.2': ['destination', 'message-id', 'subscription'],
  },
  RECEIPT: always('receipt-id'),
  ERROR: always(),
};

/**
 * Tells whether a version has a command: NACK came with 1.1 [STOMP 1.1, NACK], and so did STOMP as another
 * name of CONNECT [STOMP 1.1, Connecting].
 *
 * @param command - the command
 * @param version - the version that was negotiated
 * @returns whether it exists there
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { commandExistsIn } from 'stompwire/frames';
 *
 * assert.equal(commandExistsIn('NACK', '1.0'), false);
 * assert.equal(commandExistsIn('NACK', '1.1'), true);
 * ```
 */
export function commandExistsIn(command: Command, version: Version): boolean {
  return version !== '1.0' || (command !== 'NACK' && command !== 'STOMP');
}

/**
 * Names the first required header that a frame lacks. An empty value counts as there.
 *
 * @param frame - the frame that was read
 * @param version - the version that was negotiated
 * @returns the header's name (`id or destination` where either will do), or undefined when none is missing
 * @see The table is {@link requiredHeaders}: [STOMP 1.2, Standard Headers] and the frames' own sections.
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { Headers, missingHeader } from 'stompwire/frames';
 *
 * const frame = { command: 'SUBSCRIBE', headers: Headers.from({ destination: '/topic/a' }) } as const;
 * assert.equal(missingHeader(frame, '1.2'), 'id');
 * assert.equal(missingHeader(frame, '1.0'), undefined);
 * ```
 */
export function missingHeader(
  frame: Pick<Frame, 'command' | 'headers'>,
  version: Version,
): string | undefined {
  for (const names of requiredHeaders[frame.command][version])
    if (!hasOneOf(frame, names)) return names.replaceAll('|', ' or ');
  return undefined;
}

function hasOneOf({ headers }: Pick<Frame, 'headers'>, names: string): boolean {
  if (headers.has(names)) return true;
  return names.includes('|') && names.split('|').some((name) => headers.has(name));
}

/**
 * Refuses a frame that lacks a required header: the throwing form of {@link missingHeader}.
 *
 * @param frame - the frame that was read
 * @param version - the version that was negotiated
 * @throws FrameError `missing-header`, naming the header
 * @see A server answers with ERROR [STOMP 1.2, ERROR].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { checkRequiredHeaders, Headers } from 'stompwire/frames';
 *
 * const frame = { command: 'SEND', headers: new Headers() } as const;
 * assert.throws(() => checkRequiredHeaders(frame, '1.2'), /SEND needs destination/);
 * ```
 */
export function checkRequiredHeaders(frame: Pick<Frame, 'command' | 'headers'>, version: Version): void {
  const missing = missingHeader(frame, version);
  if (missing !== undefined) {
    throw new FrameError('missing-header', `${frame.command} needs ${missing} in STOMP ${version}`);
  }
}
