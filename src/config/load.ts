// Loads the configuration of a process: flags over environment over file over defaults.
import { layered } from './config.ts';
import { type Reading, readConfigFile } from './config-file.ts';
import { nearest } from './nearest.ts';
import { environmentName } from './option.ts';
import {
  CONFIG_FILE,
  type Config,
  isOptionKey,
  OPTION_KEYS,
  OPTIONS,
  type OptionKey,
  optionOf,
} from './schema.ts';
import type { Problem } from './validate.ts';

/** Where a configuration comes from. */
export interface Sources {
  /** Flags by option key; a text, texts, or a boolean, as given. `config` names the file. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** The environment; only `STOMPWIRE_*` is read, and an empty variable counts as not given. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads the file of `--config` as text; throws what the file system throws. */
  readonly readFile: (path: string) => string;
}

const OURS = 'STOMPWIRE_';
/** Variables under this prefix belong to the tests. */
const RESERVED = 'STOMPWIRE_TEST_';
const KEY_OF_ENVIRONMENT = new Map<string, OptionKey>(
  OPTION_KEYS.map((key) => [environmentName(OPTIONS[key].flag), key]),
);

/**
 * Loads the configuration.
 *
 * @param sources - flags, environment, and how to read a file
 * @returns every option with its value, frozen in depth
 * @throws ConfigError with the problems of all sources at once
 */
export function loadConfig(sources: Sources): Config {
  const { config: fromFlag, ...flags } = sources.flags;
  const path = fromFlag ?? (sources.env[CONFIG_FILE.environment] || undefined);
  const read = [readFlags(flags), readEnvironment(sources.env)];
  if (typeof path === 'string') read.push(readConfigFile(path, sources.readFile));
  return layered(
    read.map(({ layer }) => layer),
    read.flatMap(({ problems }) => problems),
  );
}

function readFlags(flags: Readonly<Record<string, unknown>>): Reading {
  const values = Object.entries(flags).map(([key, given]) => [key, flagValue(key, given)]);
  const sourceOf = (key: string): string => `flag --${flagOf(key)}`;
  return { layer: { values: Object.fromEntries(values), sourceOf }, problems: [] };
}

function flagOf(key: string): string {
  return isOptionKey(key) ? OPTIONS[key].flag : key;
}

/** A repeatable flag may also hold a comma-separated list, as its environment variable does. */
function flagValue(key: string, given: unknown): unknown {
  if (!isOptionKey(key)) return given;
  const { fromText } = optionOf(key);
  if (Array.isArray(given)) return given.flatMap((text) => fromText(String(text)));
  return typeof given === 'string' ? fromText(given) : given;
}

function readEnvironment(env: Sources['env']): Reading {
  const ours = Object.entries(env).filter(([name]) => name.startsWith(OURS) && !name.startsWith(RESERVED));
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [name, text = ''] of ours) {
    const key = KEY_OF_ENVIRONMENT.get(name);
    if (key !== undefined) values[key] = text === '' ? undefined : optionOf(key).fromText(text);
    else if (name !== CONFIG_FILE.environment) problems.push(unknownVariable(name));
  }
  const sourceOf = (key: string): string => `environment ${environmentName(flagOf(key))}`;
  return { layer: { values, sourceOf }, problems };
}

function unknownVariable(name: string): Problem {
  const known = [...KEY_OF_ENVIRONMENT.keys(), CONFIG_FILE.environment];
  return { keys: [], line: `environment ${name} is no option; the nearest is ${nearest(name, known)}` };
}
