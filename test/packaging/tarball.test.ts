// What `npm publish` would publish: everything that runs, nothing that only builds or tests.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InstalledPackage, installPackage } from './installed-package.ts';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string;
  bin: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
};

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
});
afterAll(() => installed?.remove());

const node = (...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: installed.folder, encoding: 'utf8', timeout: 20_000 });

describe('the npm package', () => {
  it('holds the service, the codec, their types, and the page', () => {
    const needed = [
      'dist/src/cli.js',
      'dist/src/index.d.ts',
      'dist/frames/index.js',
      'dist/web/index.html',
      'dist/sockjs-client/LICENSE',
      'dist/sockjs-client/sockjs.min.js',
    ];
    expect(installed.files).toEqual(
      expect.arrayContaining([...needed, 'README.md', 'LICENSE', 'package.json']),
    );
  });

  it('holds no test, no source and no file that begins with a dot', () => {
    const wrong = /(^|\/)(test|scripts|\.[^/]*)(\/|$)|^src\/|^frames\/(?!corpus\/)|\.test\.|(?<!\.d)\.ts$/;
    expect(installed.files.filter((path) => wrong.test(path))).toEqual([]);
  });

  it('has a file for each entry of bin and exports', () => {
    const entries = Object.values(manifest.exports).flatMap((one) =>
      typeof one === 'string' ? [one] : Object.values(one),
    );
    const paths = [...entries, ...Object.values(manifest.bin)].map((path) => path.replace(/^\.\//, ''));
    expect(paths.filter((path) => !installed.files.includes(path))).toEqual([]);
  });

  it('starts with only its dependencies installed', () => {
    const cli = join(installed.folder, 'node_modules/stompwire', manifest.bin.stompwire!);
    expect(node(cli, '--version').trim()).toBe(manifest.version);
    expect(node(cli, 'serve', '--help')).toContain('--stomp-port');
  });

  it('can be imported whole, and the codec and the client alone', () => {
    const script =
      "console.log(...(await Promise.all(['stompwire', 'stompwire/frames', 'stompwire/client'].map((one) => import(one)))).map((one) => Object.keys(one).length > 0))";
    expect(node('--input-type=module', '-e', script).trim()).toBe('true true true');
  });
});
