// Headers in wire order, and which side may send which command.
import { describe, expect, it } from 'vitest';
import { clientCommands, Headers, serverCommands } from '../../frames/index.ts';

const repeated = (): Headers => new Headers(['a', '1', 'b', '2', 'a', '3', 'c', '4', 'a', '5']);

describe('headers', () => {
  it('give the first value of a name', () => {
    expect(repeated().get('a')).toBe('1');
    expect(repeated().get('A')).toBeUndefined();
    expect(repeated().has('c')).toBe(true);
    expect(repeated().has('1')).toBe(false);
  });

  it('tell an empty value from a missing header', () => {
    const headers = new Headers(['a', '']);
    expect(headers.get('a')).toBe('');
    expect(headers.has('a')).toBe(true);
  });

  it('keep the given list by reference', () => {
    const pairs = ['a', '1'];
    const headers = new Headers(pairs);
    headers.append('b', '2');
    expect(pairs).toEqual(['a', '1', 'b', '2']);
    expect(headers.pairs).toBe(pairs);
  });

  it('set in the place of the first and remove the others', () => {
    expect(repeated().set('a', 'x').pairs).toEqual(['a', 'x', 'b', '2', 'c', '4']);
    expect(repeated().set('d', 'x').pairs.slice(-2)).toEqual(['d', 'x']);
  });

  it('delete every one of a name, and never take a value for a name', () => {
    expect(repeated().delete('a').pairs).toEqual(['b', '2', 'c', '4']);
    expect(new Headers(['x', 'a', 'y', 'b']).delete('a').pairs).toEqual(['x', 'a', 'y', 'b']);
    expect(new Headers(['a', '1', 'a', '2']).delete('a').pairs).toEqual([]);
  });

  it('iterate over all of them in wire order', () => {
    expect([...repeated()].map(([name, value]) => name + value)).toEqual(['a1', 'b2', 'a3', 'c4', 'a5']);
  });

  it('become an object of first values, safe for any name', () => {
    const object = new Headers(['__proto__', 'x', 'a', '', 'a', '2']).toObject();
    expect(Object.getPrototypeOf(object)).toBeNull();
    expect(Object.entries(object)).toEqual([
      ['__proto__', 'x'],
      ['a', ''],
    ]);
  });

  it('come from an object', () => {
    expect(Headers.from({ b: '1', a: '2' }).pairs).toEqual(['b', '1', 'a', '2']);
  });
});

it('no command belongs to both sides, and there are fifteen', () => {
  expect([...clientCommands].filter((command) => serverCommands.has(command))).toEqual([]);
  expect(clientCommands.size + serverCommands.size).toBe(15);
});
