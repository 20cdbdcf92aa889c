// Matching one destination against one pattern: `*` and `?` within a segment, `**` for the rest.
import { type Separator, segmentsOf } from './destination.ts';

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

/** A pattern made ready to be asked often. Source: Spring's `AntPathMatcher`. */
export class PatternMatcher {
  readonly #separator: Separator;
  readonly #matchers: readonly ((segment: string) => boolean)[];
  readonly #rest: boolean;

  constructor(pattern: string, separator: Separator = '/') {
    const segments = segmentsOf(pattern, separator);
    this.#separator = separator;
    this.#rest = segments.at(-1) === '**';
    this.#matchers = (this.#rest ? segments.slice(0, -1) : segments).map(segmentMatcher);
  }

  /** Whether the destination fits the pattern. */
  matches(destination: string): boolean {
    const segments = segmentsOf(destination, this.#separator);
    if (this.#rest ? segments.length < this.#matchers.length : segments.length !== this.#matchers.length)
      return false;
    return this.#matchers.every((matches, at) => matches(segments[at]!));
  }
}
