// Bodies held to a schema, by Ajv, as fastify does.
import type { Buffer } from 'node:buffer';
import { Ajv, type ErrorObject } from 'ajv';
import type { TSchema } from 'typebox';
import { StompwireError } from '../errors.ts';
import { fromBody } from './converters.ts';

const ajv = new Ajv({ allErrors: false, strict: true });

/** Turns bytes into a handler's body, or throws `bad-payload` with the path and the reason. */
export function bodyReader(
  schema: TSchema | undefined,
): (body: Buffer, contentType: string | undefined) => unknown {
  if (schema === undefined) return (body, contentType) => fromBody(body, contentType, false);
  const validate = ajv.compile(schema);
  return (body, contentType) => {
    const value = fromBody(body, contentType, true);
    if (!validate(value)) throw new StompwireError('bad-payload', reasonOf(validate.errors?.[0]));
    return value;
  };
}

function reasonOf(error: ErrorObject | undefined): string {
  return `body${error?.instancePath ?? ''} ${error?.message ?? 'is not what the handler expects'}`;
}
