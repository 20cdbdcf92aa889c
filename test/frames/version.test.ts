// What two sides agree on: the version, and the heart-beats in both directions.
import { describe, expect, it } from 'vitest';
import { negotiateHeartbeat, negotiateVersion, parseHeartbeat, type Version } from '../../frames/index.ts';

describe('the version', () => {
  it.each([
    [undefined, '1.0'],
    ['1.0', '1.0'],
    ['1.0,1.1,1.2', '1.2'],
    ['1.2,1.1,1.0', '1.2'],
    ['1.1, 1.0', '1.1'],
    ['1.3,1.1', '1.1'],
    ['1.2,1.2', '1.2'],
  ])('is the highest in common: %s gives %s', (accepted, version) => {
    expect(negotiateVersion(accepted)).toBe(version);
  });

  it('is limited to the supported ones, given in any order', () => {
    expect(negotiateVersion('1.0,1.1,1.2', ['1.1', '1.0'])).toBe('1.1');
  });

  it.each([['2.0'], [''], ['1.20'], ['v1.2'], [',']])('is refused for %j', (accepted) => {
    expect(() => negotiateVersion(accepted)).toThrow(
      `no protocol version in common: "${accepted}"; supported are 1.0,1.1,1.2`,
    );
  });

  it('is refused for a client that names none when 1.0 is not supported', () => {
    const supported: Version[] = ['1.1', '1.2'];
    expect(() => negotiateVersion(undefined, supported)).toThrow(
      /no accept-version \(1\.0\); supported are 1\.1,1\.2/,
    );
  });
});

describe('heart-beats', () => {
  it('are read as two numbers of milliseconds', () => {
    expect(parseHeartbeat('0,0')).toEqual({ send: 0, receive: 0 });
    expect(parseHeartbeat('10000,20000')).toEqual({ send: 10_000, receive: 20_000 });
    expect(parseHeartbeat(undefined)).toEqual({ send: 0, receive: 0 });
  });

  it('longer than a timer can be are the longest that it can', () => {
    expect(parseHeartbeat('99999999999999999999,2147483648')).toEqual({
      send: 2 ** 31 - 1,
      receive: 2 ** 31 - 1,
    });
  });

  it.each(['', '5', '5,', ',5', '-1,0', '1,2,3', 'a,b', '1.5,0', '1 ,2', '1e3,0', '1,2\n'])(
    'refuses %j',
    (text) => {
      expect(() => parseHeartbeat(text)).toThrow(expect.objectContaining({ code: 'bad-heart-beat' }));
    },
  );

  it.each([
    [
      [0, 0],
      [10, 10],
      [0, 0],
    ],
    [
      [5, 7],
      [0, 0],
      [0, 0],
    ],
    [
      [5, 7],
      [10, 20],
      [10, 20],
    ],
    [
      [50, 70],
      [10, 20],
      [70, 50],
    ],
    [
      [0, 7],
      [10, 20],
      [10, 0],
    ],
    [
      [5, 0],
      [10, 20],
      [0, 20],
    ],
    [
      [5, 7],
      [0, 20],
      [0, 20],
    ],
    [
      [5, 7],
      [10, 0],
      [10, 0],
    ],
  ] as const)(
    'client %j and server %j agree on %j (outgoing, incoming)',
    (client, server, [outgoing, incoming]) => {
      const offer = ([send, receive]: readonly [number, number]) => ({ send, receive });
      expect(negotiateHeartbeat(offer(client), offer(server))).toEqual({ outgoing, incoming });
    },
  );
});
