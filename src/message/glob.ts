// One segment of a destination against one of a pattern: `*` is any run of characters, `?` any one.
//
// Clients write patterns, and whoever publishes pays for all of them. So a pattern is taken apart once, into the pieces
// between its `*`, and each is looked for from the left, by what the engine has for texts where no `?` stands in it.

/** What stands between two `*`. Places are indexes of the text; -1: it does not stand there. */
interface Piece {
  /** Where it ends that begins at a place. */
  endAt(text: string, from: number): number;
  /** Where the first one ends that begins at a place or behind it. */
  endBehind(text: string, from: number): number;
  /** Where it begins that ends with the text. */
  lastIn(text: string): number;
}

/** Whether a segment's text fits a segment of a pattern. */
export function segmentMatcher(pattern: string): (segment: string) => boolean {
  if (pattern === '*') return () => true;
  if (!/[*?]/.test(pattern)) return (segment) => segment === pattern;
  const pieces = pattern.split(/\*+/).map(pieceOf);
  const [first, last] = [pieces.shift()!, pieces.pop()];
  if (last === undefined) return (segment) => first.endAt(segment, 0) === segment.length;
  return (segment) => {
    let at = first.endAt(segment, 0);
    for (const piece of pieces) {
      if (at === -1) return false;
      at = piece.endBehind(segment, at);
    }
    return at !== -1 && last.lastIn(segment) >= at;
  };
}

/** The piece with a `?` and others around it that a pattern has between two `*`; the longest of them. */
export function longestWild(segment: string): number {
  const inner = segment.split('*').slice(1, -1);
  return Math.max(0, ...inner.filter((text) => text.includes('?')).map((text) => text.length));
}

const pieceOf = (text: string): Piece => (text.includes('?') ? new WildPiece(text) : new PlainPiece(text));

class PlainPiece implements Piece {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  endAt(text: string, from: number): number {
    return text.startsWith(this.#text, from) ? from + this.#text.length : -1;
  }

  endBehind(text: string, from: number): number {
    const at = text.indexOf(this.#text, from);
    return at === -1 ? -1 : at + this.#text.length;
  }

  lastIn(text: string): number {
    return text.endsWith(this.#text) ? text.length - this.#text.length : -1;
  }
}

/** Compares characters, of which some have two places in the text. */
class WildPiece implements Piece {
  /** By code point; none: any. */
  readonly #wanted: readonly (number | undefined)[];

  constructor(text: string) {
    this.#wanted = Array.from(text, (one) => (one === '?' ? undefined : one.codePointAt(0)));
  }

  endAt(text: string, from: number): number {
    let at = from;
    for (const wanted of this.#wanted) {
      const found = text.codePointAt(at);
      if (found === undefined || (wanted !== undefined && wanted !== found)) return -1;
      at += widthOf(found);
    }
    return at;
  }

  endBehind(text: string, from: number): number {
    for (let at = from; at < text.length; at += widthOf(text.codePointAt(at)!)) {
      const end = this.endAt(text, at);
      if (end !== -1) return end;
    }
    return -1;
  }

  lastIn(text: string): number {
    let at = text.length;
    for (let left = this.#wanted.length; left > 0 && at > 0; left--) at -= widthBefore(text, at);
    return this.endAt(text, at) === text.length ? at : -1;
  }
}

const widthOf = (codePoint: number): number => (codePoint > 0xffff ? 2 : 1);

function widthBefore(text: string, at: number): number {
  const isPair = at > 1 && widthOf(text.codePointAt(at - 2)!) === 2;
  return isPair ? 2 : 1;
}
