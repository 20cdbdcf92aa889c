// Bytes that are no STOMP, and frames that are not what they should be: an ERROR that names it, and the close.
import { describe, expect, it } from 'vitest';
import { frameText } from '../clients/stomp-text.ts';
import { type Refusal, UnderAttack } from './under-attack.ts';

const attack = new UnderAttack({
  maxFrameBytes: 4096,
  maxHeaders: 16,
  maxHeaderLineBytes: 512,
  connectTimeout: 5000,
});

const refusal = (code: string, says: RegExp, close = 1002): Refusal => ({ code, says, close });
const noise = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7919 + 13) % 251));
const tlsHello = Buffer.from('16030100c8010000c40303a1b2c3d4e5f60718293a4b5c6d7e8f', 'hex');
const send = (headers: Record<string, string>, body = ''): string =>
  frameText('SEND', { destination: '/topic/x', ...headers }, body);
const many = Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`x-${at}`, 'y']));

type Case = readonly [name: string, bytes: string | Buffer, refusal: Refusal];

const fromTheStart: readonly Case[] = [
  ['garbage', noise, refusal('unknown-command', /unknown command/)],
  ['zeros', Buffer.alloc(100), refusal('unknown-command', /\\x00/)],
  ['an HTTP request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', refusal('unknown-command', /GET \/ HTTP/)],
  ['a TLS hello', tlsHello, refusal('unknown-command', /\\x16\\x03/)],
  ['an unknown command', 'HELLO\n\n\0', refusal('unknown-command', /"HELLO"/)],
  ['a command in small letters', 'connect\n\n\0', refusal('unknown-command', /"connect"/)],
  ['a command of the server', 'MESSAGE\n\n\0', refusal('unknown-command', /"MESSAGE".*expected.*SEND/)],
  [
    'CONNECT larger than a frame may be',
    `CONNECT\nx:${'y\nx:'.repeat(2000)}`,
    refusal('too-many-headers', /headerCount.*16/, 1009),
  ],
];

const whenConnected: readonly Case[] = [
  ['SEND without a destination', 'SEND\n\nx\0', refusal('missing-header', /SEND.*destination/)],
  [
    'SUBSCRIBE without an id',
    frameText('SUBSCRIBE', { destination: '/topic/x' }),
    refusal('missing-header', /SUBSCRIBE.*'id'/),
  ],
  [
    'SUBSCRIBE without a destination',
    frameText('SUBSCRIBE', { id: '1' }),
    refusal('missing-header', /SUBSCRIBE.*destination/),
  ],
  ['UNSUBSCRIBE without an id', 'UNSUBSCRIBE\n\n\0', refusal('missing-header', /UNSUBSCRIBE.*'id'/)],
  ['BEGIN without a transaction', 'BEGIN\n\n\0', refusal('missing-header', /BEGIN.*transaction/)],
  ['an escape that is none', send({ x: 'a\\q' }), refusal('bad-escape', /\\\\q.*1\.2/)],
  ['a line without a colon', 'SEND\nwithout\n\n\0', refusal('bad-header', /without.*colon/)],
  ['a header without a name', 'SEND\n:value\n\n\0', refusal('bad-header', /name/)],
  ['NUL among the headers', 'SEND\ndestination:/topic/x\n\0', refusal('bad-header', /NUL/)],
  ['a carriage return in a header', 'SEND\na:b\rc\n\n\0', refusal('bad-header', /carriage return/)],
  [
    'header bytes that are not UTF-8',
    Buffer.from('SEND\nx:\xff\n\n\0', 'latin1'),
    refusal('invalid-utf8', /"x"/),
  ],
  ['a content-length of words', send({ 'content-length': 'ten' }), refusal('bad-content-length', /"ten"/)],
  ['a negative content-length', send({ 'content-length': '-1' }), refusal('bad-content-length', /"-1"/)],
  [
    'a body longer than its content-length',
    send({ 'content-length': '1' }, 'two'),
    refusal('missing-nul', /1 byte/),
  ],
  [
    'a frame over the limit',
    send({}, 'x'.repeat(5000)),
    refusal('frame-too-large', /frameBytes.*4096/, 1009),
  ],
  [
    'the promise of one',
    send({ 'content-length': '5000' }).slice(0, -1),
    refusal('frame-too-large', /frameBytes.*4096/, 1009),
  ],
  [
    'the promise of a huge one',
    send({ 'content-length': '9'.repeat(400) }),
    refusal('frame-too-large', /frameBytes/, 1009),
  ],
  [
    'a body that never ends',
    send({}, 'x'.repeat(4096)).slice(0, -1),
    refusal('frame-too-large', /frameBytes/, 1009),
  ],
  ['too many headers', send(many), refusal('too-many-headers', /headerCount.*16/, 1009)],
  [
    'a header line that is too long',
    send({ x: 'y'.repeat(600) }),
    refusal('header-too-long', /"x".*headerLineBytes.*512/, 1009),
  ],
  [
    'one that never ends',
    `SEND\nx:${'y'.repeat(600)}`,
    refusal('header-too-long', /headerLineBytes.*512/, 1009),
  ],
  ['noise', noise, refusal('unknown-command', /unknown command/)],
];

describe.each(attack.kinds)('over %s', (_kind, open) => {
  it.each(fromTheStart)('%s: told and closed', async (_name, bytes, refusal) => {
    const client = await open();
    client.write(bytes);
    await attack.refused(client, refusal);
  });

  it.each(whenConnected)('%s: told and closed', async (_name, bytes, refusal) => {
    const client = await open();
    await client.connect();
    await client.subscribe('/topic/x', '0');
    client.write(bytes);
    await attack.refused(client, refusal);
    expect(client.messages).toEqual([]);
  });

  it('an escape of 1.2 in 1.1: told and closed', async () => {
    const client = await open();
    await client.connect({ 'accept-version': '1.1' });
    client.write(send({ x: 'a\\r' }));
    await attack.refused(client, refusal('bad-escape', /\\\\r.*1\.1/));
  });

  it('a credential in a broken frame: told without it', async () => {
    const client = await open();
    client.write('CONNECT\nlogin:kim\npasscode:my\nsecret\n\n\0');
    await attack.refused(client, refusal('bad-header', /colon/));
    expect(JSON.stringify(client.frames.all)).not.toMatch(/my|secret/);
  });
});
