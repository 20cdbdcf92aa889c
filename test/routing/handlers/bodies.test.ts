// Bodies by content-type: converters of an application's own, and JSON that nobody should believe.
import { Buffer } from 'node:buffer';
import { type TSchema, Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { Headers } from '../../../frames/index.ts';
import { StompwireError } from '../../../src/errors.ts';
import { Application } from '../../../src/routing/application.ts';
import type { Converter } from '../../../src/routing/converters.ts';
import { refusal, Stage, told } from './stage.ts';

const csv: Converter = {
  type: 'Text/CSV',
  read: (bytes) => {
    if (bytes.includes(0)) throw new Error('secret inside');
    return bytes.toString().split(',');
  },
  write: (value) => Buffer.from((value as string[]).join(',')),
};
const asJson = { 'content-type': 'application/json' };
const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('a converter', () => {
  it('reads its content-type, parameters or not, and the schema holds what it read', async () => {
    const stage = new Stage();
    stage.app.converter(csv);
    stage.app.message('/x', { body: Type.Array(Type.String(), { minItems: 2 }) }, ({ body }) => body);
    const ann = stage.enter('1');
    void stage.send(ann, '/app/x', 'a,b', { 'content-type': 'text/csv; header=absent' });
    expect(stage.published).toEqual([['/topic/x', '["a","b"]']]);
    const short = await refusal(() => stage.send(ann, '/app/x', 'a', { 'content-type': 'text/csv' }));
    expect(short.message).toBe('body must NOT have fewer than 2 items');
  });

  it('is given bytes of its own: what brought them is used again', () => {
    const stage = new Stage();
    let kept: Buffer | undefined;
    stage.app.converter({ ...csv, read: (bytes) => (kept = bytes) }).message('/x', () => {});
    const body = Buffer.from('abc');
    const { session } = stage.enter('1');
    const headers = Headers.from({ 'content-type': 'text/csv' });
    void stage.router.send({ command: 'SEND', destination: '/app/x', headers, body, session });
    body.fill('x');
    expect(kept?.toString()).toBe('abc');
  });

  it('writes what produces asks for', () => {
    const stage = new Stage();
    stage.app.converter(csv).message('/x', { produces: 'text/csv' }, () => ['a', 'b']);
    void stage.send(stage.enter('1'), '/app/x');
    expect(stage.everything.messages).toMatchObject([{ contentType: 'text/csv', body: Buffer.from('a,b') }]);
  });

  it('that cannot read is a bad payload, without its reasons', async () => {
    const stage = new Stage();
    stage.app.converter(csv).message('/x', () => {});
    const send = (): unknown => stage.send(stage.enter('1'), '/app/x', '\0', { 'content-type': 'text/csv' });
    expect(await refusal(send)).toMatchObject({ code: 'bad-payload', message: 'the body is not Text/CSV' });
  });

  it('may say on purpose what is wrong', async () => {
    const stage = new Stage();
    const read = (): never => {
      throw new StompwireError('bad-payload', 'line 1 has two columns');
    };
    stage.app.converter({ ...csv, read }).message('/x', () => {});
    const send = (): unknown => stage.send(stage.enter('1'), '/app/x', '', { 'content-type': 'text/csv' });
    expect((await refusal(send)).message).toBe('line 1 has two columns');
  });

  it.each(['text', 'text/csv; a=b', '/', '', 'text/*'])('of the type %j is refused', (type) => {
    expect(() => new Application().converter({ ...csv, type })).toThrow(TypeError);
  });

  it('is one for each type', () => {
    const app = new Application().converter(csv);
    expect(() => app.converter({ ...csv, type: 'text/csv' })).toThrow("'text/csv' has a converter already");
  });
});

describe('produces', () => {
  it.each([
    ['application/json', 'text', '"text"'],
    ['application/problem+json', { a: 1 }, '{"a":1}'],
    ['text/html', '<p>', '<p>'],
    ['text/plain', 7, '7'],
    ['image/png', Buffer.from('png'), 'png'],
  ])('%s writes %j as %s', (produces, value, body) => {
    const stage = new Stage();
    stage.app.message('/x', { produces }, () => value);
    void stage.send(stage.enter('1'), '/app/x');
    expect(stage.published).toEqual([['/topic/x', body]]);
    expect(stage.everything.messages[0]!.contentType).toBe(produces);
  });

  it('of what has no such form is the failure of the handler', async () => {
    const stage = new Stage();
    stage.app.message('/x', { produces: 'text/plain' }, () => ({ a: 1 }));
    expect((await refusal(() => stage.send(stage.enter('1'), '/app/x'))).code).toBe('handler-failed');
  });
});

describe('JSON', () => {
  it.each([
    ['{"__proto__":{"admin":true}}', 'body/__proto__ is a key that no body may have'],
    ['{"a":[{"__proto__":1}]}', 'body/a/0/__proto__ is a key that no body may have'],
    ['{"\\u005f_proto__":1}', 'body/__proto__ is a key that no body may have'],
    ['{"constructor":{"prototype":{}}}', 'body/constructor is a key that no body may have'],
    ['{"c\\u006fnstructor":{"prototype":{}}}', 'body/constructor is a key that no body may have'],
    ['{"a"', 'the body is not JSON'],
    ['', 'the body is not JSON'],
    [Buffer.from('"\xff"', 'latin1'), 'the body is not JSON: it is not UTF-8'],
  ])('%s is refused', async (body, message) => {
    const stage = new Stage();
    let called = false;
    stage.app.message('/x', () => void (called = true));
    const error = await refusal(() => stage.send(stage.enter('1'), '/app/x', body, asJson));
    expect(error).toMatchObject({ code: 'bad-payload', message });
    expect(called).toBe(false);
  });

  it.each(['{"constructor":"Ford"}', '{"prototype":{}}', '["__proto__"]', '{"constructor":null}'])(
    '%s is harmless',
    (body) => {
      const stage = new Stage();
      stage.app.message('/x', ({ body }) => body);
      void stage.send(stage.enter('1'), '/app/x', body, asJson);
      expect(stage.published).toEqual([['/topic/x', body]]);
    },
  );

  it('that is nested deeper than any stack is read, looked through, or refused, and never harms', async () => {
    const stage = new Stage();
    const Nested = Type.Cyclic({ N: Type.Object({ a: Type.Union([Type.Number(), Type.Ref('N')]) }) }, 'N');
    stage.app.message('/any', () => {}).message('/nested', { body: Nested }, () => {});
    const ann = stage.enter('1');
    const bad = `[${deep(20_000)},{"__proto__":1}]`;
    void stage.send(ann, '/app/any', deep(40_000), asJson);
    expect((await refusal(() => stage.send(ann, '/app/any', bad, asJson))).message).toBe(
      'body/1/__proto__ is a key that no body may have',
    );
    const error = await refusal(() => stage.send(ann, '/app/nested', deep(40_000), asJson));
    expect(error).toMatchObject({ code: 'bad-payload', message: 'the body is nested too deep' });
  });

  it('says where a deep key is without repeating the whole way', async () => {
    const stage = new Stage();
    stage.app.message('/any', () => {});
    const body = deep(40_000).replace('1', '{"__proto__":1}');
    const { message } = await refusal(() => stage.send(stage.enter('1'), '/app/any', body, asJson));
    expect(message.length).toBeLessThan(200);
  });

  it.each([
    ['{"n":1e999}', 'body/n must be number'],
    ['{"n":-1e999}', 'body/n must be number'],
    ['{"n":"1"}', 'body/n must be number'],
  ])('%s is no number', async (body, message) => {
    const stage = new Stage();
    stage.app.message('/x', { body: Type.Object({ n: Type.Number() }) }, () => {});
    expect((await refusal(() => stage.send(stage.enter('1'), '/app/x', body))).message).toBe(message);
  });
});

describe('a result that cannot be written', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const nested = JSON.parse(deep(200_000)) as unknown;

  it.each([
    ['a circular object', circular],
    ['a big integer', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    [
      'an object that throws',
      {
        toJSON: () => {
          throw new Error('secret inside');
        },
      },
    ],
    ['an object nested too deep', nested],
  ])('is told as a failure and reaches nobody: %s', async (_, value) => {
    const stage = new Stage();
    const [ann, other] = [stage.enter('1'), stage.enter('2')];
    stage.app.message('/x', { sendTo: '/topic/x', sendToUser: '/queue/x' }, () => value);
    const error = await refusal(() => stage.send(ann, '/app/x'));
    expect(error).toMatchObject({ code: 'handler-failed', message: 'the handler failed' });
    expect([stage.published, told(ann), told(other)]).toEqual([[], [], []]);
  });
});

describe('schemas', () => {
  it('of two servers may have one $id', () => {
    const schema = (): TSchema => Type.Object({ a: Type.Number() }, { $id: 'Post' });
    for (const body of [schema(), schema()])
      expect(() => new Application().message('/x', { body }, () => {})).not.toThrow();
  });
});
