// Between bytes and values, by content-type: JSON, text, bytes.
import { Buffer } from 'node:buffer';
import { StompwireError } from '../errors.ts';

/** A body as bytes, with the content-type that says how to read it. */
export interface Converted {
  readonly body: Buffer;
  readonly contentType: string;
}

/**
 * A value as a body [WIRE: objects as JSON, strings as text, bytes as they are].
 *
 * @throws {TypeError} when the value cannot be written as JSON (a circular object, a function)
 */
export function toBody(value: unknown): Converted {
  if (typeof value === 'string') return { body: Buffer.from(value), contentType: 'text/plain;charset=UTF-8' };
  if (value instanceof Uint8Array)
    return { body: Buffer.from(value), contentType: 'application/octet-stream' };
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw new TypeError(`a ${typeof value} cannot be sent as JSON`);
  return { body: Buffer.from(json), contentType: 'application/json' };
}

/**
 * A body as a value: parsed JSON, a string, or a copy of the bytes. Without a content-type it is JSON
 * where JSON is expected, and text otherwise: many clients name none.
 *
 * @throws {StompwireError} `bad-payload`
 */
export function fromBody(body: Buffer, contentType: string | undefined, expectsJson: boolean): unknown {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === undefined ? expectsJson : isJson(type)) return parseJson(body);
  if (type === undefined || type.startsWith('text/')) return body.toString();
  return Buffer.from(body);
}

function isJson(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw new StompwireError('bad-payload', 'the body is not JSON', { cause: error });
  }
}
