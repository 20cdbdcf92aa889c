// Registering handlers: the types they get, and what is refused before the server starts.
import { Type } from 'typebox';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { Application } from '../../src/routing/application.ts';

describe('an application', () => {
  it('gives a handler the types of its template and its schema', () => {
    new Application()
      .message('/room/{roomId}/{n}', { body: Type.Object({ a: Type.Number() }) }, ({ params, body }) => {
        expectTypeOf(params).toEqualTypeOf<{ readonly roomId: string; readonly n: string }>();
        expectTypeOf(body).toEqualTypeOf<{ a: number }>();
      })
      .message('/plain', {}, ({ body }) => {
        expectTypeOf(body).toBeUnknown();
      });
  });

  it.each([
    ['a variable that the template has not', '/topic/{other}', /no value for \{other\}/],
    ['no leading slash', 'topic/a', /sendTo 'topic\/a' is no destination/],
    ['a wildcard', '/topic/*', /sendTo '\/topic\/\*' is no destination/],
    ['a control character', '/topic/a\n', /sendTo '.*' is no destination/],
  ])('refuses a sendTo with %s, at once and not at the first message', (_, sendTo, reason) => {
    const register = (target: string | string[]) => () =>
      new Application().message('/room/{id}', { sendTo: target }, () => {});
    expect(register(sendTo)).toThrow(reason);
    expect(register(['/topic/{id}', sendTo])).toThrow(TypeError);
  });

  it('refuses a malformed template, and a second handler for one', () => {
    const app = new Application().message('/a/{x}', {}, () => {});
    expect(() => app.message('/a/{y}', {}, () => {})).toThrow("'/a/{y}' has a handler already, as '/a/{x}'");
    expect(() => app.message('a', {}, () => {})).toThrow(TypeError);
    expect(app.find('/a/1')?.params).toEqual({ x: '1' });
  });
});
