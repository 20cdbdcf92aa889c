// What somebody is in a place, and how many of whom are how there.
import type { User } from '../../index.ts';

/** Online on some device; on none but away on some; or not there. */
export type Standing = 'online' | 'away' | 'offline';

/** The place in which everybody is who is connected; all others are rooms, whose ids are not empty. */
export const everywhere = '';

/** What stands before the key of somebody who only says the name: no name holds it. */
const unproven = '\0';

/** Who somebody is: a guest never counts for the user whose name it says. */
export function keyOf({ name, authenticated }: Pick<User, 'name' | 'authenticated'>): string {
  return authenticated ? name : guestKey(name);
}

/** The key of a guest of that name. */
export const guestKey = (name: string): string => `${unproven}${name}`;

/** The name of whom a key stands for. */
export const nameOf = (key: string): string => (key.startsWith(unproven) ? key.slice(1) : key);

/** Somebody as clients are told. */
export interface Person {
  readonly user: string;
  readonly state: Standing;
  /** Whether the name is said only. */
  readonly guest?: true;
}

/** Somebody for clients. */
export function personOf(key: string, state: Standing): Person {
  const user = nameOf(key);
  return user === key ? { user, state } : { user, state, guest: true };
}

/** How many devices, or nodes, say what of one user. */
interface Counts {
  online: number;
  away: number;
}

/** Counts who is how in which place. */
export class Tally {
  readonly #places = new Map<string, Map<string, Counts>>();

  /** What somebody is in a place. */
  of(place: string, key: string): Standing {
    return standingOf(this.#places.get(place)?.get(key));
  }

  /** How many are in a place. */
  size(place: string): number {
    return this.#places.get(place)?.size ?? 0;
  }

  /** Who is in a place. */
  keys(place: string): Iterable<string> {
    return this.#places.get(place)?.keys() ?? [];
  }

  /** Everybody everywhere, one place after the other. */
  *entries(): Generator<readonly [place: string, key: string, standing: Standing]> {
    for (const [place, people] of this.#places)
      for (const [key, counts] of people) yield [place, key, standingOf(counts)];
  }

  /** One device or node says something else than before. @returns whether that changes what somebody is */
  move(place: string, key: string, from: Standing, to: Standing): boolean {
    const people = this.#places.get(place) ?? new Map<string, Counts>();
    const counts = people.get(key) ?? { online: 0, away: 0 };
    const before = standingOf(counts);
    if (from !== 'offline') counts[from]--;
    if (to !== 'offline') counts[to]++;
    const now = standingOf(counts);
    if (now === 'offline') people.delete(key);
    else people.set(key, counts);
    if (people.size === 0) this.#places.delete(place);
    else this.#places.set(place, people);
    return now !== before;
  }
}

function standingOf(counts: Counts | undefined): Standing {
  if (counts === undefined) return 'offline';
  if (counts.online > 0) return 'online';
  return counts.away > 0 ? 'away' : 'offline';
}
