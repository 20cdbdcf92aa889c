// The built executable from start to exit, as an operator and a supervisor see it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { EXECUTABLE, Executable } from './executable.ts';

const ANY_PORTS = ['--port', '0', '--stomp-port', '0'];
const OLD_NODE = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });",
)}`;

const running: Executable[] = [];
const blockers: Server[] = [];
/** Groups of processes of which one may be left. */
const groups: number[] = [];

afterEach(async () => {
  for (const group of groups.splice(0)) process.kill(-group, 'SIGKILL');
  for (const executable of running) executable.signal('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
  for (const blocker of blockers.splice(0)) blocker.close();
});

function run(words: readonly string[], nodeFlags: readonly string[] = []): Executable {
  const executable = new Executable(words, nodeFlags);
  running.push(executable);
  return executable;
}

/** A port that another program has taken: this one. */
async function takenPort(): Promise<number> {
  const blocker = createServer().listen(0, '127.0.0.1');
  blockers.push(blocker);
  await once(blocker, 'listening');
  return (blocker.address() as AddressInfo).port;
}

/** A client that has a STOMP session. */
async function connected(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, ['v12.stomp']);
  await once(socket, 'open');
  socket.send('CONNECT\naccept-version:1.2\nhost:any\n\n\0');
  const [answer] = await once(socket, 'message');
  expect(String(answer)).toMatch(/^CONNECTED\n/);
  return socket;
}

describe('a service that was started', () => {
  it('prints one line on stdout when it is ready, and answers its health check', async () => {
    const service = run(['serve', ...ANY_PORTS]);
    const addresses = await service.addresses();
    expect(addresses).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/ws$/),
      expect.stringMatching(/^stomp:\/\/127\.0\.0\.1:\d+$/),
    ]);
    expect((await fetch(`${addresses[0]}/health/ready`)).status).toBe(200);
    service.signal('SIGTERM');
    const { stdout } = await service.ended;
    expect(stdout).toMatch(/^stompwire [^\n]*\n$/);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'closes its clients with 1012 at %s and exits with 0',
    async (signal) => {
      const service = run(['serve', ...ANY_PORTS]);
      const [, endpoint] = await service.addresses();
      const client = await connected(endpoint!);
      const closed = once(client, 'close');
      service.signal(signal);
      expect((await closed)[0]).toBe(1012);
      expect((await service.ended).code).toBe(0);
    },
  );

  it('ends at once, with the code of the signal, when it is told twice', async () => {
    const service = run(['serve', ...ANY_PORTS, '--drain-timeout', '60000', '--close-timeout', '60000']);
    const [, endpoint] = await service.addresses();
    const [silent, witness] = [await connected(endpoint!), await connected(endpoint!)];
    silent.pause();
    service.signal('SIGINT');
    await once(witness, 'close');
    service.signal('SIGTERM');
    expect((await service.ended).code).toBe(143);
    silent.terminate();
  });
});

describe('under npm', () => {
  it('the command may be executed after every build, for npx makes it so once', () => {
    accessSync(EXECUTABLE, constants.X_OK);
  });

  it('SIGTERM that ends the shell between npm and the service ends the service too', async () => {
    const line = `"${process.execPath}" "${EXECUTABLE}" serve ${ANY_PORTS.join(' ')}; exit`;
    const shell = spawn('sh', ['-c', line], { env: { npm_lifecycle_event: 'start' }, detached: true });
    groups.push(shell.pid!);
    const ended = once(shell, 'close'); // not before everybody let go of its output
    const [ready] = await once(shell.stdout, 'data');
    const client = await connected(/ws:\S+/.exec(String(ready))![0]);
    const closed = once(client, 'close');
    shell.kill('SIGTERM');
    expect((await closed)[0]).toBe(1012);
    await ended;
    groups.length = 0;
  });
});

describe('a reader that has read enough', () => {
  it('is no failure', async () => {
    const help = spawn(process.execPath, [EXECUTABLE, 'serve', '--help'], { env: {} });
    help.stdout.destroy();
    let stderr = '';
    help.stderr.on('data', (text) => {
      stderr += text;
    });
    const [code] = await once(help, 'close');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('a service that cannot start', () => {
  it.each([
    ['--port', '--stomp-port'],
    ['--stomp-port', '--port'],
  ])('for a taken port says in one line that %s is to change', async (flag, other) => {
    const port = await takenPort();
    const { code, stdout, stderr } = await run(['serve', flag, String(port), other, '0']).ended;
    expect(stderr).toBe(
      `stompwire: 127.0.0.1:${port} is taken by another program; choose another port with ${flag}\n`,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('refuses to be reached by strangers unless it is told to', async () => {
    const { code, stdout, stderr } = await run(['serve', ...ANY_PORTS, '--host', '0.0.0.0']).ended;
    expect(stderr).toMatch(/^stompwire: host: "0\.0\.0\.0" can be reached .*--allow-anonymous[^\n]*\n$/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('refuses a Node.js that is too old in one line', async () => {
    const { code, stdout, stderr } = await run(['serve'], ['--import', OLD_NODE]).ended;
    expect(stderr).toBe('stompwire: Node.js 20.20.2 is too old; install Node.js 22 or newer\n');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('tells a bad option by name', async () => {
    const { code, stderr } = await run(['serve', '--port', 'http']).ended;
    expect(stderr).toBe(
      'stompwire: port from flag --port: "http" is not allowed; give a whole number from 0 to 65535\n',
    );
    expect(code).toBe(1);
  });
});

describe('the version', () => {
  it('is that of the package, from dist as well', async () => {
    const { code, stdout } = await run(['--version']).ended;
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(code).toBe(0);
  });
});
