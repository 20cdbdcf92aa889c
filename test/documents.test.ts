// The documents point only at what exists: the paths they name, the links they make, the scripts they call.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../src/config/config.ts';

interface Page {
  readonly path: string;
  readonly text: string;
}

const pages: readonly Page[] = globSync(['*.md', 'docs/**/*.md']).map((path) => ({
  path,
  text: readFileSync(path, 'utf8'),
}));
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Paths between backticks that begin in a folder of the project; patterns and placeholders do not count. */
const namedPaths = ({ text }: Page): string[] =>
  Array.from(text.matchAll(/`((?:src|frames|test|scripts|docs)\/[\w./-]*)`/g), ([, path]) => path!);

/** Targets of links and pictures within the project, without their anchors. */
const linkedPaths = ({ path, text }: Page): string[] =>
  Array.from(text.matchAll(/\]\(([^)#\s]+)/g), ([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => posix.join(posix.dirname(path), target));

const calledScripts = ({ text }: Page): string[] =>
  Array.from(
    text.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(test|start)\b)/g),
    ([, run, short]) => run ?? short!,
  );

const missing = (page: Page): string[] =>
  [...namedPaths(page), ...linkedPaths(page)].filter((path) => !existsSync(path));

describe('the documents', () => {
  it('show a configuration file that is one', () => {
    const [, file] = /```json\n(.*?)```/s.exec(readFileSync('docs/deployment.md', 'utf8'))!;
    expect(() => resolveConfig(JSON.parse(file!))).not.toThrow();
    expect(() => resolveConfig({ ...JSON.parse(file!), trustProxy: 'loopback' })).toThrow('trustProxy');
  });

  it('name and link only what exists', () => {
    expect(pages.flatMap((page) => missing(page).map((path) => `${page.path}: ${path}`))).toEqual([]);
  });

  it('call only scripts that exist', () => {
    const called = pages.flatMap((page) =>
      calledScripts(page).map((script) => ({ page: page.path, script })),
    );
    expect(called.filter(({ script }) => manifest.scripts[script] === undefined)).toEqual([]);
    expect(called.length).toBeGreaterThan(0);
  });

  it('would be told when they did not', () => {
    const page = {
      path: 'docs/a.md',
      text: 'See `src/gone.ts`, [b](../gone.md#x), ![c](https://x.y/z). `npm run gone`',
    };
    expect(missing(page)).toEqual(['src/gone.ts', 'gone.md']);
    expect(calledScripts(page)).toEqual(['gone']);
  });
});
