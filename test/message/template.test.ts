// Destination templates: their segments, their expansion, and what is refused when one is registered.
import { describe, expect, expectTypeOf, it } from 'vitest';
import { expandTemplate, type ParamsOf, parseTemplate } from '../../src/message/template.ts';

describe('a template', () => {
  it('is split into fixed texts and variables between a prefix and a suffix', () => {
    expect(parseTemplate('/room/{roomId}/v-{n}.txt')).toEqual([
      { fixed: 'room' },
      { variable: 'roomId', prefix: '', suffix: '' },
      { variable: 'n', prefix: 'v-', suffix: '.txt' },
    ]);
    expect(parseTemplate('/room.{id}', '.')).toEqual([
      { fixed: 'room' },
      { variable: 'id', prefix: '', suffix: '' },
    ]);
  });

  it.each([
    ['room/{id}', /must begin with '\/'/],
    ['', /must begin with '\/'/],
    ['/', /must begin with '\/'/],
    ['/room/{id}/{id}', /names \{id\} twice/],
    ['/room/{a}{b}', /must hold one \{name\}/],
    ['/room/{}', /must hold one \{name\}/],
    ['/room/{a', /must hold one \{name\}/],
    ['/room/a}', /must hold one \{name\}/],
    ['/room/{a-b}', /must hold one \{name\}/],
    ['/room/{1a}', /must hold one \{name\}/],
    ['/room/{__proto__}', /must hold one \{name\}/],
    ['/room/*', /is no pattern/],
    ['/room/**', /is no pattern/],
    ['/room/a?/{id}', /is no pattern/],
  ])('that is %j is refused', (template, reason) => {
    expect(() => parseTemplate(template)).toThrow(reason);
    expect(() => parseTemplate(template)).toThrow(TypeError);
  });

  it('gives its variables as a type', () => {
    expectTypeOf<ParamsOf<'/chat-room/{roomId}/send/{n}'>>().toEqualTypeOf<{
      readonly roomId: string;
      readonly n: string;
    }>();
    expectTypeOf<ParamsOf<'/fixed'>>().toEqualTypeOf<Record<never, string>>();
  });
});

describe('the expansion', () => {
  it('puts values in as they are, whatever they hold', () => {
    expect(expandTemplate('/topic/{a}/{b}', { a: '{b}', b: '$&' })).toBe('/topic/{b}/$&');
    expect(expandTemplate('/topic/{a}-{a}', { a: '1' })).toBe('/topic/1-1');
    expect(expandTemplate('/topic/none', {})).toBe('/topic/none');
  });

  it('misses a variable that has no value, even one that every object inherits', () => {
    expect(() => expandTemplate('/topic/{a}', {})).toThrow('no value for {a}');
    expect(() => expandTemplate('/topic/{toString}', {})).toThrow('no value for {toString}');
  });
});
