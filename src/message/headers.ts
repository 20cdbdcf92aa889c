// Which headers of a SEND travel on to subscribers, and which are the server's alone or secret.
import { Headers } from '../../frames/index.ts';

/** Names of what proves an identity. Compared without regard to case, and to the blanks around a name. */
const credentialHeaders: readonly string[] = [
  'passcode',
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-csrf-token',
  'x-xsrf-token',
  'x-auth-token',
  // who shows it retries in its owner's name
  'client-token',
];

/**
 * Names that never pass from a client's SEND to a subscriber's MESSAGE: what the server writes itself,
 * what only steers the SEND, and credentials. Compared without regard to case, and to the blanks around
 * a name: clients trim it, so ` user-name` would be taken for ours.
 */
export const reservedHeaders: ReadonlySet<string> = new Set([
  'destination',
  'content-type',
  'content-length',
  'message-id',
  'subscription',
  'ack',
  'seq',
  'epoch',
  'redelivered',
  'delivery-count',
  'dead-letter-reason',
  'dead-letter-destination',
  'discontinuity',
  'tombstone',
  'user-name',
  'session',
  'server',
  'version',
  'receipt',
  'receipt-id',
  'receipt-level',
  'transaction',
  'idempotency-key',
  'exclude-sender',
  'id',
  'host',
  'accept-version',
  'heart-beat',
  'login',
  ...credentialHeaders,
]);

const none: readonly string[] = Object.freeze([]);

/**
 * The sender's own headers, as name, value, name, value... of which the first of each name counts.
 *
 * @param pairs - the frame's headers as the parser gives them
 */
export function travellingHeaders(pairs: readonly string[]): readonly string[] {
  let kept: string[] | undefined;
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i]!;
    if (reservedHeaders.has(name) || reservedHeaders.has(name.trim().toLowerCase())) continue;
    kept ??= [];
    if (!hasName(kept, name)) kept.push(name, pairs[i + 1]!);
  }
  return kept ?? none;
}

const secret: ReadonlySet<string> = new Set(credentialHeaders);

/**
 * The headers of a frame that shows credentials, without them: what others than the authenticator may see.
 *
 * @param also - one more name that is secret here
 */
export function withoutCredentials({ pairs }: Headers, also: string): Headers {
  const kept: string[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i]!.trim().toLowerCase();
    if (!secret.has(name) && name !== also.toLowerCase()) kept.push(pairs[i]!, pairs[i + 1]!);
  }
  return new Headers(kept);
}

/** The headers as an object, for programs; names of any kind are plain fields of it. */
export function headerRecord(pairs: readonly string[]): Record<string, string> {
  if (pairs.length === 0) return {}; // most have none
  const fields: [string, string][] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) fields.push([pairs[i]!, pairs[i + 1]!]);
  return Object.fromEntries(fields);
}

function hasName(pairs: readonly string[], name: string): boolean {
  for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return true;
  return false;
}
