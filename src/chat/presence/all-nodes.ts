// Who is where on all nodes: what each node says, put together, and forgotten with the node.
import { type Standing, Tally } from './standing.ts';

/** What a node says of somebody in a place. */
export type Saying = readonly [place: string, key: string, standing: Standing];

/** Hears that somebody is something else in a place. */
export type PlaceListener = (place: string, key: string) => void;

/** What the nodes say. */
export class AllNodes {
  readonly #tally = new Tally();
  readonly #sayings = new Map<string, Map<string, Map<string, Standing>>>();
  readonly #changed: PlaceListener;

  constructor(changed: PlaceListener) {
    this.#changed = changed;
  }

  of(place: string, key: string): Standing {
    return this.#tally.of(place, key);
  }

  size(place: string): number {
    return this.#tally.size(place);
  }

  keys(place: string): Iterable<string> {
    return this.#tally.keys(place);
  }

  /** A node says what somebody is now. */
  say(node: string, [place, key, standing]: Saying): void {
    const places = this.#sayings.get(node) ?? new Map<string, Map<string, Standing>>();
    const people = places.get(place) ?? new Map<string, Standing>();
    const before = people.get(key) ?? 'offline';
    if (before === standing) return;
    this.#sayings.set(node, places.set(place, people));
    if (standing === 'offline') people.delete(key);
    else people.set(key, standing);
    if (people.size === 0) places.delete(place);
    if (this.#tally.move(place, key, before, standing)) this.#changed(place, key);
  }

  /** A node says all that it knows: whom it does not name is not there. */
  replace(node: string, sayings: readonly Saying[]): void {
    const named = new Map<string, Set<string>>();
    for (const [place, key] of sayings) named.set(place, (named.get(place) ?? new Set()).add(key));
    this.#drop(node, (place, key) => named.get(place)?.has(key) !== true);
    for (const saying of sayings) this.say(node, saying);
  }

  /** A node is gone, with everybody who was there only. */
  forget(node: string): void {
    this.#drop(node, () => true);
    this.#sayings.delete(node);
  }

  #drop(node: string, isGone: (place: string, key: string) => boolean): void {
    for (const [place, people] of this.#sayings.get(node) ?? [])
      for (const key of [...people.keys()]) if (isGone(place, key)) this.say(node, [place, key, 'offline']);
  }
}
