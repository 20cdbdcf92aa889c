// Flags, environment and file: who wins, how lists are written, what is refused, and that no password is shown.
import { describe, expect, it } from 'vitest';
import { type Config, ConfigError } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';

interface Given {
  readonly flags?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly file?: string;
}

function load({ flags = {}, env = {}, file }: Given): Config {
  const named = file === undefined ? {} : { config: 'chat.json' };
  return loadConfig({ flags: { ...named, ...flags }, env, readFile: () => file ?? '' });
}

function problemsOf(given: Given): readonly string[] {
  try {
    load(given);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('precedence', () => {
  const file = '{"port": 3000}';
  const env = { STOMPWIRE_PORT: '2000' };

  it.each<[string, Given, number]>([
    ['a flag wins over the environment and the file', { flags: { port: '1000' }, env, file }, 1000],
    ['the environment wins over the file', { env, file }, 2000],
    ['the file wins over the default', { file }, 3000],
    ['the default is what remains', {}, 8080],
    ['an empty variable counts as not given', { env: { STOMPWIRE_PORT: '' }, file }, 3000],
  ])('%s', (_, given, port) => {
    expect(load(given).port).toBe(port);
  });

  it('lets a switch be turned off over the environment', () => {
    const env = { STOMPWIRE_ALLOW_ANONYMOUS: 'true' };
    expect(load({ env }).allowAnonymous).toBe(true);
    expect(load({ env, flags: { allowAnonymous: false } }).allowAnonymous).toBe(false);
  });

  it('replaces a list as a whole', () => {
    const given = { flags: { endpoints: ['/c'] }, env: { STOMPWIRE_ENDPOINT: '/a,/b' } };
    expect(load(given).endpoints).toEqual(['/c']);
  });

  it('names the source that won in a clash', () => {
    expect(
      problemsOf({ flags: { port: '9000' }, env: { STOMPWIRE_STOMP_PORT: '9000' }, file: '{"ops": 9000}' }),
    ).toEqual([
      'stompPort from environment STOMPWIRE_STOMP_PORT: 9000 is taken by port from flag --port; give another port',
      'ops from file chat.json: 9000 is taken by port from flag --port; give another port',
    ]);
  });
});

describe('texts of flags and variables', () => {
  it.each<[string, string, keyof Config, unknown]>([
    ['STOMPWIRE_STOMP_PORT', 'off', 'stompPort', 'off'],
    ['STOMPWIRE_STOMP_PORT', '7000', 'stompPort', 7000],
    ['STOMPWIRE_ENDPOINT', '/a, /b', 'endpoints', ['/a', '/b']],
    ['STOMPWIRE_BROKER_PREFIX', '/a,/b', 'brokerPrefixes', ['/a', '/b']],
    ['STOMPWIRE_ORIGIN', '*', 'origins', ['*']],
    ['STOMPWIRE_ALLOW_ANONYMOUS', 'false', 'allowAnonymous', false],
    ['STOMPWIRE_TRUST_PROXY', 'true', 'trustProxy', true],
    ['STOMPWIRE_TRUST_PROXY', '2', 'trustProxy', 2],
    ['STOMPWIRE_TRUST_PROXY', '10.0.0.0/8,loopback', 'trustProxy', ['10.0.0.0/8', 'loopback']],
    ['STOMPWIRE_OPS', '9090', 'ops', 9090],
    ['STOMPWIRE_OPS', '0.0.0.0:9090', 'ops', '0.0.0.0:9090'],
    ['STOMPWIRE_HEARTBEAT_GRACE', '2.5', 'heartbeatGrace', 2.5],
  ])('%s=%s gives %s the value %j', (name, text, key, value) => {
    expect(load({ env: { [name]: text } })[key]).toEqual(value);
    expect(load({ flags: { [key]: text } })[key]).toEqual(value);
  });

  it('lets a repeated flag hold lists', () => {
    expect(load({ flags: { endpoints: ['/a,/b', '/c'] } }).endpoints).toEqual(['/a', '/b', '/c']);
  });

  it.each(['80x', '0x50', '8e3', ' 80', '80.0'])('does not take %j for a number', (text) => {
    expect(problemsOf({ flags: { port: text } })).toEqual([
      `port from flag --port: ${JSON.stringify(text)} is not allowed; give a whole number from 0 to 65535`,
    ]);
  });
});

describe('unknown names', () => {
  it('fail in the file', () => {
    expect(problemsOf({ file: '{"endpoint": ["/a"]}' })).toEqual([
      'endpoint from file chat.json is no option; the nearest is endpoints',
    ]);
  });

  it('fail in the environment', () => {
    expect(problemsOf({ env: { STOMPWIRE_ENDPOINTS: '/a' } })).toEqual([
      'environment STOMPWIRE_ENDPOINTS is no option; the nearest is STOMPWIRE_ENDPOINT',
    ]);
  });

  it('fail among the flags', () => {
    expect(problemsOf({ flags: { prot: '1' } })).toEqual([
      'prot from flag --prot is no option; the nearest is port',
    ]);
  });

  it('pass in the environment when they are not ours, or the tests own', () => {
    expect(problemsOf({ env: { PORT: 'x', STOMPWIREX: 'x', STOMPWIRE_TEST_BROWSER: 'x' } })).toEqual([]);
  });
});

describe('problems', () => {
  it('of all sources are told at once, the strongest source first', () => {
    const problems = problemsOf({
      flags: { port: 'a' },
      env: { STOMPWIRE_PORT: 'b', STOMPWIRE_DENIAL: 'c' },
      file: '{"port": "d", "logLevel": "e"}',
    });
    expect(problems.map((line) => line.split(':')[0])).toEqual([
      'port from flag --port',
      'port from environment STOMPWIRE_PORT',
      'denial from environment STOMPWIRE_DENIAL',
      'port from file chat.json',
      'logLevel from file chat.json',
    ]);
  });

  it.each<[string, Given]>([
    ['a bad broker address', { flags: { broker: 'redis:/u:hunter2@h' } }],
    ['a broker address without a host', { flags: { broker: 'redis:hunter2' } }],
    ['a bad history address', { env: { STOMPWIRE_HISTORY: 'Mongodb://h/chat?password=hunter2' } }],
    ['an address at the wrong option', { flags: { host: 'redis://u:hunter2@h' } }],
    ['an address in a list', { flags: { origins: ['https://a.example', 'redis://u:hunter2@h'] } }],
    ['an unknown variable', { env: { STOMPWIRE_BROKER_URL: 'redis://u:hunter2@h' } }],
    ['an unknown key', { file: '{"passcode": "hunter2"}' }],
    ['a file that is no JSON', { file: '{"broker": "redis://u:hunter2@h" "port": 1}' }],
  ])('do not show the password of %s', (_, given) => {
    const problems = problemsOf(given);
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('hunter2');
  });
});
