// Between bytes and values, by content-type: JSON, text, bytes, and what an application adds.
import { Buffer } from 'node:buffer';
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';
import { parseJson } from './json.ts';

/** A body as bytes, with the content-type that says how to read it. */
export interface Converted {
  readonly body: Buffer;
  readonly contentType: string;
}

/**
 * Reads and writes bodies of one content-type. Source: Spring's `MessageConverter`.
 *
 * @example
 * ```ts
 * import { type Converter, createServer } from 'stompwire';
 *
 * const csv: Converter = {
 *   type: 'text/csv',
 *   read: (bytes) => new TextDecoder().decode(bytes).split(','),
 *   write: (value) => new TextEncoder().encode((value as string[]).join(',')),
 * };
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
 * server.app.converter(csv).message('/sum', { produces: 'text/csv' }, ({ body }) => [...(body as string[]), 'sum']);
 * ```
 */
export interface Converter {
  /** A MIME type without parameters, such as `application/x-msgpack`; matched without regard to case. */
  readonly type: string;
  /** A body as a value; what it throws is told as `bad-payload`, without its text. The bytes are a copy. */
  read(bytes: Buffer): unknown;
  /** A value as a body; what it throws is the handler's failure. */
  write(value: unknown): Uint8Array;
}

const mimePattern = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/;

/** The converters of a server: its own, and those that an application adds. */
export class Converters {
  readonly #added = new Map<string, Converter>();

  /**
   * Adds one; it is asked before JSON, text and bytes.
   *
   * @throws {TypeError} when its type is no MIME type, or has a converter already
   */
  add(converter: Converter): void {
    const type = converter.type.toLowerCase();
    if (!mimePattern.test(type))
      throw new TypeError(`converter '${printable(type)}': a type is a MIME type without parameters`);
    if (this.#added.has(type)) throw new TypeError(`type '${type}' has a converter already`);
    this.#added.set(type, converter);
  }

  /**
   * A body as a value; see {@link fromBody}.
   *
   * @throws {StompwireError} `bad-payload`
   */
  read(body: Buffer, contentType: string | undefined, expectsJson: boolean): unknown {
    const added = this.#addedFor(contentType);
    return added === undefined ? fromBody(body, contentType, expectsJson) : readWith(added, body);
  }

  /**
   * A value as a body; see {@link toBody}.
   *
   * @param type - what the body shall be; without it, the value's own kind says
   * @throws {TypeError} when the value cannot be written so
   */
  write(value: unknown, type?: string): Converted {
    if (type === undefined) return toBody(value);
    const added = this.#addedFor(type);
    if (added === undefined) return toBodyOf(type, value);
    const bytes = added.write(value);
    return { body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), contentType: type };
  }

  #addedFor(contentType: string | undefined): Converter | undefined {
    if (this.#added.size === 0 || contentType === undefined) return undefined;
    return this.#added.get(mimeOf(contentType));
  }
}

function readWith(converter: Converter, body: Buffer): unknown {
  try {
    return converter.read(Buffer.from(body));
  } catch (error) {
    if (error instanceof StompwireError) throw error;
    throw new StompwireError('bad-payload', `the body is not ${converter.type}`, { cause: error });
  }
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
  return { body: toJson(value), contentType: 'application/json' };
}

/** A value as a body of a type that was asked for: a string as JSON is quoted, a number as text is its digits. */
function toBodyOf(type: string, value: unknown): Converted {
  const mime = mimeOf(type);
  if (isJson(mime)) return { body: toJson(value), contentType: type };
  if (value instanceof Uint8Array) return { body: Buffer.from(value), contentType: type };
  const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (isText) return { body: Buffer.from(String(value)), contentType: type };
  throw new TypeError(`a ${typeof value} cannot be sent as ${type}: there is no converter for it`);
}

function toJson(value: unknown): Buffer {
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw new TypeError(`a ${typeof value} cannot be sent as JSON`);
  return Buffer.from(json);
}

/**
 * A body as a value: parsed JSON, a string, or a copy of the bytes. Without a content-type it is JSON
 * where JSON is expected, and text otherwise: many clients name none.
 *
 * @throws {StompwireError} `bad-payload`
 */
export function fromBody(body: Buffer, contentType: string | undefined, expectsJson: boolean): unknown {
  const type = contentType === undefined ? undefined : mimeOf(contentType);
  if (type === undefined ? expectsJson : isJson(type)) return parseJson(body);
  if (type === undefined || type.startsWith('text/')) return body.toString();
  return Buffer.from(body);
}

function mimeOf(contentType: string): string {
  if (contentType === 'application/json') return contentType;
  return contentType.split(';', 1)[0]!.trim().toLowerCase();
}

function isJson(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}
