// Checks the values of one source against the schema, and tells each problem in our own words.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { FORMATS } from './formats.ts';
import { nearest } from './nearest.ts';
import {
  type Config,
  isOptionKey,
  OPTION_KEYS,
  type OptionKey,
  optionOf,
  partialConfigSchema,
} from './schema.ts';

/** The values that one source gives, and how that source is called in an error. */
export interface Layer {
  readonly values: Readonly<Record<string, unknown>>;
  /** Names the source of a key: `flag --port`, `environment STOMPWIRE_PORT`, `file chat.json`. */
  readonly sourceOf: (key: string) => string;
}

/** One thing that is wrong. */
export interface Problem {
  /** The keys that it is about. */
  readonly keys: readonly string[];
  /** The line that tells it: key, source, value, what is allowed. */
  readonly line: string;
}

/** Names a key and its source: `port from flag --port`. */
export type Named = (key: OptionKey) => string;
/** A rule between options: the clashes that it finds in a complete configuration. */
export type Check = (config: Config, named: Named) => Problem[];

const LONGEST_SHOWN = 80;
let compiled: ValidateFunction | undefined;

function validator(): ValidateFunction {
  if (compiled !== undefined) return compiled;
  const ajv = new Ajv({ allErrors: true, strict: true, formats: { ...FORMATS } });
  compiled = ajv.compile(partialConfigSchema());
  return compiled;
}

/**
 * Checks one source by itself, so that a bad value is told even where another source overrides it.
 *
 * @returns the problems, none when all is well
 */
export function problemsOf(layer: Layer): Problem[] {
  const validate = validator();
  if (validate(layer.values)) return [];
  const errors = validate.errors ?? [];
  const unknown = errors.filter((error) => error.keyword === 'additionalProperties');
  const keys = new Set(errors.map(keyOf).filter(isOptionKey));
  return [
    ...unknown.map((error) => unknownKey(layer, String(error.params.additionalProperty))),
    ...[...keys].flatMap((key) => badValues(layer, key, errors)),
  ];
}

function keyOf(error: ErrorObject): string {
  return error.instancePath.split('/')[1] ?? '';
}

function unknownKey(layer: Layer, key: string): Problem {
  const line = `${key} from ${layer.sourceOf(key)} is no option; the nearest is ${nearest(key, OPTION_KEYS)}`;
  return { keys: [key], line };
}

/** Alternatives of a schema complain at several depths; the deepest complaint is about the smallest part. */
function badValues(layer: Layer, key: OptionKey, errors: readonly ErrorObject[]): Problem[] {
  const own = errors.filter((error) => keyOf(error) === key);
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length;
  const deepest = Math.max(...own.map(depth));
  const atPath = new Map(
    own.filter((error) => depth(error) === deepest).map((error) => [error.instancePath, error]),
  );
  return [...atPath.values()].map((error) => badValue(layer, key, error));
}

function badValue(layer: Layer, key: OptionKey, error: ErrorObject): Problem {
  const { allowed, secret } = optionOf(key);
  const value = blamed(layer.values[key], error);
  const shown = secret ? 'the value (not shown, for it may hold a password)' : show(value);
  const wrong = error.keyword === 'uniqueItems' ? 'is there twice' : 'is not allowed';
  return { keys: [key], line: `${key} from ${layer.sourceOf(key)}: ${shown} ${wrong}; give ${allowed}` };
}

/** The part of the value that the error is about. */
function blamed(value: unknown, error: ErrorObject): unknown {
  if (!Array.isArray(value)) return value;
  const index: unknown = error.keyword === 'uniqueItems' ? error.params.i : error.instancePath.split('/')[2];
  return index === undefined ? value : value[Number(index)];
}

/** A value for a human; what stands before an `@` may be a password that went to the wrong option. */
function show(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value)).replace(/^("?).*@/, '$1***@');
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}
