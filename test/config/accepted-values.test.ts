// Every option with values that it takes and values that it refuses, held complete by the compiler.
import { describe, expect, it } from 'vitest';
import { ConfigError, resolveConfig } from '../../src/config/config.ts';
import { OPTION_KEYS, type OptionKey, optionOf } from '../../src/config/schema.ts';

interface Samples {
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

const milliseconds = (least: number): Samples => ({
  good: [least, 86_400_000],
  bad: [least - 1, 86_400_001, 1.5, '10', null],
});
const count = (least: number): Samples => ({
  good: [least, 10_000],
  bad: [least - 1, 2 ** 40, 1.5, '10', true],
});
const prefix: Samples = {
  good: ['/a', '/a/b', '/a.b'],
  bad: ['', '/', 'a', '/a/', '//a', '/a b', '/a*', '/a/..'],
};

const name: Samples = {
  good: ['token', '__Host-token', 'X-CSRF-TOKEN', 'a.b'],
  bad: ['', 'a b', 'a=b', 'a;b', 'a:b', 'a\nb', 'x'.repeat(65), 5],
};

const yesOrNo: Samples = { good: [true, false], bad: ['true', 1, null] };

const SAMPLES: Readonly<Record<OptionKey, Samples>> = {
  host: {
    good: ['localhost', '0.0.0.0', '::', '::1', 'chat.example', 'node_1'],
    bad: ['', 'a b', 'http://a', '[::1]', '-a', 'a:80', 5],
  },
  port: { good: [0, 1, 65_535], bad: [-1, 65_536, 80.5, '80', null] },
  stompPort: { good: [0, 61_614, 'off'], bad: [-1, 65_536, 'on', false] },
  endpoints: {
    good: [['/ws'], ['/a/b', '/ws-connect'], ['/healthy'], ['/chat']],
    bad: [
      [],
      ['ws'],
      ['/'],
      ['/ws/'],
      ['//ws'],
      ['/a//b'],
      ['/health'],
      ['/health/x'],
      ['/assets'],
      ['/ws?x'],
      ['/ws', '/ws'],
      '/ws',
    ],
  },
  plainEndpoint: { good: ['/room', '/a/b'], bad: ['', 'room', '/', '/room/', '/health', '/room?x', null, 5] },
  plainPrefix: { good: [], bad: ['', 'x'.repeat(201), null, 5] },
  plainEcho: { good: [true], bad: yesOrNo.bad },
  virtualHosts: { good: [[], ['/'], ['a', 'b']], bad: [['a b'], [''], ['a', 'a'], 'a'] },
  patterns: { good: ['spring', 'rabbitmq', 'activemq'], bad: ['', 'mqtt', null] },
  compat: { good: ['none', 'spring', 'rabbitmq', 'activemq'], bad: ['', 'Spring', 'kafka', null] },
  prefetch: count(1),
  maxPrefetch: count(1),
  maxDurableSubscriptions: count(0),
  maxTransactions: { good: [0, 10_000], bad: [-1, 10_001, 1.5, '10', null] },
  maxTransactionFrames: count(1),
  maxTransactionBytes: { good: [1, 1_073_741_824], bad: [0, 1_073_741_825, '1', null] },
  appPrefix: prefix,
  userPrefix: prefix,
  brokerPrefixes: {
    good: [['/topic'], ['/a', '/b/c']],
    bad: [[], ['topic'], ['/a/'], ['/a', '/a'], '/topic'],
  },
  aliases: {
    good: [
      [],
      ['/a=/app/b'],
      ['/publish/chat/{id}=/app/chat-room/{id}/send', '/subscribe/chat/{id}=/topic/chat-room/{id}'],
    ],
    bad: [
      ['/a'],
      ['=/app/a'],
      ['/a='],
      ['a=/app/b'],
      ['/a=app/b'],
      ['/a/*=/app/b'],
      ['/a/{x=/app/b'],
      ['/a/{x}=/app/{y}'],
      ['/a/{x}/{x}=/app/{x}'],
      ['/a=/app/b=/c'],
      ['/a b=/app/b'],
      ['/a=/app/a', '/a=/app/a'],
      '/a=/app/b',
    ],
  },
  pathSeparator: { good: ['/', '.'], bad: ['', ':', '//', null] },
  broker: {
    good: ['memory', 'redis://h:6379', 'rediss://u:p@h'],
    bad: ['', ' ', 'Redis://h', 'redis:h', '://h', 7],
  },
  history: {
    good: ['embedded', 'off', 'memory', 'mongodb://h/chat'],
    bad: ['', 'mongodb:/h', 'mongo db', false],
  },
  logged: {
    good: [[], ['/topic/a'], ['/topic/** count=1', '/topic/a']],
    bad: [[''], ['/topic/a', '/topic/a'], '/topic/a', 5],
  },
  historyBatch: count(1),
  historyBatchTime: { good: [0, 10_000], bad: [-1, 10_001, 1.5, '10', null] },
  historyBacklog: { good: [65_536, 2 ** 36], bad: [65_535, 2 ** 37, 1.5, '10', true] },
  deadLetters: { good: [1, 10_000_000], bad: [0, 1.5, '7'] },
  deadLetterBytes: { good: [65_536], bad: [65_535, -1] },
  historyRetention: { good: [0, 1, 3_153_600_000_000], bad: [-1, 3_153_600_000_001, 1.5, '10', null] },
  hotLogBytes: { good: [65_536, 2 ** 36], bad: [65_535, 2 ** 37, 1.5, '10', true] },
  idempotencyKeys: { good: [1, 100_000_000], bad: [0, 100_000_001, 1.5, '10', true] },
  idempotencyWindow: { good: [1000, 2_592_000_000], bad: [999, 2_592_000_001, 1.5, '10', null] },
  storedTimeout: milliseconds(0),
  maxQueues: count(1),
  queueCount: count(1),
  queueBytes: { good: [65_536, 2 ** 36], bad: [65_535, 2 ** 37, 1.5, '10', true] },
  queueTotalBytes: { good: [65_536, 2 ** 40], bad: [65_535, 2 ** 41, 1.5, '10', true] },
  queueAge: { good: [0, 1, 3_153_600_000_000], bad: [-1, 3_153_600_000_001, 1.5, '10', null] },
  queueOverflow: { good: ['reject', 'drop-oldest'], bad: ['', 'drop', true] },
  maxDeliveries: count(1),
  deadLetterQueue: { ...prefix, good: ['/queue/dead-letter', '/queue/a/b', '/queue/a.b'] },
  data: { good: ['memory', './data', '/var/lib/a b'], bad: ['', '  ', 7] },
  origins: {
    good: [
      [],
      ['*'],
      ['https://a.example', 'http://localhost:3000'],
      ['https://*.a.example'],
      ['https://*.a.example:8443'],
      ['capacitor://localhost'],
    ],
    bad: [
      ['a.example'],
      ['https://a.example/'],
      ['https://a.example/x'],
      ['https://A.example'],
      ['https://a.example:443'],
      ['https://a.*.example'],
      ['https://*'],
      ['null'],
      ['*', '*'],
      '*',
    ],
  },
  allowAnonymous: { good: [true, false], bad: ['true', 1, null] },
  tlsCert: { good: [], bad: ['', 5, null] },
  tlsKey: { good: [], bad: ['', 5, null] },
  trustProxy: {
    good: [true, false, 1, 100, ['10.0.0.1'], ['10.0.0.0/8', 'fc00::/7', 'loopback']],
    bad: [
      0,
      101,
      1.5,
      'yes',
      [],
      ['10.0.0.0/33'],
      ['fc00::/129'],
      ['10.0.0'],
      ['10.0.0.0/8/8'],
      ['10.0.0.1/'],
      ['everyone'],
    ],
  },
  // the other ways, and what goes with them, need one another: test/config/auth-checks.test.ts
  rooms: { good: ['auto', 'open', 'members'], bad: ['', 'closed', 'Open', true] },
  maxRoomMembers: { good: [2, 10_000, 10_000_000], bad: [1, 10_000_001, 2.5, '5'] },
  roomSendsPerSecond: { good: [0, 50, 1_000_000], bad: [-1, 1_000_001, '5'] },
  roomSendBurst: { good: [1, 1_000_000], bad: [0, 1_000_001] },
  systemMessages: { good: ['members', 'all', 'off'], bad: ['', 'none', true] },
  presenceNamed: { good: [0, 200, 2000], bad: [-1, 2001, '5'] },
  awayAfter: { good: [0, 86_400_000], bad: [-1, 86_400_001, '5'] },
  presenceGather: { good: [10, 60_000], bad: [9, 60_001, '500'] },
  noticeMembers: { good: [0, 10_000], bad: [-1, 10_001] },
  noticesKept: { good: [0, 1000], bad: [-1, 1001] },
  // the address and the secret need one another: test/config/config.test.ts
  webhookUrl: {
    good: [],
    bad: ['', 'hook', '/hook', 'http://hook.example/x', 'https://u:p@hook.example', 'ftp://h/x', 5],
  },
  webhookSecret: { good: [], bad: ['', 'x'.repeat(31), 5] },
  webhookDelay: { good: [0, 86_400_000], bad: [-1, 86_400_001] },
  auth: { good: ['anonymous'], bad: ['', 'none', 'JWT', true] },
  usersFile: { good: [], bad: ['', 5, null] },
  passwordChecks: { good: [1, 64], bad: [0, 65, 1.5, '2', null] },
  passwordChecksWaiting: { good: [0, 100_000], bad: [-1, 100_001, '1'] },
  jwtSecret: {
    good: [],
    bad: ['', 'x'.repeat(31), `base64:${'A'.repeat(40)}`, 'base64:not base64 at all, but long enough', 5],
  },
  jwtKeys: {
    good: [],
    bad: ['', ' ', 'http://login.example/jwks', 'https://u:p@login.example/jwks', 'ftp://h/jwks', '://', 5],
  },
  jwtIssuer: { good: [], bad: ['', ' ', ['a'], 5] },
  jwtAudiences: { good: [[]], bad: [[''], ['a', 'a'], 'a'] },
  jwtAlgorithms: { good: [[]], bad: [['none'], ['None'], ['HS1'], ['RS256', 'RS256'], 'RS256'] },
  jwtClockSkew: { good: [0, 600_000], bad: [-1, 600_001, '5'] },
  jwtNameClaim: { good: ['sub', 'https://a.example/name', 'profile.name'], bad: ['', 5] },
  jwtRolesClaim: { good: ['scope', 'realm_access.roles'], bad: ['', 5] },
  authCookie: name,
  authQuery: name,
  authSubprotocol: name,
  csrfCookie: name,
  csrfHeader: name,
  denial: { good: ['close', 'keep'], bad: ['', 'drop', true] },
  ops: {
    good: ['off', 0, 9090, '0.0.0.0:9090', '[::1]:0', 'localhost:9090'],
    bad: ['on', -1, 65_536, '9090', ':9090', '::1:9090', '[a]:9090', 'h:65536', 'h:', false],
  },
  logLevel: {
    good: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    bad: ['', 'INFO', 'verbose', 30],
  },
  maxFrameBytes: count(1),
  maxHeaders: count(1),
  maxHeaderLineBytes: count(1),
  maxSubscriptions: count(1),
  sockjs: yesOrNo,
  sockjsWebsocket: yesOrNo,
  sockjsJsonp: yesOrNo,
  sockjsCookie: { good: ['off', 'jsessionid'], bad: ['on', '', true] },
  sockjsMaxSessions: count(1),
  sockjsResponseLimit: count(4096),
  sockjsHeartbeat: milliseconds(1),
  sockjsDisconnectDelay: milliseconds(1),
  maxSessions: count(1),
  maxSessionsPerAddress: count(0),
  maxStreamsPerUser: count(1),
  maxSessionsPerUser: count(0),
  maxSubscriptionsPerUser: count(0),
  sendsPerSecond: count(0),
  sendBurst: { good: [0], bad: [-1, 1.5, '10', null] },
  outboxBytes: count(1),
  waitingBytes: count(1),
  outboxTime: milliseconds(1),
  connectTimeout: milliseconds(1),
  frameTimeout: milliseconds(1),
  idleTimeout: { good: [0, 2_592_000_000], bad: [-1, 2_592_000_001, 1.5, '10'] },
  heartbeatSend: milliseconds(0),
  heartbeatReceive: milliseconds(0),
  heartbeatGrace: { good: [1, 2.5, 100], bad: [0, 0.9, 101, '3'] },
  handlerTimeout: milliseconds(0),
  drainTimeout: milliseconds(0),
  drainDelay: milliseconds(0),
  drainRate: { good: [0, 500, 1_000_000], bad: [-1, 1.5, 1_000_001, '500'] },
  retryAfter: milliseconds(0),
  userTimeout: { good: [100, 15_000, 3_600_000], bad: [0, 99, 1.5, 3_600_001, '15000'] },
  closeTimeout: milliseconds(0),
};

const shown = (value: unknown): string => JSON.stringify(value);
const resolve = (options: Record<string, unknown>) => resolveConfig(options as never);

describe.each(OPTION_KEYS)('the option %s', (key) => {
  const { good, bad } = SAMPLES[key];

  it.each(good.map((value) => [shown(value), value]))('takes %s', (_, value) => {
    expect(resolve({ [key]: value })[key]).toEqual(value);
  });

  it.each(bad.map((value) => [shown(value), value]))('refuses %s and says what is allowed', (_, value) => {
    const wrong = (): unknown => resolve({ [key]: value });
    expect(wrong).toThrow(ConfigError);
    expect(wrong).toThrow(`${key} from the options: `);
    expect(wrong).toThrow(`; give ${optionOf(key).allowed}`);
  });

  it('takes its own default', () => {
    expect(resolve({ [key]: optionOf(key).default })[key]).toEqual(optionOf(key).default);
  });

  it('says in one sentence why it is there', () => {
    expect(optionOf(key).reason).toMatch(/^[A-Z][^\n]*\.$/);
  });
});
