// The rules of the house, held against the whole tree.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importCycles } from './architecture/cycles.ts';
import { chatImports, codecImports, upwardImports } from './architecture/floors.ts';
import {
  badDeclarations,
  badNames,
  longFiles,
  namedBackEnds,
  unopened,
  unshippedPackages,
} from './architecture/rules.ts';
import { readSources } from './architecture/source.ts';

const product = readSources('{src,frames}/**/*.ts');
const everything = [...product, ...readSources('{test,scripts}/**/*.ts', '*.ts')];
const page = readSources('src/web/**/*.{css,html}');
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>;
const shipped = Object.keys({
  ...manifest.dependencies,
  ...manifest.optionalDependencies,
  ...manifest.peerDependencies,
});

describe('the tree', () => {
  it('was read', () => {
    expect(product.length).toBeGreaterThan(10);
    expect(product.some(({ imports }) => imports.length > 0)).toBe(true);
  });

  it('imports only from its own floor and those under it', () => {
    expect(upwardImports(product)).toEqual([]);
  });

  it('has a codec that imports nothing but Node', () => {
    expect(codecImports(product)).toEqual([]);
  });

  it('has a chat service that uses the public face alone', () => {
    expect(chatImports(product)).toEqual([]);
  });

  it('has no import cycle, not even by type', () => {
    expect(importCycles(everything)).toEqual([]);
  });

  it('names back ends only in backends.ts', () => {
    expect(namedBackEnds(product)).toEqual([]);
  });

  it('imports only packages that are installed with it', () => {
    expect(unshippedPackages(product, shipped)).toEqual([]);
  });

  it('has no file of two subjects', () => {
    expect(longFiles([...everything, ...page])).toEqual([]);
  });

  it('has names that say something', () => {
    expect(badNames([...everything, ...page])).toEqual([]);
    expect(badDeclarations(everything)).toEqual([]);
  });

  it('opens every file with a sentence', () => {
    expect(unopened(everything)).toEqual([]);
  });
});
