// Where a rule holds: a destination, a pattern or a template, and what its variables stand for.
import { isPattern, type Separator, segmentsOf } from '../message/destination.ts';
import { PatternMatcher } from '../message/pattern.ts';
import { parseTemplate, type Segment } from '../message/template.ts';

interface Variable {
  readonly at: number;
  readonly segment: Extract<Segment, { variable: string }>;
}

/** A place made ready to be asked often. A variable matches whatever a `*` in its place would. */
export class RulePlace {
  readonly text: string;
  readonly #separator: Separator;
  readonly #matcher: PatternMatcher;
  readonly #variables: readonly Variable[];
  readonly #pattern: string;
  /** By pattern, for there are few of them and this is asked for each message. */
  readonly #within = new Map<string, boolean>();

  /**
   * @param text - such as `/topic/chat-room/{id}` or `/topic/**`
   * @throws {TypeError} when it begins with no `/`, or a segment is malformed
   */
  constructor(text: string, separator: Separator) {
    if (!text.startsWith('/')) throw new TypeError(`rule for '${text}': a destination begins with '/'`);
    const segments = segmentsOf(text, separator);
    this.text = text;
    this.#separator = separator;
    this.#variables = variablesOf(segments, text);
    this.#pattern = asPattern(text);
    this.#matcher = new PatternMatcher(this.#pattern, separator);
  }

  /** Whether a destination lies here. */
  holds(destination: string): boolean {
    return this.#matcher.matches(destination);
  }

  /** Whether a subscription to a pattern may hear something from here. */
  meets(pattern: string): boolean {
    return this.#matcher.meets(pattern);
  }

  /** Whether all that a subscription to a pattern hears is from here. */
  covers(pattern: string): boolean {
    return this.#matcher.covers(pattern);
  }

  /** Whether all of this place lies within a pattern. */
  isWithin(pattern: string): boolean {
    let within = this.#within.get(pattern);
    if (within === undefined) {
      within = new PatternMatcher(pattern, this.#separator).covers(this.#pattern);
      this.#within.set(pattern, within);
    }
    return within;
  }

  /** What the variables stand for in a destination that lies here. */
  paramsOf(destination: string): Readonly<Record<string, string>> {
    const texts = segmentsOf(destination, this.#separator);
    const params: Record<string, string> = {};
    for (const { at, segment } of this.#variables) {
      const text = texts[at] ?? '';
      params[segment.variable] = text.slice(segment.prefix.length, text.length - segment.suffix.length);
    }
    return params;
  }
}

function asPattern(text: string): string {
  return text.replace(/\{[^}]*\}/g, '*');
}

function variablesOf(segments: readonly string[], text: string): readonly Variable[] {
  const found = segments.flatMap((segment, at) =>
    /[{}]/.test(segment) ? [variableOf(segment, at, text)] : [],
  );
  const names = new Set(found.map(({ segment }) => segment.variable));
  if (names.size < found.length) throw new TypeError(`rule for '${text}' names a variable twice`);
  return found;
}

function variableOf(text: string, at: number, place: string): Variable {
  if (isPattern(text)) throw new TypeError(`rule for '${place}': '${text}' is both a pattern and a template`);
  const [segment] = parseTemplate(`/${text}`, text.includes('/') ? '.' : '/');
  if (segment === undefined || 'fixed' in segment)
    throw new TypeError(`rule for '${place}': '${text}' is malformed`);
  return { at, segment };
}
