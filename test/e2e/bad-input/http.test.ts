// What reaches the HTTP port and is no good upgrade: other pages, other names, other paths, too many, and no HTTP at all.
import { describe, expect, it } from 'vitest';
import type { RawTcp } from '../clients/raw-tcp.ts';
import { RawWebSocket } from '../clients/raw-web-socket.ts';
import { Service } from '../service.ts';
import { UnderAttack } from './under-attack.ts';

const attack = new UnderAttack({
  endpoints: ['/ws', '/stomp'],
  origins: ['https://chat.example', 'https://*.wide.example'],
});

const upgrade = (lines: Readonly<Record<string, string>>, path = '/ws'): string => {
  const headers = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    ...lines,
  };
  const text = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${text.join('')}\r\n`;
};

const stranger = (): Promise<RawTcp> => attack.service.tcp(attack.service.addresses.http);

async function answerTo(request: string | Buffer): Promise<string> {
  const client = await stranger();
  client.write(request);
  return client.answer();
}

describe('an upgrade', () => {
  it.each([
    [
      'a foreign page',
      { Origin: 'https://evil.example' },
      /origin 'https:\/\/evil\.example' is not allowed.*--origin/,
    ],
    ['a page from nowhere', { Origin: 'null' }, /origin 'null' is not allowed/],
    ['a page of almost the right name', { Origin: 'https://evil-wide.example' }, /not allowed/],
    ['a page over the wrong scheme', { Origin: 'http://chat.example' }, /not allowed/],
    ['a name that somebody pointed here', { Host: 'rebound.example' }, /host 'rebound\.example'/],
    [
      'the same with its own page',
      { Host: 'rebound.example', Origin: 'http://rebound.example' },
      /host 'rebound/,
    ],
  ])('from %s is refused with 403 and the reason', async (_who, headers, reason) => {
    const answer = await answerTo(upgrade(headers));
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toMatch(reason);
  });

  it.each([
    [{ Origin: 'https://chat.example' }],
    [{ Origin: 'https://a.wide.example' }],
    [{ Host: 'chat.example' }],
    [{ Host: 'localhost:1', Origin: 'http://localhost:1' }],
    [{ Host: '[::1]:80' }],
  ])('with %j is taken', async (headers) => {
    const client = await stranger();
    client.write(upgrade(headers));
    const answer = await client.chunks.first(() => true, 'an answer');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /);
  });

  it.each(['/', '/wss', '/ws/', '/ws/other', '/WS', '/stomp/websocket/x', '//ws'])(
    'on %s is answered with 404',
    async (path) => {
      expect(await answerTo(upgrade({}, path))).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    },
  );

  it.each([
    ['an old version', { 'Sec-WebSocket-Version': '7' }],
    ['a key that is none', { 'Sec-WebSocket-Key': 'short' }],
    ['a broken list of subprotocols', { 'Sec-WebSocket-Protocol': 'v12.stomp,,' }],
  ])('with %s is answered with 400', async (_what, headers) => {
    expect(await answerTo(upgrade(headers))).toMatch(/^HTTP\/1\.1 4(?:00|26) /);
  });

  it('to another protocol is a request like any other', async () => {
    const request = upgrade({ Upgrade: 'h2c', Connection: 'Upgrade, close' }, '/health/live');
    expect(await answerTo(request)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('that was refused leaves nothing open, even when the client does not close', async () => {
    for (const request of [upgrade({}, '/nowhere'), upgrade({ Origin: 'https://evil.example' })]) {
      const client = await stranger();
      client.socket.allowHalfOpen = true;
      client.write(request);
      await client.chunks.first((chunk) => chunk.includes('HTTP/1.1 4'), 'the refusal');
    }
    await attack.calm();
  });
});

describe('the HTTP port', () => {
  it.each([
    ['noise', Buffer.from([0xde, 0xad, 0xbe, 0xef, 13, 10, 13, 10]), 400],
    ['STOMP', 'CONNECT\naccept-version:1.2\nhost:any\n\n\0', 400],
    ['a TLS hello', Buffer.from('16030100c8010000c40303a1b2c3d4e5f607', 'hex'), 400],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nHost: localhost\r\nx: ${'y'.repeat(20_000)}`, 431],
  ])('answers %s with a status and closes', async (_what, bytes, status) => {
    expect(await answerTo(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('answers requests of foreign pages and rebound names with 403', async () => {
    const request = (lines: string): string =>
      `GET /stompwire.json HTTP/1.1\r\n${lines}\r\nConnection: close\r\n\r\n`;
    expect(await answerTo(request('Host: localhost\r\nOrigin: https://evil.example'))).toMatch(
      /^HTTP\/1\.1 403 /,
    );
    expect(await answerTo(request('Host: rebound.example'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await answerTo(request('Host: localhost'))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('too many sessions', () => {
  it.each([
    ['maxSessions', { maxSessions: 2 }, 'maxSessions=2'],
    ['maxSessionsPerAddress', { maxSessionsPerAddress: 2 }, 'maxSessionsPerAddress=2'],
  ])(
    'over %s: the one too many is told so and closed with 1013, the others stay',
    async (_name, options, says) => {
      const service = await Service.start(options);
      try {
        const [one, other] = [await service.webSocket(), await service.tcp()];
        await Promise.all([one.connect(), other.connect()]);
        for (const late of [await service.webSocket(), await service.tcp()]) {
          const { headers } = await late.next('ERROR');
          expect(headers).toMatchObject({
            code: 'too-many-sessions',
            message: expect.stringContaining(says),
          });
          expect((await late.ended).code).toBe(late instanceof RawWebSocket ? 1013 : 1000);
        }
        await one.confirmed('SEND', { destination: '/topic/x' });
        other.drop();
        await expect.poll(() => service.metric('stompwire_sessions')).toBe(1);
        await (await service.webSocket()).connect();
      } finally {
        await service.close();
      }
    },
  );
});
