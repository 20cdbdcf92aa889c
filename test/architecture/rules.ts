// The rules that hold for each source file by itself: length, name, opening sentence, packages, back ends.
import { posix } from 'node:path';
import type { SourceFile } from './source.ts';

export const longestFile = 400;

export const longFiles = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ text }) => text.trimEnd().split('\n').length > longestFile)
    .map(({ path }) => `${path} is over ${longestFile} lines: it has two subjects`);

const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const emptyName = /^(utils?|helpers?|types?|misc|common)$|(^|-)(manager|impl)$/;

export function badNames(files: readonly SourceFile[]): string[] {
  const parts = files.flatMap(({ path }) => path.split('/').map((part) => ({ path, part })));
  const bad = ({ part }: { part: string }): boolean =>
    !kebabCase.test(part) || emptyName.test(part.split('.')[0]!);
  return [
    ...new Set(
      parts.filter(bad).map(({ path, part }) => `${path}: ${part} says nothing, or is not kebab-case`),
    ),
  ];
}

const emptyDeclaration =
  /^(?:export )?(?:abstract )?(?:class|interface|type|function|const) (\w*(?:Manager|Impl))\b/gm;

export const badDeclarations = (files: readonly SourceFile[]): string[] =>
  files.flatMap(({ path, text }) =>
    Array.from(text.matchAll(emptyDeclaration), ([, name]) => `${path}: ${name}`),
  );

/** A comment on the first line (or under a #! line) whose first sentence ends. */
const opening = /^(?:#!.*\n)?(?:\/\/ ((?:.*\n\/\/ )*.*)|\/\*\*?\s+([\s\S]*?)\*\/)/;

export const unopened = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ text }) => !/^\S+( \S+){2,}[.:?](\s|$)/.test(openingComment(text)))
    .map(({ path }) => `${path} does not open with a sentence that says what it is for`);

function openingComment(text: string): string {
  const [, line, block] = opening.exec(text) ?? [];
  return (line ?? block ?? '').replace(/\s*\n\s*(\/\/|\*)?\s*/g, ' ').trim();
}

/** What ships may import what ships with it; the browser client is bundled, so it may import any. */
export const unshippedPackages = (files: readonly SourceFile[], shipped: readonly string[]): string[] =>
  files
    .filter(({ path }) => !path.startsWith('src/web/'))
    .flatMap(({ path, packages }) => packages.map((name) => ({ path, name })))
    .filter(({ name }) => !name.startsWith('node:') && !shipped.includes(packageOf(name)))
    .map(({ path, name }) => `${path} imports ${name}, which is not installed with the package`);

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Modules that implement a port chosen by an address; ports and what implementations share are not. */
const backEnd =
  /^src\/(relay\/(?!(relay|log|queues|quotas|claims|members|node-line|envelope|redis\/keys)\.ts$)|history\/(stores|feeds)\/)/;

export const namedBackEnds = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) => path !== 'src/backends.ts')
    .flatMap(({ path, imports }) => imports.map((imported) => ({ path, imported })))
    .filter(({ path, imported }) => backEnd.test(imported) && !sameBackEnd(path, imported))
    .map(({ path, imported }) => `${path} names the back end ${imported}: only src/backends.ts may`);

/** Back ends of one folder may share code: what one of them needs, its neighbours may use. */
const sameBackEnd = (path: string, imported: string): boolean =>
  backEnd.test(path) && posix.dirname(imported).startsWith(posix.dirname(path));
