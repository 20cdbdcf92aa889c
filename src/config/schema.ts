// The one table of options: everything else (types, checks, flags, help, docs) is derived from it.
import { environmentName, type JsonSchema, type Option } from './option.ts';
import { AUTH } from './options/auth.ts';
import { CHAT } from './options/chat.ts';
import { BACK_ENDS, DESTINATIONS } from './options/destinations.ts';
import { HISTORY } from './options/history.ts';
import { LIMITS, TIMES } from './options/limits.ts';
import { LISTENING } from './options/listening.ts';
import { OPERATION } from './options/operation.ts';
import { QUEUES } from './options/queues.ts';
import { SECURITY } from './options/security.ts';
import { SOCKJS } from './options/sockjs.ts';

/** Every option by its key. */
export const OPTIONS = {
  ...LISTENING,
  ...DESTINATIONS,
  ...BACK_ENDS,
  ...HISTORY,
  ...QUEUES,
  ...CHAT,
  ...SECURITY,
  ...AUTH,
  ...SOCKJS,
  ...OPERATION,
  ...LIMITS,
  ...TIMES,
};

/** The key of an option, as the JSON file and the library spell it. */
export type OptionKey = keyof typeof OPTIONS;

/**
 * The whole configuration: a value for every option, frozen in depth.
 *
 * Keys, units and defaults are listed in `docs/options.md`.
 */
export type Config = { readonly [Key in OptionKey]: (typeof OPTIONS)[Key]['default'] };

/** The options under the headings of the help and of the docs. */
export const GROUPS: ReadonlyArray<{ readonly title: string; readonly keys: readonly OptionKey[] }> = [
  { title: 'Listening', keys: keysOf(LISTENING) },
  { title: 'Destinations', keys: keysOf(DESTINATIONS) },
  { title: 'Back ends', keys: keysOf(BACK_ENDS) },
  { title: 'Logs and history', keys: keysOf(HISTORY) },
  { title: 'Queues', keys: keysOf(QUEUES) },
  { title: 'Chat', keys: keysOf(CHAT) },
  { title: 'Security', keys: keysOf(SECURITY) },
  { title: 'Authentication', keys: keysOf(AUTH) },
  { title: 'SockJS', keys: keysOf(SOCKJS) },
  { title: 'Operation', keys: keysOf(OPERATION) },
  { title: 'Limits', keys: keysOf(LIMITS) },
  { title: 'Times', keys: keysOf(TIMES) },
];

/** The flag that names the JSON file; it is no option of its own, for it says where options are. */
export const CONFIG_FILE = {
  flag: 'config',
  environment: environmentName('config'),
  reason: 'A JSON file with options by their keys.',
} as const;

/** All keys, in the order of the table. */
export const OPTION_KEYS = keysOf(OPTIONS);

/** The option of a key, whatever its type. */
export function optionOf(key: OptionKey): Option<Config[OptionKey]> {
  return OPTIONS[key];
}

/** Whether a text is the key of an option. */
export function isOptionKey(text: string): text is OptionKey {
  return Object.hasOwn(OPTIONS, text);
}

/** The schema of an object that gives some of the options. */
export function partialConfigSchema(): JsonSchema {
  const properties = Object.fromEntries(OPTION_KEYS.map((key) => [key, OPTIONS[key].schema]));
  return { type: 'object', properties, additionalProperties: false };
}

function keysOf<Group extends object>(group: Group): ReadonlyArray<keyof Group> {
  return Object.keys(group) as Array<keyof Group>;
}
