// Matching one destination against one pattern: segment by segment, and `**` for any number of segments.
import { isPattern, type Separator, segmentsOf } from './destination.ts';
import { segmentMatcher } from './glob.ts';

/** One segment of a pattern. */
interface PatternSegment {
  readonly text: string;
  readonly matches: (segment: string) => boolean;
}

/** Any number of segments, none included. */
const many = '**';

/** A pattern made ready to be asked often. Source: Spring's `AntPathMatcher`. */
export class PatternMatcher {
  readonly #separator: Separator;
  readonly #segments: readonly PatternSegment[];
  readonly #rest: boolean;
  /** Whether `**` stands before the last segment too. */
  readonly #inner: boolean;
  /** What stands between the leading `/` and the first wildcard: it tells most destinations apart. */
  readonly #begin: string;

  constructor(pattern: string, separator: Separator = '/') {
    const texts = segmentsOf(pattern, separator);
    this.#separator = separator;
    this.#rest = texts.at(-1) === many;
    if (this.#rest) texts.pop();
    this.#inner = texts.includes(many);
    this.#begin = beginOf(texts, separator);
    this.#segments = texts.map((text) => ({ text, matches: segmentMatcher(text) }));
  }

  /** Whether the destination fits the pattern. */
  matches(destination: string): boolean {
    if (!destination.startsWith(this.#begin, 1)) return false;
    const texts = segmentsOf(destination, this.#separator);
    if (this.#inner) return this.#fitsFrom(texts);
    if (this.#rest ? texts.length < this.#segments.length : texts.length !== this.#segments.length)
      return false;
    return this.#segments.every(({ matches }, at) => matches(texts[at]!));
  }

  /** Whether a destination may fit both patterns; where two wildcards meet in a segment, it is assumed. */
  meets(pattern: string): boolean {
    const other = new PatternMatcher(pattern, this.#separator);
    const common = this.#untilMany(other);
    if (common !== undefined) return common;
    const [longer, shorter] = this.#segments.length < other.#segments.length ? [other, this] : [this, other];
    if (longer.#segments.length !== shorter.#segments.length && !shorter.#rest) return false;
    return shorter.#segments.every((segment, at) => haveCommon(segment, longer.#segments[at]!));
  }

  /** Whether all that fits the other pattern fits this one; where that is hard to tell, it is denied. */
  covers(pattern: string): boolean {
    const other = new PatternMatcher(pattern, this.#separator);
    if (this.#inner) return this.#sameAs(other);
    if (other.#inner) return this.#rest && this.#coversBegin(other);
    const missing = this.#segments.length - other.#segments.length;
    if (this.#rest ? missing > 0 : missing !== 0 || other.#rest) return false;
    return this.#segments.every((segment, at) => holds(segment, other.#segments[at]!));
  }

  /** Only the latest `**` is ever taken back: the time is bounded by the product of the numbers of segments. */
  #fitsFrom(texts: readonly string[]): boolean {
    const segments = this.#segments;
    let star = -1;
    let taken = 0;
    let s = 0;
    for (let t = 0; t < texts.length; ) {
      if (s === segments.length && this.#rest) return true;
      const segment = segments[s];
      if (segment?.text === many) {
        star = s++;
        taken = t;
      } else if (segment?.matches(texts[t]!)) {
        s++;
        t++;
      } else if (star === -1) {
        return false;
      } else {
        s = star + 1;
        t = ++taken;
      }
    }
    while (segments[s]?.text === many) s++;
    return s === segments.length;
  }

  /** Where `**` stands within, what is before the first of them tells; the rest is assumed. */
  #untilMany(other: PatternMatcher): boolean | undefined {
    if (!this.#inner && !other.#inner) return undefined;
    const [one, two] = [this.#fixedLength, other.#fixedLength];
    for (let at = 0; at < Math.min(one, two); at++)
      if (!haveCommon(this.#segments[at]!, other.#segments[at]!)) return false;
    return true;
  }

  /** How many segments stand before the first `**`. */
  get #fixedLength(): number {
    const at = this.#segments.findIndex(({ text }) => text === many);
    return at < 0 ? this.#segments.length : at;
  }

  #coversBegin(other: PatternMatcher): boolean {
    if (other.#fixedLength < this.#segments.length) return false;
    return this.#segments.every((segment, at) => holds(segment, other.#segments[at]!));
  }

  #sameAs(other: PatternMatcher): boolean {
    const texts = other.#segments.map(({ text }) => text);
    return (
      this.#rest === other.#rest &&
      texts.length === this.#segments.length &&
      this.#segments.every(({ text }, at) => text === texts[at])
    );
  }
}

/** With two separators only the first segment is written in one way. */
function beginOf(texts: readonly string[], separator: Separator): string {
  const text = separator === '/.' ? (texts[0] ?? '') : texts.join(separator);
  return /^[^*?]*/.exec(text)![0];
}

function haveCommon(one: PatternSegment, other: PatternSegment): boolean {
  if (isPattern(one.text)) return isPattern(other.text) || one.matches(other.text);
  return other.matches(one.text);
}

function holds(one: PatternSegment, other: PatternSegment): boolean {
  return one.text === '*' || one.text === other.text || (!isPattern(other.text) && one.matches(other.text));
}
