// The command line inside one process: what it prints, how it ends, with the service played by a recorder.
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../src/cli/command-line.ts';
import type { Service } from '../src/cli/serve.ts';
import type { Config } from '../src/config/config.ts';
import { environmentName } from '../src/config/option.ts';
import { OPTION_KEYS, OPTIONS } from '../src/config/schema.ts';
import { StompwireError } from '../src/errors.ts';

/** The world around a command line, recorded. */
class World {
  out = '';
  err = '';
  config: Config | undefined;
  now = 0;
  readonly steps: string[] = [];
  readonly signals = new EventEmitter();
  readonly ready: Promise<void>;
  private sayReady = (): void => {};
  private readonly service: Partial<Service>;

  constructor(service: Partial<Service> = {}) {
    this.service = service;
    this.ready = new Promise((resolve) => {
      this.sayReady = resolve;
    });
  }

  run(line: string, env: Record<string, string> = {}): Promise<number> {
    return runCommandLine(line === '' ? [] : line.split(' '), {
      env,
      readFile: () => '{"logLevel": "debug"}',
      out: (text) => this.wrote(text),
      err: (text) => void (this.err += text),
      signals: this.signals,
      exit: (code) => void this.steps.push(`exit ${code}`),
      now: () => this.now,
      open: async (config) => this.open(config),
    });
  }

  private wrote(text: string): void {
    this.out += text;
    if (text.includes(' ready: ')) this.sayReady();
  }

  private open(config: Config): Service {
    this.config = config;
    const step = (name: string) => async (): Promise<void> => void this.steps.push(name);
    const addresses = { http: 'http://127.0.0.1:8080', endpoints: ['ws://127.0.0.1:8080/ws'] };
    return { start: step('start'), drain: step('drain'), close: step('close'), addresses, ...this.service };
  }
}

/** Runs a line to its end, by SIGTERM as soon as the service is ready. */
async function runThrough(world: World, line: string, env: Record<string, string> = {}): Promise<number> {
  const code = world.run(line, env);
  await Promise.race([world.ready, code]);
  world.signals.emit('SIGTERM');
  return code;
}

describe('stompwire serve', () => {
  it('starts, says that it is ready in one line, drains at SIGTERM and ends with 0', async () => {
    const world = new World();
    expect(await runThrough(world, 'serve')).toBe(0);
    expect(world.out).toMatch(
      /^stompwire \d+\.\d+\.\d+ ready: http:\/\/127\.0\.0\.1:8080 ws:\/\/127\.0\.0\.1:8080\/ws\n$/,
    );
    expect(world.steps).toEqual(['start', 'drain', 'close']);
    expect(world.err).toBe('');
  });

  it('lists every address that it listens on', async () => {
    const endpoints = ['ws://h:1/a', 'ws://h:1/b'];
    const world = new World({
      addresses: { http: 'http://h:1', endpoints, stomp: 'stomp://h:2', ops: 'http://h:3' },
    });
    await runThrough(world, 'serve');
    expect(world.out).toMatch(
      / ready: http:\/\/h:1 ws:\/\/h:1\/a ws:\/\/h:1\/b stomp:\/\/h:2 http:\/\/h:3\n$/,
    );
  });

  it('hands flags, environment and file on to the service', async () => {
    const world = new World();
    const line =
      'serve --port 0 --endpoint /a --endpoint /b --broker-prefix /t --allow-anonymous --config x.json';
    await runThrough(world, line, { STOMPWIRE_STOMP_PORT: 'off' });
    expect(world.config).toMatchObject({
      port: 0,
      endpoints: ['/a', '/b'],
      brokerPrefixes: ['/t'],
      allowAnonymous: true,
      stompPort: 'off',
      logLevel: 'debug',
    });
  });

  it('lets --no-allow-anonymous win over the environment', async () => {
    const world = new World();
    await runThrough(world, 'serve --no-allow-anonymous', { STOMPWIRE_ALLOW_ANONYMOUS: 'true' });
    expect(world.config?.allowAnonymous).toBe(false);
  });

  it.each(OPTION_KEYS)('has a flag for %s', async (key) => {
    const world = new World();
    const value = OPTIONS[key].placeholder === '' ? '' : '=';
    expect(await runThrough(world, `serve --${OPTIONS[key].flag}${value}`)).toBe(value === '' ? 0 : 1);
    if (value !== '') expect(world.err).toContain(`${key} from flag --${OPTIONS[key].flag}: `);
  });
});

