// Makes one frozen configuration of layered sources, or tells everything that is wrong with them.
import { compatDefaults } from './compat.ts';
import { ConfigError } from './config-error.ts';
import { clashesOf } from './cross-checks.ts';
import { type Config, OPTION_KEYS, OPTIONS, type OptionKey } from './schema.ts';
import { type Layer, type Problem, problemsOf } from './validate.ts';

export type { Config };
export { ConfigError };

/**
 * Fills in the defaults of what is not given, and checks the whole.
 *
 * @param options - the options to set, by key; one that is `undefined` counts as not given
 * @returns every option with its value, frozen in depth; the given object is not touched
 * @throws ConfigError with all problems, when a key is unknown, a value is not allowed, or two of them clash
 * @example
 * ```ts
 * import { resolveConfig } from 'stompwire';
 * import assert from 'node:assert/strict';
 *
 * const config = resolveConfig({ port: 0, endpoints: ['/ws', '/stomp'] });
 * assert.equal(config.appPrefix, '/app');
 * ```
 */
export function resolveConfig(options: Partial<Config> = {}): Config {
  return layered([{ values: options, sourceOf: () => 'the options' }]);
}

/**
 * Lays sources over the defaults.
 *
 * @param layers - the strongest first
 * @param unreadable - what was wrong when the sources were read; it is told with the other problems
 * @throws ConfigError with every problem of every source, the strongest source first
 */
export function layered(layers: readonly Layer[], unreadable: readonly Problem[] = []): Config {
  const given = layers.map(withoutUndefined);
  const problems = [...unreadable, ...given.flatMap(problemsOf)];
  const wrong = new Set(problems.flatMap(({ keys }) => keys));
  const config = merged(given, wrong);
  const clashes = clashesOf(config, (key) => `${key} from ${sourceOf(given, key)}`);
  const trueClashes = clashes.filter(({ keys }) => !keys.some((key) => wrong.has(key)));
  const lines = [...problems, ...trueClashes].map(({ line }) => line);
  if (lines.length > 0) throw new ConfigError(lines);
  return frozen(config);
}

function withoutUndefined(layer: Layer): Layer {
  const given = Object.entries(layer.values).filter(([, value]) => value !== undefined);
  return { ...layer, values: Object.fromEntries(given) };
}

/** What passed the schema has the type of the table; what did not is left at its default, for a clash in it means nothing. */
function merged(layers: readonly Layer[], wrong: ReadonlySet<string>): Config {
  const given = (key: OptionKey): unknown =>
    wrong.has(key) ? undefined : layers.find(({ values }) => Object.hasOwn(values, key))?.values[key];
  const usual = compatDefaults[(given('compat') as Config['compat'] | undefined) ?? 'none'];
  const pairs = OPTION_KEYS.map((key) => [key, given(key) ?? usual[key] ?? OPTIONS[key].default]);
  return structuredClone(Object.fromEntries(pairs)) as Config;
}

function sourceOf(layers: readonly Layer[], key: string): string {
  return layers.find(({ values }) => Object.hasOwn(values, key))?.sourceOf(key) ?? 'the defaults';
}

function frozen(config: Config): Config {
  for (const value of Object.values(config)) Object.freeze(value);
  return Object.freeze(config);
}
