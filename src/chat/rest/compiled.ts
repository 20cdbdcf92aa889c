// The checks of what is asked, compiled once for all servers of a process.
import { Ajv, type Options, type ValidateFunction } from 'ajv';

/** What compiles schemas: it takes longest of all that a start does, and knows a schema again by what it says. */
export function compiledOnce(options: Options = {}): (schema: object) => ValidateFunction {
  const ajv = new Ajv(options);
  const known = new Map<string, ValidateFunction>();
  return (schema) => {
    const text = JSON.stringify(schema);
    const compiled = known.get(text) ?? ajv.compile(schema);
    known.set(text, compiled);
    return compiled;
  };
}
