// The package as a user has it: packed, unpacked into a project of its own, with only what it depends on.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface InstalledPackage {
  /** A project that has the package in its node_modules. */
  readonly folder: string;
  /** What the tarball holds, by path. */
  readonly files: readonly string[];
  remove(): void;
}

/** What the examples use beside the package itself. */
const besides = ['@types/node', '@stomp/stompjs', 'stompit'];

export async function installPackage(): Promise<InstalledPackage> {
  const folder = mkdtempSync(join(tmpdir(), 'stompwire-installed-'));
  const files = await unpack(folder);
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
    optionalDependencies: Record<string, string>;
  };
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const name of [...names, ...besides]) link(folder, name);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  return { folder, files, remove: () => rmSync(folder, { recursive: true }) };
}

async function unpack(folder: string): Promise<string[]> {
  const packed = await execute('npm', ['pack', '--json', '--pack-destination', folder]);
  const [tarball] = JSON.parse(packed.stdout) as { filename: string; files: { path: string }[] }[];
  const target = join(folder, 'node_modules', 'stompwire');
  mkdirSync(target, { recursive: true });
  await execute('tar', ['-xzf', join(folder, tarball!.filename), '-C', target, '--strip-components=1']);
  return tarball!.files.map(({ path }) => path);
}

/** A link is resolved to where it points, so a package finds its own dependencies, and ours finds no others. */
function link(folder: string, name: string): void {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(resolve('node_modules', name), path);
}
