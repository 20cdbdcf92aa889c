// The finder of real programs, against folders of small executables standing in for a machine.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chromium } from './chromium.ts';
import { declaredNeeds } from './declared.ts';
import type { Machine } from './machine.ts';
import { find } from './program.ts';
import { fromDebian, inDocker, type Launch, onPath, started } from './ways.ts';

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

describe('starting a server', () => {
  const launch: Launch = {
    args: (port, folder) => [String(port), folder],
    ready: /^up/,
    url: (port) => `some://127.0.0.1:${port}`,
  };
  const way = started(onPath('some-server'), launch);

  it('gives its address when it is up, and ends it by its process id', async () => {
    executable('some-server', `echo hello; echo "$$ $1 $2" > ${folder}/asked; echo up; exec /bin/sleep 60`);
    const found = await way(machine());
    if (typeof found === 'string') throw new Error(found);
    const [[pid, port, data] = []] = asked().map((line) => line.split(' '));
    expect(found.address).toBe(`some://127.0.0.1:${port}`);
    expect(existsSync(data!)).toBe(true);
    await found.stop!();
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    expect(existsSync(data!)).toBe(false);
  });

  it('says what a server printed that ends at once', async () => {
    executable('some-server', 'echo "cannot open the port"; exit 1');
    expect(await way(machine())).toMatch(/does not start: .*cannot open the port/);
  });

  it('says that its program is not there', async () => {
    expect(await way(machine())).toBe('not on the PATH: some-server');
  });

  it('is passed over in docker when no engine answers', async () => {
    const docker = inDocker('some:7', 1, launch.ready, launch.url);
    expect(await docker(machine())).toBe('there is no docker');
    executable('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    expect(await docker(machine())).toMatch(/docker failed: .*Cannot connect/);
  });

  it('runs in a container that is removed when it is stopped', async () => {
    executable('docker', `echo "$*" >> ${folder}/asked; case "$1" in run) echo up;; esac`);
    const found = await inDocker('some:7', 99, launch.ready, launch.url)(machine());
    if (typeof found === 'string') throw new Error(found);
    await found.stop!();
    const port = found.address.split(':').at(-1);
    const name = `stompwire-test-${port}`;
    expect(asked().slice(1)).toEqual([
      `run --rm --name ${name} -p 127.0.0.1:${port}:99 some:7`,
      `rm -f ${name}`,
    ]);
  });

  it('keeps Debian from starting the service that it installs, and leaves nothing behind', async () => {
    const policy = join(folder, 'policy-rc.d');
    executable('apt-get', `${policy} >> ${folder}/asked; echo "policy $?" >> ${folder}/asked`);
    const install = fromDebian(['some-server'], 'some-server', { services: 'kept down' });
    await install({ ...machine({}, true), policy });
    expect(asked().at(-1)).toBe('policy 101');
    expect(existsSync(policy)).toBe(false);
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
