// The options of the library: defaults, clashes between options, all problems at once, a frozen result.
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Config, ConfigError, resolveConfig } from '../../src/config/config.ts';
import { StompwireError } from '../../src/errors.ts';

function problemsOf(options: Record<string, unknown>): readonly string[] {
  try {
    resolveConfig(options as never);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the defaults', () => {
  it('listen on loopback with the documented ports, endpoint and prefixes', () => {
    expect(resolveConfig()).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      stompPort: 61_613,
      endpoints: ['/ws'],
      appPrefix: '/app',
      brokerPrefixes: ['/topic', '/queue'],
      userPrefix: '/user',
      allowAnonymous: false,
      broker: 'memory',
      history: 'embedded',
      ops: 'off',
    });
  });

  it('stand in for an option that is undefined', () => {
    expect(problemsOf({ port: undefined })).toEqual([]);
    expect(resolveConfig({ port: undefined } as never).port).toBe(8080);
  });
});

describe('the types of the values', () => {
  it('follow from the table', () => {
    expectTypeOf<Config['host']>().toEqualTypeOf<string>();
    expectTypeOf<Config['port']>().toEqualTypeOf<number>();
    expectTypeOf<Config['stompPort']>().toEqualTypeOf<number | 'off'>();
    expectTypeOf<Config['denial']>().toEqualTypeOf<'close' | 'keep'>();
    expectTypeOf<Config['endpoints']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<Config['allowAnonymous']>().toEqualTypeOf<boolean>();
    expectTypeOf<Config['tlsCert']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Config['trustProxy']>().toEqualTypeOf<boolean | number | readonly string[]>();
  });
});

describe('the resolved configuration', () => {
  it('is frozen in depth', () => {
    const config = resolveConfig({ endpoints: ['/ws'], trustProxy: ['10.0.0.0/8'] });
    expect(Object.isFrozen(config)).toBe(true);
    for (const value of Object.values(config)) expect(Object.isFrozen(value)).toBe(true);
  });

  it('is apart from the object that was given', () => {
    const endpoints = ['/ws'];
    const config = resolveConfig({ endpoints });
    endpoints.push('/late');
    expect(config.endpoints).toEqual(['/ws']);
  });

  it('may be resolved again', () => {
    const config = resolveConfig({ port: 0, tlsCert: 'c.pem', tlsKey: 'k.pem' });
    expect(resolveConfig(config)).toEqual(config);
  });
});

describe('what is wrong', () => {
  it('is told all at once, unknown keys and clashes included', () => {
    const problems = problemsOf({ prot: 1, port: -1, endpoints: ['/ws', 'x', 'y'], tlsCert: 'c.pem' });
    expect(problems).toEqual([
      'prot from the options is no option; the nearest is port',
      'port from the options: -1 is not allowed; give a whole number from 0 to 65535',
      expect.stringMatching(/^endpoints from the options: "x" is not allowed; /),
      expect.stringMatching(/^endpoints from the options: "y" is not allowed; /),
      'tlsCert from the options needs tlsKey; give both of them, or neither',
    ]);
  });

  it('is a stompwire error with one line per problem', () => {
    const wrong = (): unknown => resolveConfig({ port: -1, maxHeaders: 0 });
    expect(wrong).toThrow(StompwireError);
    expect(wrong).toThrow(
      expect.objectContaining({
        code: 'bad-configuration',
        message: expect.stringMatching(/^port.*\nmaxHeaders.*$/),
      }),
    );
  });

  it('names the repeated item of a list', () => {
    expect(problemsOf({ endpoints: ['/a', '/b', '/a'] })).toEqual([
      expect.stringMatching(/^endpoints from the options: "\/a" is there twice; /),
    ]);
  });

  it('is told of the smallest part, not of every alternative that did not fit', () => {
    expect(problemsOf({ trustProxy: ['10.0.0.0/8', 'everyone'] })).toEqual([
      expect.stringMatching(/^trustProxy from the options: "everyone" is not allowed; /),
    ]);
  });

  it('includes the key __proto__, which a JSON file can hold', () => {
    expect(problemsOf(JSON.parse('{"__proto__": {"port": 1}}'))).toEqual([
      expect.stringMatching(/^__proto__ from the options is no option/),
    ]);
  });

  it('shows a long value cut short', () => {
    expect(problemsOf({ host: 'x y'.repeat(1000) })[0]!.length).toBeLessThan(300);
  });
});

