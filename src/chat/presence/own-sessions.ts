// Who is where on this node: sessions are counted, and what changes for a user is told.
import { everywhere, type Standing, Tally } from './standing.ts';

/** Hears that somebody is something else in a place, as far as this node knows. */
export type OwnListener = (place: string, key: string, now: Standing) => void;

/** A session, and where it is: by the id of the subscription that puts it there. */
interface Present {
  readonly key: string;
  readonly places: Map<string, string>;
  standing: 'online' | 'away';
}

/** The sessions of this node. */
export class OwnSessions {
  readonly #sessions = new Map<string, Present>();
  readonly #byKey = new Map<string, Set<string>>();
  readonly #tally = new Tally();
  readonly #changed: OwnListener;

  constructor(changed: OwnListener) {
    this.#changed = changed;
  }

  /** All that this node knows. */
  entries(): ReturnType<Tally['entries']> {
    return this.#tally.entries();
  }

  /** The sessions of somebody on this node. */
  sessionsOf(key: string): Iterable<string> {
    return this.#byKey.get(key) ?? [];
  }

  /** A session is connected. */
  came(session: string, key: string): void {
    if (this.#sessions.has(session)) return;
    const present: Present = { key, places: new Map(), standing: 'online' };
    this.#sessions.set(session, present);
    this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(session));
    this.#move(everywhere, key, 'offline', 'online');
  }

  /** A session is gone, from all places. */
  went(session: string): void {
    const present = this.#sessions.get(session);
    if (present === undefined) return;
    this.#sessions.delete(session);
    const others = this.#byKey.get(present.key);
    if (others?.delete(session) && others.size === 0) this.#byKey.delete(present.key);
    for (const place of placesOf(present)) this.#move(place, present.key, present.standing, 'offline');
  }

  /** A subscription puts a session into a place; one that is there already stays there. */
  entered(session: string, subscription: string, place: string): void {
    const present = this.#sessions.get(session);
    if (present === undefined) return;
    const isIn = placesOf(present).has(place);
    present.places.set(subscription, place);
    if (!isIn) this.#move(place, present.key, 'offline', present.standing);
  }

  /** A subscription has ended; with the last one a session leaves the place. */
  left(session: string, subscription: string): void {
    const present = this.#sessions.get(session);
    const place = present?.places.get(subscription);
    if (present === undefined || place === undefined) return;
    present.places.delete(subscription);
    if (!placesOf(present).has(place)) this.#move(place, present.key, present.standing, 'offline');
  }

  /** Whoever has the device says whether somebody is at it. */
  stands(session: string, standing: 'online' | 'away'): void {
    const present = this.#sessions.get(session);
    if (present === undefined || present.standing === standing) return;
    const before = present.standing;
    present.standing = standing;
    for (const place of placesOf(present)) this.#move(place, present.key, before, standing);
  }

  #move(place: string, key: string, from: Standing, to: Standing): void {
    if (this.#tally.move(place, key, from, to)) this.#changed(place, key, this.#tally.of(place, key));
  }
}

const placesOf = ({ places }: Present): Set<string> => new Set([everywhere, ...places.values()]);
