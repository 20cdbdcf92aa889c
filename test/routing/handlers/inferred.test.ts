// The types that handlers, hooks and exception handlers get: from templates, prefixes, schemas and classes.
import { Type } from 'typebox';
import { describe, expectTypeOf, it } from 'vitest';
import { Application } from '../../../src/routing/application.ts';
import type { MessageOptions } from '../../../src/routing/handler-group.ts';

class SoldOut extends Error {
  readonly item = 'tea';
}

describe('the types', () => {
  it('of params come from the template, of the body from the schema', () => {
    new Application()
      .message('/room/{roomId}/{n}', { body: Type.Object({ a: Type.Number() }) }, ({ params, body }) => {
        expectTypeOf(params).toEqualTypeOf<{ readonly roomId: string; readonly n: string }>();
        expectTypeOf(body).toEqualTypeOf<{ a: number }>();
      })
      .message('/no-options/{id}', ({ params, body }) => {
        expectTypeOf(params).toEqualTypeOf<{ readonly id: string }>();
        expectTypeOf(body).toBeUnknown();
      })
      .message('/no-schema', { timeout: 5 }, ({ params, body, abort }) => {
        expectTypeOf(params).toEqualTypeOf<Record<never, string>>();
        expectTypeOf(body).toBeUnknown();
        expectTypeOf(abort).toEqualTypeOf<AbortSignal>();
      });
  });

  it('of a group hold the variables of all prefixes', () => {
    new Application().group('/shop/{shop}', (shop) => {
      shop.use(({ params }, next) => {
        expectTypeOf(params).toEqualTypeOf<{ readonly shop: string }>();
        return next();
      });
      shop.group('/floor/{floor}', (floor) => {
        floor.message('/buy/{item}', ({ params }) => {
          expectTypeOf(params).toEqualTypeOf<{
            readonly shop: string;
            readonly floor: string;
            readonly item: string;
          }>();
        });
        floor.subscribe('/items', { produces: 'text/csv' }, ({ params }) => {
          expectTypeOf(params).toEqualTypeOf<{ readonly shop: string; readonly floor: string }>();
        });
        floor.onError(SoldOut, (error, { params }) => {
          expectTypeOf(error).toEqualTypeOf<SoldOut>();
          expectTypeOf(params.floor).toEqualTypeOf<string>();
        });
      });
    });
  });

  it('refuse what the template, the schema or the options have not', () => {
    const app = new Application();
    // @ts-expect-error the template has no such variable
    app.message('/a/{id}', ({ params }) => params.other);
    // @ts-expect-error the schema has no such property
    app.message('/b', { body: Type.Object({ a: Type.String() }) }, ({ body }) => body.b);
    // @ts-expect-error a body without a schema may be anything
    app.message('/c', ({ body }) => body.length);
    // @ts-expect-error a SUBSCRIBE has no body
    app.subscribe('/d', ({ body }) => body);
    // @ts-expect-error variables are read-only
    app.message('/e/{id}', ({ params }) => void (params.id = 'x'));
    // @ts-expect-error no such option
    const options: MessageOptions = { sendsTo: '/topic/x' };
    expectTypeOf(options).toEqualTypeOf<MessageOptions>();
    // @ts-expect-error only classes of errors
    app.onError(String, () => {});
  });
});