describe('signals', () => {
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;

  /** A service that drains until it is told that it has. */
  async function draining(): Promise<{ world: World; drained: () => void; code: Promise<number> }> {
    let drained = (): void => {};
    const end = new Promise<void>((resolve) => {
      drained = resolve;
    });
    const world = new World({ drain: () => end });
    const code = world.run('serve');
    await world.ready;
    return { world, drained, code };
  }

  it.each(Object.entries(codes))('a second %s ends the process at once with %i', async (signal, exitCode) => {
    const { world, drained, code } = await draining();
    world.signals.emit(signal);
    world.now += 501;
    world.signals.emit(signal);
    expect(world.steps).toEqual(['start', `exit ${exitCode}`]);
    drained();
    expect(await code).toBe(0);
  });

  it('one Ctrl-C that npm forwards as well counts once', async () => {
    const { world, drained, code } = await draining();
    world.signals.emit('SIGINT');
    world.now += 100;
    world.signals.emit('SIGINT');
    drained();
    expect(await code).toBe(0);
    expect(world.steps).toEqual(['start', 'close']);
  });
});

describe('a failed start', () => {
  const failing = (error: unknown): Partial<Service> => ({ start: () => Promise.reject(error) });
  const system = (fields: object): Error => Object.assign(new Error('no luck'), fields);
  const listen = { syscall: 'listen', address: '127.0.0.1' };

  it.each<[string, string, object, string]>([
    [
      'a taken HTTP port',
      'serve',
      { ...listen, code: 'EADDRINUSE', port: 8080 },
      '127.0.0.1:8080 is taken by another program; choose another port with --port',
    ],
    [
      'a taken STOMP port',
      'serve',
      { ...listen, code: 'EADDRINUSE', port: 61_613 },
      '127.0.0.1:61613 is taken by another program; choose another port with --stomp-port',
    ],
    [
      'a taken ops port',
      'serve --ops 9090',
      { ...listen, code: 'EADDRINUSE', port: 9090 },
      '127.0.0.1:9090 is taken by another program; choose another port with --ops',
    ],
    [
      'a port for the superuser',
      'serve --host ::1 --port 80',
      { syscall: 'listen', address: '::1', code: 'EACCES', port: 80 },
      '[::1]:80 may not be opened by this user; choose another port with --port',
    ],
    [
      'a foreign address',
      'serve --host 192.0.2.1',
      { syscall: 'listen', address: '192.0.2.1', code: 'EADDRNOTAVAIL', port: 8080 },
      '192.0.2.1 is no address of this machine; change --host',
    ],
    [
      'an unknown host',
      'serve --host nowhere.invalid',
      { syscall: 'getaddrinfo', hostname: 'nowhere.invalid', code: 'ENOTFOUND' },
      'nowhere.invalid is no host name that is known here; change --host',
    ],
    [
      'an unknown ops host',
      'serve --ops nowhere.invalid:1',
      { syscall: 'getaddrinfo', hostname: 'nowhere.invalid', code: 'ENOTFOUND' },
      'nowhere.invalid is no host name that is known here; change --ops',
    ],
    [
      'a missing certificate',
      'serve --tls-cert c.pem --tls-key k.pem',
      { syscall: 'open', path: 'c.pem', code: 'ENOENT' },
      'c.pem cannot be read (ENOENT); change --tls-cert',
    ],
    [
      'an unreadable key',
      'serve --tls-cert c.pem --tls-key k.pem',
      { syscall: 'open', path: 'k.pem', code: 'EACCES' },
      'k.pem cannot be read (EACCES); change --tls-key',
    ],
  ])('for %s is one line that names the flag, and 1', async (_, line, fields, told) => {
    const world = new World(failing(system(fields)));
    expect(await world.run(line)).toBe(1);
    expect(world.err).toBe(`stompwire: ${told}\n`);
    expect(world.out).toBe('');
  });

  it('closes what was opened before', async () => {
    const world = new World(failing(new Error('x')));
    await world.run('serve');
    expect(world.steps).toEqual(['close']);
  });

  it('finds the cause of the system in an error that wraps it', async () => {
    const cause = system({ ...listen, code: 'EADDRINUSE', port: 8080 });
    const world = new World(failing(new StompwireError('address-in-use', 'taken', { cause })));
    await world.run('serve');
    expect(world.err).toMatch(/^stompwire: 127\.0\.0\.1:8080 is taken .* --port\n$/);
  });

  it('tells an error of our own by its message alone', async () => {
    const world = new World(failing(new StompwireError('bad-configuration', 'broker: nats is unknown')));
    expect(await world.run('serve')).toBe(1);
    expect(world.err).toBe('stompwire: broker: nats is unknown\n');
  });

  it('tells an unexpected error in one line and how to learn more', async () => {
    const world = new World(failing(new Error('odd\nsecond line')));
    expect(await world.run('serve')).toBe(1);
    expect(world.err).toBe(
      'stompwire: stopped by an unexpected error: odd; --log-level debug shows where it came from\n',
    );
  });

  it('shows the stack of an unexpected error at the level debug', async () => {
    const world = new World(failing(new Error('odd')));
    await world.run('serve --log-level debug');
    expect(world.err).toMatch(/^stompwire: stopped by an unexpected error: odd\nError: odd\n {4}at /);
  });

  it('tells every problem of the configuration, a line each, and opens nothing', async () => {
    const world = new World();
    expect(await world.run('serve --port x --denial y', { STOMPWIRE_HOTS: 'z' })).toBe(1);
    expect(world.err.split('\n')).toEqual([
      'stompwire: environment STOMPWIRE_HOTS is no option; the nearest is STOMPWIRE_HOST',
      'stompwire: port from flag --port: "x" is not allowed; give a whole number from 0 to 65535',
      'stompwire: denial from flag --denial: "y" is not allowed; give one of close, keep',
      '',
    ]);
    expect(world.steps).toEqual([]);
  });
});