describe('options that clash', () => {
  it.each([
    ['equal', { appPrefix: '/topic' }],
    ['within another', { appPrefix: '/topic/app' }],
    ['around another', { userPrefix: '/a', appPrefix: '/a/b' }],
    ['within another of the same list', { brokerPrefixes: ['/a', '/a/b'] }],
  ])('are prefixes %s', (_, options) => {
    const problems = problemsOf(options);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/lies within .* give prefixes that do not contain one another$/);
  });

  it.each([
    [{ brokerPrefixes: ['/topic', '/temp-queue'] }, 'brokerPrefixes'],
    [{ appPrefix: '/reply-queue/a' }, 'appPrefix'],
  ])('are the prefixes of %j and those of temporary queues', (options, key) => {
    expect(problemsOf(options)).toEqual([
      expect.stringMatching(`^${key} .* taken by temporary queues; give another`),
    ]);
  });

  it('are dead letters and what is no queue', () => {
    expect(problemsOf({ deadLetterQueue: '/topic/dead' })).toEqual([
      'deadLetterQueue from the options: "/topic/dead" is no queue; give one such as /queue/dead-letter',
    ]);
  });

  it('are not prefixes that merely begin alike', () => {
    expect(problemsOf({ appPrefix: '/topics', userPrefix: '/users' })).toEqual([]);
  });

  it('are an endpoint and the same one under /websocket', () => {
    expect(problemsOf({ endpoints: ['/ws/websocket', '/ws'] })).toEqual([
      'endpoints from the options: "/ws/websocket" is answered by "/ws" already; leave it out',
    ]);
    expect(problemsOf({ endpoints: ['/websocket'] })).toEqual([]);
  });

  it.each([
    ['tlsKey', 'tlsCert'],
    ['tlsCert', 'tlsKey'],
  ])('are %s without %s', (there, missing) => {
    expect(problemsOf({ [there]: 'x.pem' })).toEqual([
      `${there} from the options needs ${missing}; give both of them, or neither`,
    ]);
  });

  it.each([
    [
      'port and stompPort',
      { port: 61_613 },
      'stompPort from the defaults: 61613 is taken by port from the options',
    ],
    ['port and ops', { ops: 8080 }, 'ops from the options: 8080 is taken by port from the defaults'],
  ])('are %s of one number', (_, options, line) => {
    expect(problemsOf(options)).toEqual([`${line}; give another port`]);
  });

  it('are a webhook without its secret, or the other way round', () => {
    const [webhookUrl, webhookSecret] = ['https://hook.example/x?key=hidden', 's'.repeat(32)];
    expect(problemsOf({ webhookUrl })).toEqual([
      'webhookUrl from the options needs webhookSecret, which it is signed with, by STOMPWIRE_WEBHOOK_SECRET',
    ]);
    expect(problemsOf({ webhookSecret })).toEqual([
      'webhookSecret from the options needs webhookUrl; give both of them, or neither',
    ]);
    expect(problemsOf({ webhookUrl, webhookSecret })).toEqual([]);
    expect(problemsOf({ webhookUrl, webhookSecret, noticesKept: 0 })).toEqual([
      'noticesKept from the options: 0 keeps nothing that the webhook could post; give more, or leave webhookUrl out',
    ]);
    expect(problemsOf({ webhookUrl: 'http://127.0.0.1:9/x', webhookSecret })).toEqual([]);
  });

  it('are not two ports that are chosen freely, nor ops on another host', () => {
    expect(problemsOf({ port: 0, stompPort: 0, ops: 0 })).toEqual([]);
    expect(problemsOf({ ops: '10.0.0.1:8080' })).toEqual([]);
  });

  it('are not told of a value that is wrong anyway', () => {
    expect(problemsOf({ port: -1, stompPort: 8080 })).toHaveLength(1);
  });
});
