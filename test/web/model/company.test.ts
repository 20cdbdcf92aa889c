// Who is in a room: snapshots, changes that follow one another, and what is missing between.
import { describe, expect, it } from 'vitest';
import { heardOf, isMissing, noCompany, type PresenceNews, typists } from '../../../src/web/model/company.ts';

const news = (change: Partial<PresenceNews>): PresenceNews => {
  return { roomId: 'r', version: 1, count: 1, people: undefined, since: undefined, changes: [], ...change };
};
const all = heardOf(
  noCompany,
  news({
    count: 2,
    people: [
      { user: 'Bob', state: 'online' },
      { user: 'Ann', state: 'away' },
    ],
  }),
);

describe('the company', () => {
  it('is what a snapshot says, by name', () => {
    expect(all.people.map(({ user }) => user)).toEqual(['Ann', 'Bob']);
  });

  it('takes changes that follow what it knows, and no others', () => {
    const changes = [{ user: 'Bob', state: 'offline' } as const, { user: 'Eve', state: 'online' } as const];
    const next = heardOf(all, news({ version: 2, since: 1, count: 2, changes }));
    expect(next.people).toEqual([
      { user: 'Ann', state: 'away' },
      { user: 'Eve', state: 'online' },
    ]);
    const late = news({ version: 4, since: 3, changes });
    expect(isMissing(next, late)).toBe(true);
    expect(heardOf(next, late)).toBe(next);
  });

  it('is a number alone where nobody is named', () => {
    expect(heardOf(all, news({ version: 9, count: 5000 }))).toMatchObject({ count: 5000, people: [] });
  });

  it('types until it is over, but for oneself', () => {
    const typing = new Map([
      ['Ann', 10],
      ['Bob', 20],
      ['Eve', 20],
    ]);
    expect(typists({ ...noCompany, typing }, 'Eve', 15)).toEqual(['Bob']);
  });
});
