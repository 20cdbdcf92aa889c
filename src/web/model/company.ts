// Who is in a room, and who types there, as far as the service tells.

export interface Companion {
  readonly user: string;
  readonly state: 'online' | 'away';
}

export interface Company {
  /** Of the service's own count; what changes goes onto the one that was told last. */
  readonly version: number;
  readonly count: number;
  /** Empty too when there are too many to be named. */
  readonly people: readonly Companion[];
  /** Until when somebody counts as typing, in milliseconds since 1970. */
  readonly typing: ReadonlyMap<string, number>;
}

export const noCompany: Company = { version: -1, count: 0, people: [], typing: new Map() };

/** What the service tells: everybody, or who is something else than at version `since`. */
export interface PresenceNews {
  readonly roomId: string;
  readonly version: number;
  readonly count: number;
  readonly people: readonly Companion[] | undefined;
  readonly since: number | undefined;
  readonly changes: readonly { readonly user: string; readonly state: 'online' | 'away' | 'offline' }[];
}

/** The company after news. News that do not go onto what is known are no use: {@link isMissing} tells. */
export function heardOf(company: Company, news: PresenceNews): Company {
  const { version, count, people, since, changes } = news;
  if (since === undefined) return { ...company, version, count, people: sorted(people ?? []) };
  if (isMissing(company, news)) return company;
  const all = new Map(company.people.map((one) => [one.user, one.state]));
  for (const { user, state } of changes) {
    if (state === 'offline') all.delete(user);
    else all.set(user, state);
  }
  const next = Array.from(all, ([user, state]) => ({ user, state }));
  return { ...company, version, count, people: sorted(next) };
}

/** Whether something came between: all of it is to be asked for anew. */
export function isMissing(company: Company, { since }: PresenceNews): boolean {
  return since !== undefined && since !== company.version;
}

/** Whether somebody is there. */
export function stateOf(company: Company | undefined, user: string): Companion['state'] | 'offline' {
  return company?.people.find((one) => one.user === user)?.state ?? 'offline';
}

/** Who types now, but for oneself. */
export function typists(company: Company, self: string | undefined, now: number): readonly string[] {
  return Array.from(company.typing)
    .filter(([user, until]) => until > now && user !== self)
    .map(([user]) => user);
}

function sorted(people: readonly Companion[]): readonly Companion[] {
  return people.toSorted((one, other) => one.user.localeCompare(other.user));
}
