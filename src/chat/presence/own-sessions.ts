// Who is where on this node: sessions are counted, and what changes for a user is told.
import { everywhere, type Standing, Tally } from './standing.ts';

/** Hears that somebody is something else in a place, as far as this node knows. */
export type OwnListener = (place: string, key: string, now: Standing) => void;

/** A session, and where it is: by the id of the subscription that puts it there. */
interface Present {
  readonly key: string;
  readonly places: Map<string, string>;
  standing: 'online' | 'away';
  /** Whether the device itself said that nobody is there. */
  left: boolean;
  /** When somebody did something there last. */
  active: number;
}

/** The sessions of this node. */
export class OwnSessions {
  readonly #sessions = new Map<string, Present>();
  readonly #byKey = new Map<string, Set<string>>();
  readonly #tally = new Tally();
  readonly #changed: OwnListener;
  readonly #now: () => number;

  /** @param now - milliseconds that never go back */
  constructor(changed: OwnListener, now: () => number) {
    this.#changed = changed;
    this.#now = now;
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
    const active = this.#now();
    const present: Present = { key, places: new Map(), standing: 'online', left: false, active };
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
    if (present === undefined) return;
    present.left = standing === 'away';
    present.active = this.#now();
    this.#stands(present, standing);
  }

  /** Something came from a device that somebody has done: somebody is there. */
  active(session: string): void {
    const present = this.#sessions.get(session);
    if (present === undefined) return;
    present.active = this.#now();
    if (present.standing === 'online') return;
    present.left = false;
    this.#stands(present, 'online');
  }

  /** Somebody did something elsewhere, as over HTTP: is at all devices that have not said otherwise. */
  activeBy(key: string): void {
    for (const session of this.sessionsOf(key))
      if (this.#sessions.get(session)?.left === false) this.active(session);
  }

  /** Nobody is at a device any more from which nothing came since a moment. */
  quiet(since: number): void {
    for (const present of this.#sessions.values())
      if (present.standing === 'online' && present.active < since) this.#stands(present, 'away');
  }

  #stands(present: Present, standing: 'online' | 'away'): void {
    const before = present.standing;
    if (before === standing) return;
    present.standing = standing;
    for (const place of placesOf(present)) this.#move(place, present.key, before, standing);
  }

  #move(place: string, key: string, from: Standing, to: Standing): void {
    if (this.#tally.move(place, key, from, to)) this.#changed(place, key, this.#tally.of(place, key));
  }
}

const placesOf = ({ places }: Present): Set<string> => new Set([everywhere, ...places.values()]);
