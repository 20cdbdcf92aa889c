// Bodies to values and back, by content-type, and schemas that say what is wrong where.
import { Buffer } from 'node:buffer';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { fromBody, toBody } from '../../src/routing/converters.ts';
import { bodyReader } from '../../src/routing/validation.ts';

const textOf = (value: unknown): [string, string] => {
  const { body, contentType } = toBody(value);
  return [body.toString(), contentType];
};

describe('a value that is sent', () => {
  it('is JSON for objects, numbers, lists and null, text for strings', () => {
    expect(textOf({ a: '한' })).toEqual(['{"a":"한"}', 'application/json']);
    expect([1, true, [1], null].map((value) => textOf(value)[0])).toEqual(['1', 'true', '[1]', 'null']);
    expect(textOf('"quoted"')).toEqual(['"quoted"', 'text/plain;charset=UTF-8']);
  });

  it('is a copy of the bytes for bytes', () => {
    const bytes = Uint8Array.of(1, 0, 255);
    const { body, contentType } = toBody(bytes);
    bytes[0] = 9;
    expect({ body, contentType }).toEqual({
      body: Buffer.of(1, 0, 255),
      contentType: 'application/octet-stream',
    });
  });

  it('is refused when JSON has no form for it', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    for (const value of [undefined, () => 1, Symbol('x'), 1n, circular])
      expect(() => toBody(value)).toThrow(TypeError);
  });
});

describe('a body that came', () => {
  const read = (text: string, type?: string, expectsJson = false): unknown =>
    fromBody(Buffer.from(text), type, expectsJson);

  it('is parsed as its content-type says', () => {
    expect(read('{"a":1}', 'application/json')).toEqual({ a: 1 });
    expect(read('{"a":1}', 'Application/JSON ; charset=utf-8')).toEqual({ a: 1 });
    expect(read('{"a":1}', 'application/hal+json')).toEqual({ a: 1 });
    expect(read('{"a":1}', 'text/plain')).toBe('{"a":1}');
    expect(read('a', 'image/png')).toEqual(Buffer.from('a'));
  });

  it('without a content-type is JSON where that is expected, and text otherwise', () => {
    expect(read('1', undefined, true)).toBe(1);
    expect(read('1', undefined, false)).toBe('1');
  });

  it('keeps its bytes when the read that brought it is reused', () => {
    const body = Buffer.from('abc');
    const value = fromBody(body, 'application/octet-stream', false);
    body.fill('x');
    expect(value).toEqual(Buffer.from('abc'));
  });

  it('is refused when it is no JSON, without an echo of it', () => {
    for (const bad of ['', '{', 'secret'])
      expect(() => read(bad, 'application/json')).toThrow(
        expect.objectContaining({ code: 'bad-payload', message: 'the body is not JSON' }),
      );
  });
});

describe('a body with a schema', () => {
  const read = bodyReader(
    Type.Object({ content: Type.String({ minLength: 2 }), to: Type.Optional(Type.Array(Type.String())) }),
  );
  const reasonFor = (text: string, type?: string): string => {
    try {
      return JSON.stringify(read(Buffer.from(text), type));
    } catch (error) {
      expect(error).toMatchObject({ code: 'bad-payload' });
      return (error as Error).message;
    }
  };

  it.each([
    ['{"content":"hi","other":1}', '{"content":"hi","other":1}'],
    ['{"content":"a"}', 'body/content must NOT have fewer than 2 characters'],
    ['{"content":7}', 'body/content must be string'],
    ['{"content":"hi","to":["a",1]}', 'body/to/1 must be string'],
    ['[]', 'body must be object'],
    ['"text"', 'body must be object'],
    ['', 'the body is not JSON'],
  ])('that is %s reads as %s', (text, reason) => {
    expect(reasonFor(text)).toBe(reason);
  });

  it.each([
    ['{"password": hunter2}', 'it cannot be parsed'],
    ['{"password": "hunter2" "a"}', 'it cannot be parsed at position 23'],
  ])('that is no JSON, %s, is not quoted, for what is said of it goes to the log', (text, cause) => {
    const read = (): unknown => bodyReader(undefined)(Buffer.from(text), 'application/json');
    expect(read).toThrow(expect.objectContaining({ cause: new SyntaxError(cause) }));
  });

  it('names the property that is missing', () => {
    expect(reasonFor('{}')).toMatch(/^body must have required propert.*content/);
  });

  it('is not taken for JSON when it says that it is something else', () => {
    expect(reasonFor('{"content":"hi"}', 'text/plain')).toBe('body must be object');
  });

  it('is as the content-type says where there is no schema', () => {
    expect(bodyReader(undefined)(Buffer.from('1'), undefined)).toBe('1');
    expect(bodyReader(undefined)(Buffer.from('1'), 'application/json')).toBe(1);
  });
});
