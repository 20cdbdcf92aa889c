// Bodies held to a schema, by Ajv, as fastify does.
import type { Buffer } from 'node:buffer';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';
import { Converters } from './converters.ts';

// schemas are not kept by their $id: two servers in one process may have one each
const ajv = new Ajv({ allErrors: false, strict: true, addUsedSchema: false });

/** Turns bytes into a handler's body, or throws `bad-payload` with the path and the reason. */
export type BodyReader = (body: Buffer, contentType: string | undefined) => unknown;

/**
 * The reader of a handler's bodies.
 *
 * @throws {Error} Ajv's, when the schema is none
 */
export function bodyReader(
  schema: TSchema | undefined,
  converters: Converters = new Converters(),
): BodyReader {
  if (schema === undefined) return (body, contentType) => converters.read(body, contentType, false);
  const validate = ajv.compile(schema);
  return (body, contentType) => {
    const value = converters.read(body, contentType, true);
    if (!isValid(validate, value)) throw new StompwireError('bad-payload', reasonOf(validate.errors?.[0]));
    return value;
  };
}

/** A schema that refers to itself is checked by recursion, and the sender says how deep. */
function isValid(validate: ValidateFunction, value: unknown): boolean {
  try {
    return validate(value);
  } catch (error) {
    if (error instanceof RangeError)
      throw new StompwireError('bad-payload', 'the body is nested too deep', { cause: error });
    throw error;
  }
}

function reasonOf(error: ErrorObject | undefined): string {
  const path = printable(`body${error?.instancePath ?? ''}`);
  return `${path} ${error?.message ?? 'is not what the handler expects'}`;
}