describe('words that are no command', () => {
  it.each([
    ['an unknown flag', 'serve --prot 1', /^error: unknown option '--prot'\n\(Did you mean --port\?\)/],
    ['a flag without its value', 'serve --port', /^error: option '--port <port>' argument missing/],
    ['an unknown command', 'sevre', /^error: unknown command 'sevre'\n\(Did you mean serve\?\)/],
    ['a word too many', 'serve now', /^error: too many arguments/],
    ['no command', '', /^Usage: stompwire/],
  ])('are refused with 1: %s', async (_, line, told) => {
    const world = new World();
    expect(await world.run(line)).toBe(1);
    expect(world.err).toMatch(told);
    expect(world.steps).toEqual([]);
  });

  it.each([
    'serve --broker-url=redis://u:hunter2@h',
    'serve --broker= redis://u:hunter2@h',
    'redis://u:hunter2@h',
  ])('show no password: %s', async (line) => {
    const world = new World();
    expect(await world.run(line)).toBe(1);
    expect(world.err).not.toContain('hunter2');
  });
});

describe('what the program says of itself', () => {
  it('is the version of the package', async () => {
    const world = new World();
    expect(await world.run('--version')).toBe(0);
    expect(world.out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('is the commands', async () => {
    const world = new World();
    expect(await world.run('--help')).toBe(0);
    expect(world.out).toContain('serve [options]');
  });

  it('is every flag with its default and unit, under headings', async () => {
    const world = new World();
    expect(await world.run('serve --help')).toBe(0);
    for (const key of OPTION_KEYS) expect(world.out).toContain(`--${OPTIONS[key].flag}`);
    expect(world.out).toMatch(/\nListening:\n {2}--host <address>/);
    expect(world.out).toMatch(/--outbox-bytes <bytes>.*\(default: 1048576 bytes\)/);
    expect(world.out).toContain(environmentName('stomp-port'));
  });
});
