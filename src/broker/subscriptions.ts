// Who hears what: exact destinations by a map, patterns by a trie of segments.
import { isPattern, type Separator, segmentsOf } from '../message/destination.ts';
import { segmentMatcher } from '../message/glob.ts';
import type { Message } from '../message/message.ts';

/** Somebody who hears a destination. One subscriber stands in one place of one index. */
export interface Subscriber {
  /** The session it belongs to; a message may exclude one. */
  readonly owner: string;
  /** What a message may exclude of that session, of which it is one; see `localOf`. */
  readonly deafTo?: string | undefined;
  /** Takes a message. Must not throw, and must not subscribe or unsubscribe anyone before it returns. */
  deliver(message: Message): void;
  /** Where it stands in its list; the index's own. */
  slot: number;
}

/** The subscribers of one destination or pattern, in no order. */
type Listeners = Subscriber[];

/** One segment of the patterns that begin alike. */
class TrieNode {
  readonly fixed = new Map<string, TrieNode>();
  /** Segments with `*` or `?` in them. */
  readonly globs = new Map<
    string,
    { readonly matches: (segment: string) => boolean; readonly node: TrieNode }
  >();
  /** Patterns that end here. */
  readonly here: Listeners = [];
  /** Patterns that end here with `**`. */
  readonly rest: Listeners = [];
  /** Patterns that go on behind a `**`. */
  many: TrieNode | undefined = undefined;

  get empty(): boolean {
    const { fixed, globs, here, rest, many } = this;
    return many === undefined && fixed.size + globs.size + here.length + rest.length === 0;
  }
}

/**
 * The index of local subscriptions. Adding and removing take time in the length of the destination;
 * matching in the subscribers found, as long as there are no patterns.
 */
export class Subscriptions {
  readonly #exact = new Map<string, Listeners>();
  readonly #separator: Separator;
  /** Patterns of destinations, and those of addresses that no client can name: neither meets the other's. */
  readonly #roots = { public: new TrieNode(), own: new TrieNode() };
  #size = 0;
  #patterns = 0;
  /** How many of them have a `**` before their last segment. */
  #inner = 0;

  constructor(separator: Separator = '/') {
    this.#separator = separator;
  }

  /** How many subscribers there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds a subscriber. @returns whether it is the first on this destination or pattern. */
  add(destination: string, subscriber: Subscriber): boolean {
    const listeners = isPattern(destination)
      ? this.#patternListeners(destination)
      : this.#exactListeners(destination);
    subscriber.slot = listeners.length;
    listeners.push(subscriber);
    this.#size++;
    return listeners.length === 1;
  }

  /** Removes a subscriber that was added. @returns whether it was the last on this destination or pattern. */
  remove(destination: string, subscriber: Subscriber): boolean {
    return isPattern(destination)
      ? this.#removePattern(destination, subscriber)
      : this.#removeExact(destination, subscriber);
  }

