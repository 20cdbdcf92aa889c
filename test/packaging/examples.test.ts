// Every example in the comments and the documents does what it says: it compiles, runs and ends well.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allExamples, type Example, examplesIn, examplesInSource } from './example-blocks.ts';
import { type InstalledPackage, installPackage } from './installed-package.ts';
import { runExample } from './run-example.ts';

const examples = allExamples();
const fileOf = ({ origin }: Example): string => `example-${origin.replaceAll(/[^a-z0-9]+/gi, '-')}.ts`;

const compilerOptions = {
  ...{ target: 'es2023', lib: ['es2023'], module: 'nodenext', types: ['node'] },
  ...{ strict: true, noEmit: true, skipLibCheck: true, erasableSyntaxOnly: true },
};

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
  const { folder } = installed;
  for (const example of examples) writeFileSync(join(folder, fileOf(example)), example.code);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
});
afterAll(() => installed?.remove());

/** What the compiler complains of, empty when it does not. */
function complaints(): string {
  try {
    return execFileSync(resolve('node_modules/.bin/tsc'), ['-p', installed.folder], { encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? error);
  }
}

describe('the examples', () => {
  it('are there', () => {
    const files = new Set(examples.map(({ origin }) => origin.split(':')[0]));
    expect([...files]).toEqual(expect.arrayContaining(['README.md', 'frames/parser.ts']));
  });

  it('compile against the published types', () => {
    expect(complaints()).toBe('');
  });

  it.for(examples.filter(({ kind }) => kind === 'run'))('$origin runs to its end', async (example) => {
    const ran = await runExample(fileOf(example), installed.folder, example.kind);
    expect(ran).toMatchObject({ code: 0, complaints: '' });
  });

  const serving = examples.filter(({ kind }) => kind === 'serves');
  it.for(serving)('$origin serves until it is stopped', async (example) => {
    const ran = await runExample(fileOf(example), installed.folder, example.kind);
    expect(ran).toMatchObject({ printed: expect.stringMatching(/\S/), complaints: '' });
    expect([0, 'SIGTERM']).toContain(ran.code);
  });
});

describe('finding examples', () => {
  it('reads the fences of a document with their lines and kinds', () => {
    const page =
      '# A\n\n```ts\nlet a = 1;\n```\n\n```ts serves\nb();\n```\n\n```sh\nls\n```\n\n```ts no-run: needs a page\nc();\n```\n';
    expect(examplesIn('README.md', page)).toEqual([
      { origin: 'README.md:3', kind: 'run', code: 'let a = 1;\n' },
      { origin: 'README.md:7', kind: 'serves', code: 'b();\n' },
      { origin: 'README.md:15', kind: 'no-run', code: 'c();\n' },
    ]);
  });

  it('reads the comments of a source file without their margin, and nothing but the comments', () => {
    const source =
      '/**\n * Adds.\n *\n * @example\n * ```ts\n * if (a) {\n *   b();\n *\n * }\n * ```\n */\nconst c = `\n```ts\nx\n```\n`;\n';
    expect(examplesInSource('src/a.ts', source)).toEqual([
      { origin: 'src/a.ts:5', kind: 'run', code: 'if (a) {\n  b();\n\n}\n' },
    ]);
  });

  it('refuses an example that says it cannot run without saying why', () => {
    expect(() => examplesIn('a.md', '```ts no-run\nx\n```')).toThrow('a.md:1');
    expect(() => examplesIn('a.md', '```ts skip\nx\n```')).toThrow('a.md:1');
  });
});
