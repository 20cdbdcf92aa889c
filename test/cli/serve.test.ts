// The command serve: the ready line, the way of flags to the service, and the drain at the end.
import { describe, expect, it } from 'vitest';
import { OPTION_KEYS, OPTIONS } from '../../src/config/schema.ts';
import { runThrough, World } from './world.ts';

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
