// Which headers of a SEND travel on to subscribers.
import { describe, expect, it } from 'vitest';
import { headerRecord, reservedHeaders, travellingHeaders } from '../../src/message/headers.ts';

describe('the headers of a SEND', () => {
  it('travel in their order, the first of a name alone', () => {
    expect(travellingHeaders(['b', '1', 'a', '2', 'b', '3'])).toEqual(['b', '1', 'a', '2']);
  });

  it.each([...reservedHeaders])('do not travel when they are named %s, in any case', (name) => {
    expect(travellingHeaders([name, 'x', name.toUpperCase(), 'y', 'own', 'z'])).toEqual(['own', 'z']);
  });

  it('do not travel under a reserved name in disguise: clients trim names', () => {
    const disguised = [' user-name', 'Content-Length ', '\tack', '\nmessage-id', 'subscription\r'];
    expect(travellingHeaders(disguised.flatMap((name) => [name, 'x']))).toEqual([]);
  });

  it.each(['proxy-authorization', 'x-xsrf-token', 'X-Auth-Token', 'set-cookie'])(
    'do not travel when they are a credential such as %s',
    (name) => {
      expect(travellingHeaders([name, 'secret'])).toEqual([]);
    },
  );

  it('are one shared nothing when there are none', () => {
    expect(travellingHeaders(['destination', '/topic/a'])).toBe(travellingHeaders([]));
  });
});

describe('headers as an object', () => {
  it('have a field a name, whatever the name is', () => {
    const record = headerRecord(['a', '1', '__proto__', '2', 'constructor', '3']);
    expect(Object.entries(record)).toEqual([
      ['a', '1'],
      ['__proto__', '2'],
      ['constructor', '3'],
    ]);
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
  });
});
