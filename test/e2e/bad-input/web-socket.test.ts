// What goes wrong under STOMP on a WebSocket: noise in messages, and frames that break RFC 6455.
import { describe, expect, it } from 'vitest';
import { socketFrame } from '../clients/raw-web-socket.ts';
import { frameText } from '../clients/stomp-text.ts';
import { UnderAttack } from './under-attack.ts';

const attack = new UnderAttack({ closeTimeout: 300, outboxTime: 300, drainTimeout: 300 });

const text = 0x81;
const send = (body: Buffer): Buffer =>
  Buffer.concat([Buffer.from('SEND\ndestination:/topic/noise\n\n'), body, Buffer.of(0)]);

describe('messages of noise', () => {
  it.each([
    ['binary', Buffer.from([0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3])],
    ['text', 'not a frame at all'],
    ['large', Buffer.alloc(200_000, 0x5a)],
  ])('%s: an ERROR, and 1002', async (_kind, noise) => {
    const client = await attack.service.webSocket();
    await client.connect();
    client.write(noise);
    await attack.refused(client, { code: 'unknown-command', says: /unknown command/, close: 1002 });
  });

  it('that are empty are nothing', async () => {
    const client = await attack.service.webSocket();
    await client.connect();
    for (const nothing of ['', Buffer.alloc(0)]) client.write(nothing);
    await client.confirmed('SEND', { destination: '/topic/noise' });
  });

  it('marked as text with a body that is not: subscribers get binary messages, and stay connected', async () => {
    const [client, page] = [await attack.service.webSocket(), await attack.service.page()];
    await client.connect();
    const { messages } = await page.subscribe('/topic/noise');
    const body = Buffer.from([0xff, 0xfe, 0xc3, 0x28]);
    client.socket.write(socketFrame(send(body), text));
    expect(Buffer.from((await messages.count(1))[0]!.binaryBody)).toEqual(body);
    await page.send('/topic/noise', 'still here');
  });
});

describe('frames that break the WebSocket protocol', () => {
  const unmasked = Buffer.concat([Buffer.of(0x82, 5), Buffer.from('hello')]);
  const length = (bytes: readonly number[]): Buffer => Buffer.from([0x82, 0xff, ...bytes]);
  const cases: readonly (readonly [string, Buffer, number])[] = [
    ['an opcode that is none', socketFrame(Buffer.from('x'), 0x83), 1002],
    ['a reserved bit', socketFrame(Buffer.from('x'), 0xc2), 1002],
    ['no mask', unmasked, 1002],
    ['a continuation of nothing', socketFrame(Buffer.from('x'), 0x80), 1002],
    [
      'a message within a message',
      Buffer.concat([socketFrame(Buffer.from('x'), 0x02), socketFrame(Buffer.from('y'))]),
      1002,
    ],
    ['a ping in pieces', socketFrame(Buffer.from('x'), 0x09), 1002],
    ['a ping that is too long', socketFrame(Buffer.alloc(126), 0x89), 1002],
    ['a close with half a code', socketFrame(Buffer.of(3), 0x88), 1002],
    ['a close with a code that is none', socketFrame(Buffer.from([0x03, 0xed]), 0x88), 1002],
    ['a length over the limit', length([0, 0, 0, 0, 0x10, 0, 0, 0]), 1009],
    ['a length beyond all numbers', length([0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), 1009],
  ];

  it.each(cases)('%s: closed with the code for it', async (_name, bytes, code) => {
    const client = await attack.service.webSocket();
    await client.connect();
    await client.subscribe('/topic/noise', '0');
    client.socket.write(bytes);
    expect(await client.ended).toMatchObject({ code });
  });

  it('are not waited upon without end when the client stays', async () => {
    for (const bytes of [unmasked, socketFrame(Buffer.alloc(0), 0x88)]) {
      const silent = await attack.service.tcp(attack.service.addresses.http);
      silent.write(upgrade);
      await silent.chunks.first((chunk) => chunk.includes('101 Switching'), 'the upgrade');
      silent.write(socketFrame(Buffer.from(frameText('CONNECT', { 'accept-version': '1.2' })), text));
      await silent.chunks.first((chunk) => chunk.includes('CONNECTED'), 'CONNECTED');
      silent.socket.allowHalfOpen = true;
      silent.write(bytes);
    }
    await attack.calm();
  });

  it('are not what pings and pieces are: a message may come in many', async () => {
    const client = await attack.service.webSocket();
    await client.connect();
    await client.subscribe('/topic/noise', '0');
    const bytes = send(Buffer.from('in pieces'));
    const last = bytes.length - 1;
    client.socket.write(socketFrame(bytes.subarray(0, 5), 0x01));
    for (const byte of bytes.subarray(5, last)) {
      client.socket.write(
        Buffer.concat([socketFrame(Buffer.from('ping'), 0x89), socketFrame(Buffer.of(byte), 0x00)]),
      );
    }
    client.socket.write(socketFrame(bytes.subarray(last), 0x80));
    await client.message('in pieces');
  });
});

const upgrade = [
  'GET /ws HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '\r\n',
].join('\r\n');
