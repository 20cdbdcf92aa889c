// The source files of the project and what each imports, types included, as the architecture rules see them.
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync } from 'vite';

export interface SourceFile {
  /** From the root of the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Files of the project, by the same kind of path. */
  readonly imports: readonly string[];
  /** Everything else: packages and `node:` modules. */
  readonly packages: readonly string[];
}

export const readSources = (...patterns: string[]): SourceFile[] =>
  globSync(patterns)
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => sourceFile(path, readFileSync(path, 'utf8')));

export function sourceFile(path: string, text: string): SourceFile {
  const specifiers = path.endsWith('.ts') ? importedBy(path, text) : [];
  const relative = specifiers.filter((specifier) => specifier.startsWith('.'));
  const imports = relative.map((specifier) => posix.join(posix.dirname(path), specifier));
  return { path, text, imports, packages: specifiers.filter((specifier) => !specifier.startsWith('.')) };
}

/** Static, re-exporting, dynamic and type-only imports; `import('x').T` in a type is one as well. */
function importedBy(path: string, text: string): string[] {
  const { module, program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`);
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.map((entry) => entry.moduleRequest?.value),
  );
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    text.slice(start + 1, end - 1),
  );
  const all = [...module.staticImports.map((one) => one.moduleRequest.value), ...reexports, ...dynamic];
  return [...new Set([...all, ...typeImports(program)])].filter((one) => one !== undefined);
}

function typeImports(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const below = Object.values(node).flatMap(typeImports);
  const { type, source } = node as { type?: string; source?: { value?: string } };
  return type === 'TSImportType' && source?.value ? [source.value, ...below] : below;
}
