// Well-formed frames at the wrong time, in the wrong place, or too many: each refused by name.
import { describe, expect, it } from 'vitest';
import type { RawClient } from '../clients/raw-client.ts';
import { type Refusal, UnderAttack } from './under-attack.ts';

const attack = new UnderAttack({ maxSubscriptions: 50 });

const refusal = (code: string, says: RegExp, close = 1002): Refusal => ({ code, says, close });

type Frame = readonly [command: string, headers: Readonly<Record<string, string>>];
type Case = readonly [name: string, frame: Frame, refusal: Refusal];

const subscribe = (headers: Readonly<Record<string, string>>): Frame => [
  'SUBSCRIBE',
  { id: '1', destination: '/topic/x', ...headers },
];
const send = (headers: Readonly<Record<string, string>>): Frame => [
  'SEND',
  { destination: '/topic/x', ...headers },
];

const tooEarly: readonly Case[] = [
  'SEND',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'ACK',
  'NACK',
  'BEGIN',
  'COMMIT',
  'ABORT',
  'DISCONNECT',
].map((command) => [
  command,
  [command, { destination: '/topic/x', id: '1' }],
  refusal('not-connected', new RegExp(`${command}.*CONNECT`)),
]);

const refused: readonly Case[] = [
  ['a second CONNECT', ['CONNECT', { 'accept-version': '1.2' }], refusal('already-connected', /CONNECT/)],
  ['STOMP after CONNECT', ['STOMP', { 'accept-version': '1.2' }], refusal('already-connected', /STOMP/)],
  [
    'an ack mode that is none',
    subscribe({ ack: 'perhaps' }),
    refusal('bad-header', /ack:perhaps.*auto, client/),
  ],
  ['ACK of nothing', ['ACK', { id: '1-1' }], refusal('unknown-delivery', /'1-1'/)],
  ['NACK of nothing', ['NACK', { id: 'x' }], refusal('unknown-delivery', /'x'/)],
  ['COMMIT of nothing', ['COMMIT', { transaction: '1' }], refusal('unknown-transaction', /'1'.*BEGIN/)],
  ['ABORT of nothing', ['ABORT', { transaction: '1' }], refusal('unknown-transaction', /'1'.*BEGIN/)],
  ['SEND in no transaction', send({ transaction: '1' }), refusal('unknown-transaction', /'1'.*BEGIN/)],
  ['a selector', subscribe({ selector: 'a = 1' }), refusal('not-supported', /selector/)],
  ['a delay', send({ delay: '1000' }), refusal('not-supported', /delay/)],
  [
    'a prefetch that is none',
    subscribe({ ack: 'client', 'prefetch-count': 'all' }),
    refusal('bad-header', /prefetch-count:all.*0 to \d+/),
  ],
  [
    'SUBSCRIBE to a pattern of queues',
    subscribe({ destination: '/queue/*' }),
    refusal('bad-destination', /\/queue\/\*/),
  ],
  [
    'a priority that is none',
    send({ destination: '/queue/jobs', priority: 'high' }),
    refusal('bad-header', /priority:high.*0 to 9/),
  ],
  ['a guest who is away without a name', subscribe({ durable: 'true' }), refusal('bad-header', /client-id/)],
  ['an id that is in use', subscribe({ id: '0' }), refusal('duplicate-subscription', /'0'/)],
  [
    'a destination without a slash',
    subscribe({ destination: 'topic' }),
    refusal('bad-destination', /'topic'/),
  ],
  [
    'a destination that nobody serves',
    send({ destination: '/elsewhere/x' }),
    refusal('unknown-destination', /\/elsewhere\/x.*\/topic/, 1008),
  ],
  [
    'a destination with a control character',
    send({ destination: '/topic/a\\nb' }),
    refusal('bad-destination', /\\x0a/),
  ],
  ['SEND to a pattern', send({ destination: '/topic/x/*' }), refusal('bad-destination', /pattern/)],
  [
    'a pattern with ** in its middle',
    subscribe({ destination: '/topic/a/**/x' }),
    refusal('bad-destination', /\*\*.*last/),
  ],
  [
    "another user's queue",
    subscribe({ destination: '/user/lee/queue/mail' }),
    refusal('denied', /\/user\/lee/, 1008),
  ],
  [
    'SEND to the bystanders of a room',
    send({ destination: '/topic/chat-room/1' }),
    refusal('denied', /\/app\/chat-room/, 1008),
  ],
];

