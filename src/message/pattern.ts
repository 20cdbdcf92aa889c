// Matching one destination against one pattern: `*` and `?` within a segment, `**` for the rest.
import { isPattern, type Separator, segmentsOf } from './destination.ts';

/** Whether a segment's text fits a segment of a pattern; `*` is any run of characters, `?` any one. */
export function segmentMatcher(pattern: string): (segment: string) => boolean {
  if (pattern === '*') return () => true;
  if (!/[*?]/.test(pattern)) return (segment) => segment === pattern;
  const glob = Array.from(pattern);
  return (segment) => fits(glob, Array.from(segment));
}

/**
 * Only the latest `*` is ever taken back, so the time is bounded by the product of the lengths. Clients
 * write patterns: the backtracking of a regular expression would let `*a*a*a*a` stop the server.
 */
function fits(glob: readonly string[], text: readonly string[]): boolean {
  let star = -1;
  let taken = 0;
  let g = 0;
  for (let t = 0; t < text.length; ) {
    if (glob[g] === '*') {
      star = g++;
      taken = t;
    } else if (glob[g] === '?' || glob[g] === text[t]) {
      g++;
      t++;
    } else if (star === -1) {
      return false;
    } else {
      g = star + 1;
      t = ++taken;
    }
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}

/** One segment of a pattern. */
interface PatternSegment {
  readonly text: string;
  readonly matches: (segment: string) => boolean;
}

/** A pattern made ready to be asked often. Source: Spring's `AntPathMatcher`. */
export class PatternMatcher {
  readonly #separator: Separator;
  readonly #segments: readonly PatternSegment[];
  readonly #rest: boolean;
  /** What stands between the leading `/` and the first wildcard: it tells most destinations apart. */
  readonly #begin: string;

  constructor(pattern: string, separator: Separator = '/') {
    const texts = segmentsOf(pattern, separator);
    this.#separator = separator;
    this.#rest = texts.at(-1) === '**';
    if (this.#rest) texts.pop();
    this.#begin = /^[^*?]*/.exec(texts.join(separator))![0];
    this.#segments = texts.map((text) => ({ text, matches: segmentMatcher(text) }));
  }

  /** Whether the destination fits the pattern. */
  matches(destination: string): boolean {
    if (!destination.startsWith(this.#begin, 1)) return false;
    const texts = segmentsOf(destination, this.#separator);
    if (this.#rest ? texts.length < this.#segments.length : texts.length !== this.#segments.length)
      return false;
    return this.#segments.every(({ matches }, at) => matches(texts[at]!));
  }

  /** Whether a destination may fit both patterns; where two wildcards meet in a segment, it is assumed. */
  meets(pattern: string): boolean {
    const other = new PatternMatcher(pattern, this.#separator);
    const [longer, shorter] = this.#segments.length < other.#segments.length ? [other, this] : [this, other];
    if (longer.#segments.length !== shorter.#segments.length && !shorter.#rest) return false;
    return shorter.#segments.every((segment, at) => haveCommon(segment, longer.#segments[at]!));
  }

  /** Whether all that fits the other pattern fits this one; where that is hard to tell, it is denied. */
  covers(pattern: string): boolean {
    const other = new PatternMatcher(pattern, this.#separator);
    const missing = this.#segments.length - other.#segments.length;
    if (this.#rest ? missing > 0 : missing !== 0 || other.#rest) return false;
    return this.#segments.every((segment, at) => holds(segment, other.#segments[at]!));
  }
}

function haveCommon(one: PatternSegment, other: PatternSegment): boolean {
  if (isPattern(one.text)) return isPattern(other.text) || one.matches(other.text);
  return other.matches(one.text);
}

function holds(one: PatternSegment, other: PatternSegment): boolean {
  return one.text === '*' || one.text === other.text || (!isPattern(other.text) && one.matches(other.text));
}
