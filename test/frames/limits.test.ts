// Defaults that cannot be changed by accident, and limits that parsers share.
import { expect, it } from 'vitest';
import { completeLimits, defaultLimits } from '../../frames/index.ts';

it('the default limits are frozen, and they are what a parser without limits gets', () => {
  expect(Object.isFrozen(defaultLimits)).toBe(true);
  expect(completeLimits(undefined)).toBe(defaultLimits);
});

it('limits that are left out are the default ones', () => {
  expect(completeLimits({ headerCount: 3 })).toEqual({ ...defaultLimits, headerCount: 3 });
});

it('complete limits are taken as they are, for thousands of parsers to share', () => {
  const limits = { frameBytes: 1, headerCount: 2, headerLineBytes: 3 };
  expect(completeLimits(limits)).toBe(limits);
});
