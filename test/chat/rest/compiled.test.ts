// Schemas are compiled once for all servers of a process, and told apart by what they say.
import { describe, expect, it } from 'vitest';
import { compiledOnce } from '../../../src/chat/rest/compiled.ts';

const room = (most: number): object => ({
  type: 'object',
  properties: { size: { type: 'integer', maximum: most } },
});

describe('a schema', () => {
  it('is compiled once, made anew or not', () => {
    const compile = compiledOnce();
    expect(compile(room(9))).toBe(compile(room(9)));
  });

  it('that says something else has a check of its own', () => {
    const compile = compiledOnce();
    const [narrow, wide] = [compile(room(1)), compile(room(9))];
    expect([narrow({ size: 5 }), wide({ size: 5 })]).toEqual([false, true]);
  });

  it('is read as each compiler was told to, and not as another one', () => {
    const [strict, texts] = [compiledOnce(), compiledOnce({ coerceTypes: true })];
    expect([strict(room(9))({ size: '5' }), texts(room(9))({ size: '5' })]).toEqual([false, true]);
  });
});
