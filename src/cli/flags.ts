// The flags of the table of options, as commander wants them.
import { Option as Flag } from 'commander';
import { defaultText, type Option } from '../config/option.ts';
import { CONFIG_FILE, GROUPS, OPTION_KEYS, OPTIONS, type OptionKey, optionOf } from '../config/schema.ts';

/** A flag for every option under the headings of the table, and `--config`. */
export function flagsOf(): Flag[] {
  const file = new Flag(`--${CONFIG_FILE.flag} <file>`, CONFIG_FILE.reason).helpGroup('Configuration:');
  const groups = GROUPS.flatMap(({ title, keys }) =>
    keys.flatMap((key) => flagsOfOption(optionOf(key)).map((flag) => flag.helpGroup(`${title}:`))),
  );
  return [...groups, file];
}

/** A switch gets a second flag that turns it off, to win over an environment that turns it on. */
function flagsOfOption(option: Option<unknown>): Flag[] {
  const flag = new Flag(`--${option.flag} ${option.placeholder}`.trim(), describe(option));
  if (option.placeholder === '') return [flag, new Flag(`--no-${option.flag}`).hideHelp()];
  return [option.repeatable ? flag.argParser(collect) : flag];
}

function describe(option: Option<unknown>): string {
  const notes = [`default: ${defaultText(option)}`];
  if (option.repeatable) notes.unshift('repeatable');
  if (option.placeholder === '' && option.default === true) notes.push(`--no-${option.flag} turns it off`);
  if (option.schema.enum !== undefined) notes.unshift(option.allowed);
  return `${option.reason} (${notes.join('; ')})`;
}

/** What commander does with each further value of a repeatable flag. */
export function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

/** Commander names a value after its flag, the table after its key: `brokerPrefix` is `brokerPrefixes`. */
export function valuesByKey(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const keys = new Map<string, OptionKey>(
    OPTION_KEYS.map((key) => [new Flag(`--${OPTIONS[key].flag}`).attributeName(), key]),
  );
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [keys.get(name) ?? name, value]));
}
