// Destinations of somebody's own: who shares an address, and that a name has one way to be written.
import { describe, expect, it } from 'vitest';
import { isPattern } from '../../../src/message/destination.ts';
import {
  canonicalUserDestination,
  escapeName,
  ownAddress,
  parseUserDestination,
  userAddress,
} from '../../../src/routing/user-destinations.ts';

const ann = { name: 'ann', authenticated: true };
const saysAnn = { name: 'ann', authenticated: false };

describe('an own queue', () => {
  it('is shared by the sessions that proved one name, and by no other', () => {
    const shared = ownAddress({ id: '1', user: ann }, '/queue/x');
    expect(ownAddress({ id: '2', user: ann }, '/queue/x')).toBe(shared);
    expect(userAddress('ann', '/queue/x')).toBe(shared);
    const guests = ['3', '4'].map((id) => ownAddress({ id, user: saysAnn }, '/queue/x'));
    expect(new Set([shared, ...guests]).size).toBe(3);
    expect(ownAddress({ id: '5', user: undefined }, '/queue/x')).not.toBe(shared);
  });

  it.each(['a/queue/x', '*', '?', '**', 'a%2Fb', '%', 'a.b', 'session:1', '한 글', "a'b"])(
    'of a user named %j is no pattern, and nobody else has it',
    (name) => {
      const address = userAddress(name, '/queue/x');
      expect(isPattern(address)).toBe(false);
      expect(address.split('/')).toHaveLength(3);
      expect(address).not.toContain('.');
      const others = ['a', 'b', escapeName(name) === name ? 'other' : escapeName(name)];
      expect(others.map((other) => userAddress(other, '/queue/x'))).not.toContain(address);
    },
  );

  it('has an address that no client can name', () => {
    expect(userAddress('ann', '/queue/x').startsWith('/')).toBe(false);
  });
});

describe('the destination of a SEND to a user', () => {
  it.each([
    ['/user/ann/queue/x', 'ann', '/queue/x'],
    ['/user/ann/queue/x/y', 'ann', '/queue/x/y'],
    ['/user/a%2Fb/queue/x', 'a/b', '/queue/x'],
    ['/user/a%20b%25/queue/x', 'a b%', '/queue/x'],
    ['/user/queue/queue/x', 'queue', '/queue/x'],
  ])('%s names %j and %s', (destination, name, path) => {
    expect(parseUserDestination(destination, '/user')).toEqual({ name, path });
  });

  it.each([
    ['/user/queue/x', 'unknown-destination'],
    ['/user/ann', 'unknown-destination'],
    ['/user/ann/topic/x', 'unknown-destination'],
    ['/user//queue/x', 'unknown-destination'],
    ['/user/ann/queue', 'unknown-destination'],
    ['/user/%zz/queue/x', 'bad-destination'],
    ['/user/%/queue/x', 'bad-destination'],
    ['/user/%ff/queue/x', 'bad-destination'],
  ])('%s is refused as %s', (destination, code) => {
    expect(() => parseUserDestination(destination, '/user')).toThrow(expect.objectContaining({ code }));
  });

  it('is the same however the name is encoded', () => {
    const ways = ['/user/admin/queue/x', '/user/%61dmin/queue/x', '/user/%61%64%6d%69%6E/queue/x'];
    expect(new Set(ways.map((way) => canonicalUserDestination(way, '/user')))).toEqual(
      new Set(['/user/admin/queue/x']),
    );
    const dotted = ['/user/a.b/queue/x', '/user/a%2eb/queue/x', '/user/a%2Eb/queue/x'];
    expect(new Set(dotted.map((way) => canonicalUserDestination(way, '/user'))).size).toBe(1);
    expect(canonicalUserDestination('/user/*/queue/x', '/user')).toBe('/user/%2A/queue/x');
  });

  it('is left alone when it is of another kind', () => {
    for (const destination of ['/topic/%61', '/app/a.b', '/userland/%61'])
      expect(canonicalUserDestination(destination, '/user')).toBe(destination);
  });
});
