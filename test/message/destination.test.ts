// Destinations: what is well-formed, what lies under a prefix, and what of a bad one is shown.
import { describe, expect, it } from 'vitest';
import {
  assertDestination,
  isPattern,
  isUnder,
  printable,
  segmentsOf,
} from '../../src/message/destination.ts';

describe('a prefix', () => {
  it('has what follows it and a slash under it, and nothing else', () => {
    expect(isUnder('/topic/a', '/topic')).toBe(true);
    expect(isUnder('/topic/a/b', '/topic')).toBe(true);
    expect(isUnder('/topical', '/topic')).toBe(false);
    expect(isUnder('/topic', '/topic')).toBe(false);
    expect(isUnder('/topic/', '/topic')).toBe(false);
    expect(isUnder('/other/a', '/topic')).toBe(false);
  });
});

describe('a destination', () => {
  it('is a pattern when it holds a wildcard', () => {
    expect(['/topic/*', '/topic/a?', '/topic/**', '/topic/a'].map(isPattern)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('is split at its separator, the leading slash aside', () => {
    expect(segmentsOf('/topic/a/b', '/')).toEqual(['topic', 'a', 'b']);
    expect(segmentsOf('/topic/a.b', '.')).toEqual(['topic/a', 'b']);
    expect(segmentsOf('/topic//b/', '/')).toEqual(['topic', '', 'b', '']);
  });

  it.each(['', '/', 'topic/a', ' /topic/a'])('that is %j names nothing', (destination) => {
    expect(() => assertDestination(destination, '/')).toThrow(/must begin with '\/' and name something/);
  });

  it('with a control character is refused, and shown without it', () => {
    expect(() => assertDestination('/topic/a\nb', '/')).toThrow("'/topic/a\\x0ab' holds a control character");
    expect(() => assertDestination('/topic/\x7f', '/')).toThrow(/control character/);
  });

  it('has ** only as its whole last segment', () => {
    for (const good of ['/topic/**', '/topic/*/**', '/**']) assertDestination(good, '/');
    assertDestination('/topic/a.**', '.');
    for (const bad of ['/topic/**/a', '/topic/a**', '/topic/***', '/topic/**/**'])
      expect(() => assertDestination(bad, '/')).toThrow(/\*\* must be the whole last segment/);
    expect(() => assertDestination('/topic/**', '.')).toThrow(/\*\* must be the whole last segment/);
  });

  it('may be long, a pattern not as long: both cost more than their bytes', () => {
    assertDestination(`/topic/${'a'.repeat(1017)}`, '/');
    assertDestination(`/topic/${'ü'.repeat(120)}/${'a/'.repeat(125)}b`, '/');
    assertDestination(`/topic/${'a.'.repeat(300)}b`, '/');
    assertDestination(`/topic/${'a'.repeat(248)}*`, '/');
    const refused = (destination: string, separator: '/' | '.' | '/.', why: string) =>
      expect(() => assertDestination(destination, separator)).toThrow(why);
    refused(`/topic/${'a'.repeat(1018)}`, '/', 'has 1025 characters; 1024 are allowed');
    refused(`/topic${'/a'.repeat(128)}`, '/', 'has 129 segments; 128 are allowed');
    refused(`/topic/${'a.'.repeat(300)}b`, '/.', 'has 302 segments; 128 are allowed');
    refused(`/topic/${'a'.repeat(249)}*`, '/', 'has 257 characters; 256 are allowed');
  });

  it('has no pattern that takes long to look for', () => {
    assertDestination(`/topic/${'?a'.repeat(50)}*${'?a'.repeat(50)}`, '/');
    assertDestination(`/topic/*${'a'.repeat(100)}*a?aaaaaaaaaaaaaa*`, '/');
    const wild = 'between two * at most 16 characters may stand with a ? among them';
    expect(() => assertDestination('/topic/*a?aaaaaaaaaaaaaaa*', '/')).toThrow(wild);
    assertDestination(`/topic.**${'.a'.repeat(14)}`, '/.');
    assertDestination(`/topic${'.a'.repeat(20)}.**`, '/.');
    const around = 'has 17 segments, and ** before the last one; 16 are allowed then';
    expect(() => assertDestination(`/topic.**${'.a'.repeat(15)}`, '/.')).toThrow(around);
  });

  it('is refused with a code of its own', () => {
    expect(() => assertDestination('x', '/')).toThrow(expect.objectContaining({ code: 'bad-destination' }));
  });
});

describe('a value that is shown', () => {
  it('is cut at 80 characters and holds no control character', () => {
    expect(printable(`${'a'.repeat(81)}`)).toBe(`${'a'.repeat(80)}...`);
    expect(printable('a\0b\x1bc')).toBe('a\\x00b\\x1bc');
  });
});