  /** Hands every list of subscribers that a destination reaches to `visit`. */
  match(destination: string, visit: (listeners: readonly Subscriber[]) => void): void {
    const exact = this.#exact.get(destination);
    if (exact !== undefined) visit(exact);
    if (this.#patterns === 0) return;
    const segments = segmentsOf(destination, this.#separator);
    if (this.#inner === 0) matchFrom(this.#rootOf(destination), segments, 0, visit);
    else matchAlong(this.#rootOf(destination), segments, visit);
  }

  #exactListeners(destination: string): Listeners {
    let listeners = this.#exact.get(destination);
    if (listeners === undefined) this.#exact.set(destination, (listeners = []));
    return listeners;
  }

  #patternListeners(pattern: string): Listeners {
    this.#patterns++;
    const segments = segmentsOf(pattern, this.#separator);
    const rest = segments.at(-1) === '**';
    if (rest) segments.pop();
    if (segments.includes('**')) this.#inner++;
    const node = segments.reduce(child, this.#rootOf(pattern));
    return rest ? node.rest : node.here;
  }

  #rootOf(text: string): TrieNode {
    return text.startsWith('/') ? this.#roots.public : this.#roots.own;
  }

  #removeExact(destination: string, subscriber: Subscriber): boolean {
    const listeners = this.#exact.get(destination);
    if (listeners === undefined || !takeOut(listeners, subscriber)) return false;
    this.#size--;
    if (listeners.length > 0) return false;
    this.#exact.delete(destination);
    return true;
  }

  #removePattern(pattern: string, subscriber: Subscriber): boolean {
    const segments = segmentsOf(pattern, this.#separator);
    const rest = segments.at(-1) === '**';
    if (rest) segments.pop();
    const path = walk(this.#rootOf(pattern), segments);
    const node = path?.at(-1);
    if (path === undefined || node === undefined) return false;
    const listeners = rest ? node.rest : node.here;
    if (!takeOut(listeners, subscriber)) return false;
    this.#size--;
    this.#patterns--;
    if (segments.includes('**')) this.#inner--;
    prune(path, segments);
    return listeners.length === 0;
  }
}

function child(node: TrieNode, segment: string): TrieNode {
  const known = existingChild(node, segment);
  if (known !== undefined) return known;
  const made = new TrieNode();
  if (segment === '**') node.many = made;
  else if (isPattern(segment)) node.globs.set(segment, { matches: segmentMatcher(segment), node: made });
  else node.fixed.set(segment, made);
  return made;
}

function existingChild(node: TrieNode, segment: string): TrieNode | undefined {
  if (segment === '**') return node.many;
  return isPattern(segment) ? node.globs.get(segment)?.node : node.fixed.get(segment);
}

/** The nodes from the root to the end of a pattern, or `undefined` where it is not in the trie. */
function walk(root: TrieNode, segments: readonly string[]): TrieNode[] | undefined {
  const path = [root];
  for (const segment of segments) {
    const next = existingChild(path.at(-1)!, segment);
    if (next === undefined) return undefined;
    path.push(next);
  }
  return path;
}

/** Cuts off the nodes that hold nothing any more, from the end of the path. */
function prune(path: readonly TrieNode[], segments: readonly string[]): void {
  for (let at = path.length - 1; at > 0 && path[at]!.empty; at--) {
    if (segments[at - 1] === '**') path[at - 1]!.many = undefined;
    path[at - 1]!.fixed.delete(segments[at - 1]!);
    path[at - 1]!.globs.delete(segments[at - 1]!);
  }
}

/** The last takes the place of the one that leaves. */
function takeOut(listeners: Listeners, subscriber: Subscriber): boolean {
  if (listeners[subscriber.slot] !== subscriber) return false;
  const last = listeners.pop()!;
  if (last !== subscriber) {
    listeners[subscriber.slot] = last;
    last.slot = subscriber.slot;
  }
  return true;
}

function matchFrom(
  node: TrieNode,
  segments: readonly string[],
  at: number,
  visit: (found: Listeners) => void,
): void {
  if (node.rest.length > 0) visit(node.rest);
  if (at === segments.length) {
    if (node.here.length > 0) visit(node.here);
    return;
  }
  const segment = segments[at]!;
  const fixed = node.fixed.get(segment);
  if (fixed !== undefined) matchFrom(fixed, segments, at + 1, visit);
  for (const glob of node.globs.values())
    if (glob.matches(segment)) matchFrom(glob.node, segments, at + 1, visit);
}

/**
 * The same where some patterns have a `**` before their last segment: all nodes that the segments so far lead to are
 * kept at a time, each once, so that no pattern is found twice and none takes longer than its length says.
 */
function matchAlong(root: TrieNode, segments: readonly string[], visit: (found: Listeners) => void): void {
  const ended = new Set<TrieNode>();
  let at = new Map<TrieNode, boolean>();
  reach(at, root, false);
  for (const segment of segments) {
    for (const node of at.keys()) if (node.rest.length > 0) ended.add(node);
    at = step(at, segment);
  }
  for (const node of at.keys()) {
    if (node.rest.length > 0) ended.add(node);
    if (node.here.length > 0) visit(node.here);
  }
  for (const { rest } of ended) visit(rest);
}

/** One segment further. A node that stands behind `**` may stay where it is. */
function step(at: ReadonlyMap<TrieNode, boolean>, segment: string): Map<TrieNode, boolean> {
  const next = new Map<TrieNode, boolean>();
  for (const [node, stays] of at) {
    if (stays) reach(next, node, true);
    const fixed = node.fixed.get(segment);
    if (fixed !== undefined) reach(next, fixed, false);
    for (const glob of node.globs.values()) if (glob.matches(segment)) reach(next, glob.node, false);
  }
  return next;
}

/** `**` stands for no segment too. */
function reach(at: Map<TrieNode, boolean>, node: TrieNode, stays: boolean): void {
  at.set(node, stays);
  if (node.many !== undefined && !at.has(node.many)) reach(at, node.many, true);
}
