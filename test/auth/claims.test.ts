// Names and roles out of claims, at any depth and in any shape that makers of tokens use.
import { expect, it } from 'vitest';
import { claimAt, nameOf, rolesOf } from '../../src/auth/claims.ts';

const claims = {
  sub: 'kim',
  id: 42,
  half: 4.2,
  scope: ' read  write ',
  roles: ['a', 7, null, 'b'],
  'https://a.example/roles': ['c'],
  realm_access: { roles: ['d'], 'x.y': 1 },
  none: null,
};

it('finds a claim by its whole name first, then through objects', () => {
  expect(claimAt(claims, 'https://a.example/roles')).toEqual(['c']);
  expect(claimAt(claims, 'realm_access.roles')).toEqual(['d']);
});

it.each(['nobody', 'realm_access.nobody', 'none.x', 'sub.length', 'toString', 'constructor.name', '', '.'])(
  'finds nothing under %j',
  (name) => {
    expect(claimAt(claims, name)).toBeUndefined();
  },
);

it('takes a text or a whole number for a name, and nothing else', () => {
  expect(nameOf(claims, 'sub')).toBe('kim');
  expect(nameOf(claims, 'id')).toBe('42');
  for (const claim of ['half', 'roles', 'none', 'nobody']) expect(nameOf(claims, claim)).toBeUndefined();
});

it('takes an array of texts or words in a text for roles, and nothing else', () => {
  expect(rolesOf(claims, 'roles')).toEqual(['a', 'b']);
  expect(rolesOf(claims, 'scope')).toEqual(['read', 'write']);
  for (const claim of ['id', 'realm_access', 'none', 'nobody']) expect(rolesOf(claims, claim)).toEqual([]);
});
