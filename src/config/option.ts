// What one option is made of, and the builders that give its value a type.

/** A fragment of JSON schema, as Ajv takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * One option of the service.
 *
 * @typeParam Value - the type of the option's value after it was loaded
 */
export interface Option<Value> {
  /** The value when no source gives one. */
  readonly default: Value;
  /** The flag without its dashes: `stomp-port`. The environment name is made from it. */
  readonly flag: string;
  /** What stands for the value in the help: `<port>`; empty for a switch, which takes none. */
  readonly placeholder: string;
  /** The unit of a number (`bytes`, `ms`), or nothing. */
  readonly unit: string;
  /** What is allowed, put so that it can follow "give": `a whole number from 0 to 65535`. */
  readonly allowed: string;
  /** One sentence: why the option is there, and what its zero value means. */
  readonly reason: string;
  /** What the value must be. */
  readonly schema: JsonSchema;
  /** What the text of a flag or of an environment variable stands for; what cannot be read is handed on, for the schema to refuse. */
  readonly fromText: (text: string) => unknown;
  /** The flag may be given more than once. */
  readonly repeatable: boolean;
  /** The value may hold a password, so no error shows it. */
  readonly secret: boolean;
}

type Needed<Value> = Pick<Option<Value>, 'default' | 'flag' | 'reason'>;
type Described<Value> = Needed<Value> & Pick<Option<Value>, 'allowed' | 'placeholder'>;
type Bounds = { readonly unit: string; readonly min: number; readonly max: number };

const PLAIN = { unit: '', repeatable: false, secret: false } as const;
const WHOLE = /^-?\d+$/;
const DECIMAL = /^-?\d+(\.\d+)?$/;

const asItIs = (text: string): string => text;

/** A whole number is read as such, all other text stays text: `61613` or `off`. */
export const numberOrText = (text: string): number | string => (WHOLE.test(text) ? Number(text) : text);

/** A comma-separated list; spaces around an item do not count. */
export const commaSeparated = (text: string): string[] => text.split(',').map((item) => item.trim());

/** An option with a schema of its own. */
export function option<Value>(
  given: Described<Value> & Pick<Option<Value>, 'schema'> & Partial<Option<Value>>,
): Option<Value> {
  return { ...PLAIN, fromText: asItIs, ...given };
}

/** A text that matches one of the formats in `formats.ts`. */
export function text(
  given: Described<string> & { readonly format: string; readonly secret?: boolean },
): Option<string> {
  const { format, ...rest } = given;
  return { ...PLAIN, fromText: asItIs, ...rest, schema: { type: 'string', format } };
}

/** The path of a file that may be left out. */
export function optionalFile(
  given: Omit<Described<string>, 'default' | 'placeholder'>,
): Option<string | undefined> {
  const schema = { type: 'string', format: 'not-empty' };
  return { ...PLAIN, fromText: asItIs, ...given, default: undefined, placeholder: '<file>', schema };
}

/** A text that may be left out. */
export function optionalText(
  given: Omit<Described<string>, 'default'> & { readonly format: string; readonly secret?: boolean },
): Option<string | undefined> {
  const { format, ...rest } = given;
  return { ...PLAIN, fromText: asItIs, ...rest, default: undefined, schema: { type: 'string', format } };
}

/** A list of texts without repetitions: a repeatable flag, a comma-separated environment variable. */
export function textList(
  given: Described<readonly string[]> & { readonly format: string; readonly minItems?: number },
): Option<readonly string[]> {
  const { format, minItems = 0, ...rest } = given;
  const schema = { type: 'array', items: { type: 'string', format }, uniqueItems: true, minItems };
  return { ...PLAIN, fromText: commaSeparated, ...rest, repeatable: true, schema };
}

/** A whole number between two bounds, both included. */
export function whole(given: Needed<number> & Bounds): Option<number> {
  const { min, max, ...rest } = given;
  const schema = { type: 'integer', minimum: min, maximum: max };
  const allowed = `a whole number from ${min} to ${max}`;
  return { ...PLAIN, fromText: numberOrText, ...rest, allowed, placeholder: `<${given.unit}>`, schema };
}

/** A number between two bounds, both included, fractions allowed. */
export function decimal(given: Needed<number> & Bounds): Option<number> {
  const { min, max, ...rest } = given;
  const fromText = (given: string): number | string => (DECIMAL.test(given) ? Number(given) : given);
  const allowed = `a number from ${min} to ${max}`;
  const schema = { type: 'number', minimum: min, maximum: max };
  return { ...PLAIN, fromText, ...rest, allowed, placeholder: `<${given.unit}>`, schema };
}

/** One of a few words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  given: Needed<NoInfer<Word>> & { readonly placeholder: string },
): Option<Word> {
  const allowed = `one of ${words.join(', ')}`;
  return { ...PLAIN, fromText: asItIs, ...given, allowed, schema: { enum: words } };
}

/** A switch: the flag alone means yes. */
export function yesOrNo(given: Needed<boolean>): Option<boolean> {
  const fromText = (text: string): boolean | string =>
    text === 'true' ? true : text === 'false' ? false : text;
  return {
    ...PLAIN,
    fromText,
    ...given,
    allowed: 'true or false',
    placeholder: '',
    schema: { type: 'boolean' },
  };
}

/** The environment variable of a flag: `stomp-port` is `STOMPWIRE_STOMP_PORT`. */
export function environmentName(flag: string): string {
  return `STOMPWIRE_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** The default as people read it: `10000 ms`, `/topic, /queue`, `none`. */
export function defaultText({ default: value, unit }: Option<unknown>): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'none';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'number' && unit !== 'port' ? `${value} ${unit}`.trim() : String(value);
}
