// What .dockerignore lets through is what the build reads, and nothing that could hold a secret.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const lines = readFileSync('.dockerignore', 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

describe('.dockerignore', () => {
  it('keeps everything out that it does not name', () => {
    expect(lines[0]).toBe('*');
  });

  it('lets through what the Dockerfile and the build scripts name', () => {
    const scripts = ['build', 'build:server', 'build:web'].map((name) => manifest.scripts[name]).join(' ');
    const named = scripts.match(/\S+\.(json|ts)\b/g) ?? [];
    expect(named.length).toBeGreaterThan(1);
    for (const path of [...named, 'package.json', 'package-lock.json', 'LICENSE', 'src', 'frames']) {
      expect(lines).toContain(`!${path}`);
    }
  });

  it('lets nothing through that is built, installed, or under version control', () => {
    for (const path of ['dist', 'node_modules', '.git', 'test', '.env'])
      expect(lines).not.toContain(`!${path}`);
  });
});
