// A failed start: clear lines on stderr that name the mend, exit code 1, no stack.
import { describe, expect, it } from 'vitest';
import type { Service } from '../../src/cli/serve.ts';
import { StompwireError } from '../../src/errors.ts';
import { World } from './world.ts';

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
      'a folder that may not be made',
      'serve --data /root/data',
      { syscall: 'mkdir', path: '/root/data', code: 'EACCES' },
      'the folder /root/data cannot be made (EACCES); give one with --data in which this user may write',
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

  it('for a certificate that OpenSSL refuses names both flags', async () => {
    const world = new World(failing(system({ code: 'ERR_OSSL_PEM_NO_START_LINE' })));
    expect(await world.run('serve --tls-cert c.pem --tls-key k.pem')).toBe(1);
    expect(world.err).toBe(
      'stompwire: no luck; give PEM files that belong together with --tls-cert and --tls-key\n',
    );
  });

  it('closes what was opened before', async () => {
    const world = new World(failing(new Error('x')));
    await world.run('serve');
    expect(world.steps).toEqual(['close']);
  });

  it('finds the cause of the system in an error that wraps it', async () => {
    const cause = system({ ...listen, code: 'EADDRINUSE', port: 8080 });
    const world = new World(failing(new Error('taken', { cause })));
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
