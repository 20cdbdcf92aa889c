// Writes the option tables of docs/options.md and README.md from the schema; --check only tells whether they are up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultText, environmentName } from '../src/config/option.ts';
import { CONFIG_FILE, GROUPS, OPTION_KEYS, type OptionKey, optionOf } from '../src/config/schema.ts';

const ROOT = new URL('../', import.meta.url);
const BEGIN = '<!-- options:begin -->';
const END = '<!-- options:end -->';

const INTRODUCTION = `# Options

<!-- Written by scripts/option-table.ts; change src/config/options/ instead. -->

An option is given as a flag of \`stompwire serve\`, as an environment variable, or under its key in the
JSON file that \`--config\` (\`${CONFIG_FILE.environment}\`) names. A flag wins over the environment, the environment over
the file, the file over the default. \`createServer\` takes the same keys.

- Lists are comma-separated in the environment, arrays in the file, and repeated flags on the command line.
- An empty environment variable counts as not given. \`--no-allow-anonymous\` wins over an environment that allows it.
- Paths are relative to the folder in which the service is started.
- An unknown key, an unknown \`STOMPWIRE_*\` variable or a value that is not allowed stops the start; all
  problems are told at once, a line each. \`STOMPWIRE_TEST_*\` is left to the tests.
`;

type Row = readonly string[];

/** The whole of docs/options.md. */
export function optionsPage(): string {
  const head = ['Key', 'Flag', 'Environment', 'Default', 'Allowed', 'Why'];
  const groups = GROUPS.map(({ title, keys }) => `## ${title}\n\n${table(head, keys.map(fullRow))}`);
  return [INTRODUCTION, ...groups].join('\n');
}

/** The README's shorter table. */
export function readmeTable(): string {
  const file = [code(`--${CONFIG_FILE.flag} <file>`), 'none', CONFIG_FILE.reason];
  return table(['Flag', 'Default', 'Why'], [...OPTION_KEYS.map(shortRow), file]);
}

function fullRow(key: OptionKey): Row {
  const option = optionOf(key);
  const names = [code(key), code(`--${option.flag}`), code(environmentName(option.flag))];
  return [...names, defaultText(option), option.allowed, option.reason];
}

function shortRow(key: OptionKey): Row {
  const option = optionOf(key);
  return [code(`--${option.flag} ${option.placeholder}`.trim()), defaultText(option), option.reason];
}

const code = (text: string): string => `\`${text}\``;

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map(cell).join(' | ')} |\n`;
  return [head, head.map(() => '---'), ...rows].map(line).join('');
}

/** A bar would end the cell, and a bare star would begin emphasis. */
const cell = (text: string): string =>
  text.startsWith('`') ? text.replaceAll('|', '\\|') : text.replaceAll(/[|*<]/g, '\\$&');

/** The page with the table put between its markers; a page that is not there yet stays away. */
export function withTable(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (page === '') return page;
  if (begin < 0 || end < begin) throw new Error(`README.md needs the lines ${BEGIN} and ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n${readmeTable()}${page.slice(end)}`;
}

/** The pages that hold options: their text now, and as it should be. */
export function pages(): ReadonlyArray<{
  readonly path: string;
  readonly now: string;
  readonly due: string;
}> {
  const docs = textOf('docs/options.md');
  const readme = textOf('README.md');
  return [
    { path: 'docs/options.md', now: docs, due: optionsPage() },
    { path: 'README.md', now: readme, due: withTable(readme) },
  ];
}

function textOf(path: string): string {
  const url = new URL(path, ROOT);
  return existsSync(url) ? readFileSync(url, 'utf8') : '';
}

function main(): void {
  const stale = pages().filter(({ now, due }) => now !== due);
  if (process.argv.includes('--check')) {
    for (const { path } of stale) console.error(`${path} is stale; run: node scripts/option-table.ts`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  for (const { path, due } of stale) writeFileSync(new URL(path, ROOT), due);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
