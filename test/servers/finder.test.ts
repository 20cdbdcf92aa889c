// The finder of real programs, against folders of small executables standing in for a machine.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chromium } from './chromium.ts';
import { declaredNeeds } from './declared.ts';
import type { Machine } from './machine.ts';
import { find } from './program.ts';

let folder: string;
let bin: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finder-'));
  bin = join(folder, 'bin');
  mkdirSync(bin);
});
afterEach(() => rmSync(folder, { recursive: true }));

function executable(name: string, script = 'exit 0'): string {
  const path = join(bin, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const machine = (env: Record<string, string> = {}, root = false): Machine => ({
  env: { PATH: bin, ...env },
  root,
});

/** An apt-get that writes down what it was asked, and whose install puts a chromium beside it. */
const fakeAptGet = (): string =>
  executable(
    'apt-get',
    `echo "$DEBIAN_FRONTEND $*" >> ${folder}/asked
     case "$*" in *install*) echo '#!/bin/sh' > ${bin}/chromium; /bin/chmod +x ${bin}/chromium;; esac`,
  );

const asked = (): string[] => readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');

describe('finding a program', () => {
  it('takes the address in the environment before all else', async () => {
    executable('chromium');
    expect(await find(chromium, machine({ CHROMIUM_PATH: '/opt/browser' }))).toEqual({
      address: '/opt/browser',
    });
  });

  it('takes a program on the PATH', async () => {
    const path = executable('chromium-browser');
    expect(await find(chromium, machine({ PATH: `/nonexistent::${bin}` }, true))).toEqual({ address: path });
  });

  it('does not take a folder, or a file that cannot be executed', async () => {
    mkdirSync(join(bin, 'chromium'));
    writeFileSync(join(bin, 'google-chrome'), 'text');
    expect(await find(chromium, machine())).toHaveProperty('missing');
  });

  it('installs with apt-get as root: lists refreshed once, no questions, no recommends', async () => {
    fakeAptGet();
    const here = machine({}, true);
    expect(await find(chromium, here)).toEqual({ address: join(bin, 'chromium') });
    rmSync(join(bin, 'chromium'));
    await find(chromium, here);
    const install = 'noninteractive -qq install -y --no-install-recommends chromium fonts-liberation';
    expect(asked()).toEqual(['noninteractive -qq update', install, install]);
  });

  it('does not touch apt-get when not root, and says each thing that was tried', async () => {
    fakeAptGet();
    const outcome = await find(chromium, machine());
    expect(outcome).toEqual({
      missing:
        'CHROMIUM_PATH is not set; not on the PATH: chromium, chromium-browser, google-chrome, google-chrome-stable; ' +
        'not root, so apt-get is not tried',
      mend: expect.stringContaining('apt-get install chromium'),
    });
    expect(asked).toThrow('ENOENT');
  });

  it('says what apt-get said when it fails', async () => {
    executable('apt-get', 'echo "E: Unable to locate package" >&2; exit 100');
    expect(await find(chromium, machine({}, true))).toMatchObject({
      missing: expect.stringContaining('E: Unable to locate package'),
    });
  });
});

describe('reading what a test file declares', () => {
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('lists each program once per file', () => {
    const needs = (name: string): string => `describe.runIf(requires('${name}'))`;
    const one = file('one.ts', needs('some-server').repeat(2));
    const two = file('two.ts', needs('some-server') + needs('other'));
    const none = file('none.ts', 'notrequires(name)');
    expect(declaredNeeds([one, two, none])).toEqual(
      new Map([
        ['some-server', [one, two]],
        ['other', [two]],
      ]),
    );
  });
});