async function connected(open: () => Promise<RawClient>): Promise<RawClient> {
  const client = await open();
  await client.connect();
  await client.subscribe('/topic/x', '0');
  return client;
}

describe.each(attack.kinds)('over %s', (_kind, open) => {
  it.each(tooEarly)('%s before CONNECT', async (_name, [command, headers], refusal) => {
    const client = await open();
    client.frame(command, headers);
    await attack.refused(client, refusal);
  });

  it.each(refused)('%s', async (_name, [command, headers], refusal) => {
    const client = await connected(open);
    client.frame(command, { ...headers, receipt: 'r-1' });
    await attack.refused(client, refusal);
    expect(client.frames.all.at(-1)!.headers['receipt-id']).toBe('r-1');
    expect(client.messages).toEqual([]);
  });

  it('a flood of subscriptions', async () => {
    const client = await open();
    await client.connect();
    for (let id = 0; id < 5000; id++)
      client.frame('SUBSCRIBE', { destination: `/topic/flood/${id}`, id: `s-${id}` });
    await attack.refused(client, refusal('too-many-subscriptions', /maxSubscriptions=50/, 1008));
  });

  it('a login with a control character, or without end', async () => {
    for (const [login, says] of [
      ['kim\u0007', /control character/],
      ['k'.repeat(65), /65.*64/],
    ] as const) {
      const client = await open();
      client.frame('CONNECT', { 'accept-version': '1.2', login });
      await attack.refused(client, refusal('authentication-failed', says, 1008));
    }
  });

  it('SUBSCRIBE to what a handler would have to answer: told on the errors queue, and the session lives', async () => {
    const client = await connected(open);
    await client.subscribe('/user/queue/errors', 'errors');
    client.frame('SUBSCRIBE', { destination: '/app/rooms', id: 'rooms', receipt: 'r-1' });
    const told = await client.next('MESSAGE');
    expect(told.headers).toMatchObject({
      subscription: 'errors',
      'receipt-id': 'r-1',
      'subscription-id': 'rooms',
    });
    expect(JSON.parse(String(told.body))).toMatchObject({ code: 'no-handler' });
    await client.confirmed('SEND', { destination: '/topic/x' });
  });

  it('headers that only the server may write: no subscriber sees them', async () => {
    const client = await connected(open);
    const forged = [
      'message-id',
      'subscription',
      'ack',
      'user-name',
      'seq',
      'epoch',
      'session',
      'discontinuity',
      'Receipt-Id',
    ];
    client.frame(
      'SEND',
      { destination: '/topic/x', ...Object.fromEntries(forged.map((name) => [name, 'forged'])) },
      'mail',
    );
    const { headers, pairs } = await client.message('mail');
    expect(pairs).not.toContain('forged');
    expect(headers.subscription).toBe('0');
  });

  it('frames behind the one that was refused, or behind DISCONNECT: nothing comes of them', async () => {
    for (const last of ['NONSENSE\n\n\0', 'DISCONNECT\nreceipt:bye\n\n\0']) {
      const [client, witness] = [await connected(open), await connected(open)];
      client.write(`${last}SEND\ndestination:/topic/x\n\ntoo late\0`);
      await client.next(last.startsWith('N') ? 'ERROR' : 'RECEIPT');
      await witness.confirmed('SEND', { destination: '/topic/x' }, 'later');
      expect(witness.messages.map(({ body }) => String(body))).toEqual(['later']);
    }
  });
});
