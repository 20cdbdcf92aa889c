// Destinations as text: what is well-formed, what is a pattern, and what lies under a prefix.
import { StompwireError } from '../errors.ts';
import { longestWild } from './glob.ts';

/** What stands between the segments of a destination; `/.` means that both do [RabbitMQ, ActiveMQ]. */
export type Separator = '/' | '.' | '/.';

/** Whether a destination is a pattern: it holds `*` or `?` [Spring's AntPathMatcher]. */
export function isPattern(destination: string): boolean {
  return destination.includes('*') || destination.includes('?');
}

/** Whether a destination lies under a prefix: `/topic/a` lies under `/topic`, `/topical` does not. */
export function isUnder(destination: string, prefix: string): boolean {
  return (
    destination.length > prefix.length + 1 &&
    destination.charCodeAt(prefix.length) === 0x2f &&
    destination.startsWith(prefix)
  );
}

/**
 * The segments of a destination or pattern. The first character is its leading `/` and belongs to none;
 * with separator `.`, `/topic/a.b` has the segments `topic/a` and `b`, as in Spring's AntPathMatcher("."); with
 * `/.` it has three.
 */
export function segmentsOf(destination: string, separator: Separator): string[] {
  return destination.slice(1).split(separator === '/.' ? /[/.]/ : separator);
}

/** What is published is compared with all patterns that clients subscribe to: a destination has so many characters at most. */
const longestDestination = 1024;
/** And so many segments. */
const mostSegments = 128;

/**
 * Refuses what cannot be a destination: no leading `/`, a control character, more than 1,024 characters or 128 segments,
 * `**` before the last segment (with separator `/.` it may stand for any one), or a pattern of more than 256 characters.
 *
 * @throws {StompwireError} `bad-destination`
 */
export function assertDestination(destination: string, separator: Separator): void {
  if (!destination.startsWith('/') || destination.length < 2) {
    throw new StompwireError(
      'bad-destination',
      `destination '${printable(destination)}' must begin with '/' and name something`,
    );
  }
  if (/[\0-\x1f\x7f]/.test(destination)) {
    throw new StompwireError(
      'bad-destination',
      `destination '${printable(destination)}' holds a control character`,
    );
  }
  if (destination.length > mostSegments) assertLength(destination, separator);
  if (isPattern(destination)) assertPattern(destination, separator);
}

function assertLength(destination: string, separator: Separator): void {
  const has = (count: number, what: string, allowed: number): StompwireError =>
    new StompwireError(
      'bad-destination',
      `destination '${printable(destination)}' has ${count} ${what}; ${allowed} are allowed`,
    );
  const { length } = destination;
  if (length > longestDestination) throw has(length, 'characters', longestDestination);
  const segments = segmentsOf(destination, separator).length;
  if (segments > mostSegments) throw has(segments, 'segments', mostSegments);
}

/** A pattern costs memory per segment and time per character: more than a destination does. */
const longestPattern = 256;

function assertPattern(pattern: string, separator: Separator): void {
  if (pattern.length > longestPattern) {
    throw new StompwireError(
      'bad-destination',
      `pattern '${printable(pattern)}' has ${pattern.length} characters; ${longestPattern} are allowed`,
    );
  }
  for (const segment of segmentsOf(pattern, separator)) assertSegment(pattern, segment);
  if (pattern.includes('**')) assertRest(pattern, separator);
}

/** What stands between two `*` is looked for everywhere, and with a `?` in it one place after the other. */
const longestWildPiece = 16;

function assertSegment(pattern: string, segment: string): void {
  if (longestWild(segment) <= longestWildPiece) return;
  throw new StompwireError(
    'bad-destination',
    `pattern '${printable(pattern)}': between two * at most ${longestWildPiece} characters may stand with a ? among them`,
  );
}

/** So many segments a pattern may have with a `**` before the last one. */
const mostAround = 16;

function assertRest(pattern: string, separator: Separator): void {
  const segments = segmentsOf(pattern, separator);
  const early = separator === '/.' ? undefined : segments.slice(0, -1);
  const whole = segments.every((segment) => segment === '**' || !segment.includes('**'));
  if (segments.length > mostAround && segments.slice(0, -1).includes('**'))
    throw tooMany(pattern, segments.length);
  if (whole && !early?.includes('**')) return;
  const where = separator === '/.' ? 'a whole segment' : 'the whole last segment';
  throw new StompwireError('bad-destination', `pattern '${printable(pattern)}': ** must be ${where}`);
}

function tooMany(pattern: string, segments: number): StompwireError {
  return new StompwireError(
    'bad-destination',
    `pattern '${printable(pattern)}' has ${segments} segments, and ** before the last one; ${mostAround} are allowed then`,
  );
}

/** A value as it may be shown: control characters escaped, cut at 80 characters. */
export function printable(text: string): string {
  const cut = text.length > 80 ? `${text.slice(0, 80)}...` : text;
  return cut.replace(/[\0-\x1f\x7f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
