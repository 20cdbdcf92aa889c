// Every conversation of the corpus goes as it is written, over every kind of connection.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/auth/password-hash.ts';
import { dialogues, obstacle } from '../../src/conformance/corpus.ts';
import { play, type Stage } from '../../src/conformance/play.ts';
import { errorTable } from '../../src/errors.ts';
import { type Config, createServer, type Server } from '../../src/index.ts';
import { Folder } from '../auth/folder.ts';

const all = dialogues();

/** What any server of ours has. */
const usual = ['queues', 'temporary-queues'];

/** What has a server of its own: where passwords are hashed, a busy machine takes longer than these last. */
const short = ['short-heart-beats', 'short-time-outs'];

/** What the other servers are started with, for the conversations that need more than the first has. */
const offers = new Set([
  ...usual,
  ...short,
  ...['authentication', 'virtual-hosts'],
  ...['five-subscriptions', 'two-transactions'],
]);

const folder = new Folder();
const servers: { plain?: Server; strict?: Server; hasty?: Server } = {};

beforeAll(async () => {
  const users = [{ name: 'guest', password: await hashPassword('guest'), roles: [] }];
  servers.plain = await started({});
  servers.strict = await started({
    auth: 'users',
    usersFile: folder.file('users.json', JSON.stringify({ users })),
    virtualHosts: ['/'],
    maxSubscriptions: 5,
    maxTransactions: 2,
  });
  servers.hasty = await started({
    heartbeatSend: 100,
    heartbeatReceive: 100,
    connectTimeout: 1500,
    frameTimeout: 1500,
  });
});
afterAll(async () => {
  await Promise.all(Object.values(servers).map((server) => server.close()));
  folder.remove();
});

async function started(options: Partial<Config>): Promise<Server> {
  const server = createServer({ port: 0, stompPort: 0, logLevel: 'silent', ...options });
  await server.start();
  return server;
}

function serverFor(needs: readonly string[]): Server {
  if (needs.every((need) => usual.includes(need))) return servers.plain!;
  return needs.some((need) => short.includes(need)) ? servers.hasty! : servers.strict!;
}

const kinds: Record<string, (server: Server) => string> = {
  tcp: ({ addresses }) => addresses.stomp!,
  websocket: ({ addresses }) => addresses.endpoints[0]!,
  'sockjs+websocket': ({ addresses }) => `sockjs+${addresses.endpoints[0]!}`,
};

let runs = 0;
const stageAt = (url: string): Stage => ({
  ...{ url, host: '/', login: 'guest', passcode: 'guest', patience: 5000 },
  unique: `u${++runs}`,
});

describe.each(Object.entries(kinds))('over %s', (kind, addressOf) => {
  const played = all.filter((dialogue) => obstacle(dialogue, `${kind}:`, offers) === undefined);
  it.each(played.map((dialogue) => [dialogue.name, dialogue] as const))('%s', async (_name, dialogue) => {
    expect(await play(dialogue, stageAt(addressOf(serverFor(dialogue.needs))))).toBeUndefined();
  });
});

it('there are at least eighty, each with a title and the rule that it shows', () => {
  expect(all.length).toBeGreaterThanOrEqual(80);
  for (const { name, title, cites } of all) expect([name, title, cites]).not.toContain('');
});

/** Codes that no conversation of a few frames brings about: they tell of time, of the machine, of other parts of the server. */
const elsewhere = new Set([
  ...[
    'unencodable-header',
    'authentication-unavailable',
    'credentials-expired',
    'user-changed',
    'idle-timeout',
  ],
  ...['too-many-durable-subscriptions', 'transaction-too-wide', 'too-many-sessions', 'ended-by-application'],
  ...['slow-client', 'going-away', 'internal'],
  ...['bad-configuration', 'history-damaged', 'queues-damaged'],
]);

it('every code that ends a session is shown by one, but for those that tell of something else', () => {
  const shown = all.flatMap(({ steps }) =>
    steps.flatMap((step) =>
      step.kind === 'gets' ? step.frame.headers.filter(([name]) => name === 'code') : [],
    ),
  );
  const ending = Object.entries(errorTable).filter(
    ([code, { close }]) => close !== null && !elsewhere.has(code),
  );
  const codes = new Set(shown.map(([, code]) => code));
  expect(ending.map(([code]) => code).filter((code) => !codes.has(code))).toEqual([]);
});
