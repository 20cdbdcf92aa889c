// Matching one destination against one pattern: `*` and `?` within a segment, `**` for the rest.
import { type Separator, segmentsOf } from './destination.ts';

/** Whether a segment's text fits a segment of a pattern; `*` is any run of characters, `?` any one. */
export function segmentMatcher(pattern: string): (segment: string) => boolean {
  if (pattern === '*') return () => true;
  if (!/[*?]/.test(pattern)) return (segment) => segment === pattern;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  const expression = new RegExp(`^${source}$`, 'su');
  return (segment) => expression.test(segment);
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
