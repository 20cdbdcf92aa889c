// Messages of a broker destination as a page sends and gets them: headers, bodies, sizes, pieces.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { frameText } from '../clients/stomp-text.ts';
import { Service } from '../service.ts';

const maxFrameBytes = 128 * 1024;
const allBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);

let service: Service;

beforeAll(async () => {
  service = await Service.start({ maxFrameBytes });
});
afterEach(() => service.dropClients());
afterAll(() => service.close());

describe('a direct SEND', () => {
  it('comes back to its sender with the headers that are its own, and none that are ours or secret', async () => {
    const page = await service.page();
    const { id, messages } = await page.subscribe('/topic/direct');
    const forged = {
      'message-id': 'forged',
      subscription: 'forged',
      'user-name': 'forged',
      seq: '1',
      ack: '1',
    };
    const secret = { login: 'kim', passcode: 'secret', Authorization: 'Bearer secret' };
    await page.send('/topic/direct', 'hello', {
      'x-trace': '42',
      'content-type': 'text/x-note',
      ...forged,
      ...secret,
    });
    const [message] = await messages.count(1);
    expect(message!.headers).toEqual({
      subscription: id,
      destination: '/topic/direct',
      'content-type': 'text/x-note',
      'message-id': expect.not.stringContaining('forged'),
      'x-trace': '42',
      'content-length': '5',
    });
  });

  it('is not heard by a sender that excludes itself, only by the others', async () => {
    const [kim, lee] = [await service.page(), await service.page()];
    const [own, others] = [await kim.subscribe('/topic/direct'), await lee.subscribe('/topic/direct')];
    await kim.send('/topic/direct', 'for others', { 'exclude-sender': 'true' });
    await kim.send('/topic/direct', 'for all', { 'exclude-sender': 'false' });
    expect((await others.messages.count(2)).map(({ body }) => body)).toEqual(['for others', 'for all']);
    expect((await own.messages.count(1)).map(({ body }) => body)).toEqual(['for all']);
    expect(others.messages.all[0]!.headers).not.toHaveProperty('exclude-sender');
  });

  it('carries headers with colons, backslashes and ends of lines', async () => {
    const [page, raw] = [await service.page(), await service.webSocket()];
    await raw.connect();
    await raw.subscribe('/topic/a\\cb', 'sub\\c1');
    const { messages } = await page.subscribe('/topic/a:b');
    const awkward = { 'x-lines': 'one\r\ntwo:three', 이름: '값 😀' };
    await page.send('/topic/a:b', 'body', awkward);
    expect((await messages.count(1))[0]!.headers).toMatchObject({ destination: '/topic/a:b', ...awkward });
    expect((await raw.message('body')).headers).toMatchObject({ subscription: 'sub:1', ...awkward });
    await raw.confirmed('SEND', { destination: '/topic/a\\cb', 'x\\cpath': 'C\\c\\\\new\\\\room' }, 'path');
    expect((await raw.message('path')).headers['x:path']).toBe('C:\\new\\room');
  });
});

describe('patterns', () => {
  it('match a segment, the rest and a character, and every message names its own destination', async () => {
    const page = await service.page();
    const patterns = ['/topic/p/*', '/topic/p/**', '/topic/p/a?', '/topic/p/*/c', '/topic/?/ab'];
    const heard = new Map<string, Awaited<ReturnType<typeof page.subscribe>>>();
    for (const pattern of patterns) heard.set(pattern, await page.subscribe(pattern));
    for (const path of ['/topic/p/ab', '/topic/p/b/c', '/topic/p', '/topic/q/ab']) await page.send(path, '');
    const destinations = patterns.map((one) =>
      heard.get(one)!.messages.all.map(({ headers }) => headers.destination),
    );
    expect(destinations).toEqual([
      ['/topic/p/ab'],
      ['/topic/p/ab', '/topic/p/b/c', '/topic/p'],
      ['/topic/p/ab'],
      ['/topic/p/b/c'],
      ['/topic/p/ab', '/topic/q/ab'],
    ]);
  });

  it('and a destination bring one message per subscription, each under its id', async () => {
    const page = await service.page();
    const all = [
      await page.subscribe('/topic/x/y'),
      await page.subscribe('/topic/x/y'),
      await page.subscribe('/topic/x/*'),
    ];
    await page.send('/topic/x/y', '');
    for (const { id, messages } of all) {
      expect(messages.all.map(({ headers }) => headers.subscription)).toEqual([id]);
    }
  });
});

describe('a body', () => {
  it('of any bytes arrives as it was sent', async () => {
    const page = await service.page();
    const { messages } = await page.subscribe('/topic/bytes');
    await page.send('/topic/bytes', allBytes, { 'content-type': 'application/octet-stream' });
    const [message] = await messages.count(1);
    expect(message!.binaryBody).toEqual(allBytes);
    expect(message!.headers['content-type']).toBe('application/octet-stream');
  });

  it.each([
    ['text', '한글\0and a NUL 😀', false],
    ['binary', allBytes, true],
    ['text', '', false],
  ] as const)('travels as a %s WebSocket message when it is %.20j', async (_kind, body, binary) => {
    const [page, raw] = [await service.page(), await service.webSocket()];
    await raw.connect();
    await raw.subscribe('/topic/bytes', '0');
    await page.send('/topic/bytes', body);
    expect((await raw.next('MESSAGE')).body).toEqual(Buffer.from(body));
    expect(raw.received.all.at(-1)!.binary).toBe(binary);
  });

  it('and its frame may be as large as the limit, and one byte more is an ERROR and 1009', async () => {
    const [client, witness] = [await service.webSocket(), await service.page()];
    const { messages } = await witness.subscribe('/topic/large');
    await client.connect();
    const empty = frameText('SEND', { destination: '/topic/large', receipt: 'r' }).length;
    client.frame('SEND', { destination: '/topic/large', receipt: 'r' }, 'x'.repeat(maxFrameBytes - empty));
    await client.next('RECEIPT');
    expect((await messages.count(1))[0]!.body.length).toBe(maxFrameBytes - empty);
    client.frame(
      'SEND',
      { destination: '/topic/large', receipt: 'r' },
      'x'.repeat(maxFrameBytes - empty + 1),
    );
    const { headers } = await client.next('ERROR');
    expect(headers).toMatchObject({
      code: 'frame-too-large',
      message: expect.stringContaining(String(maxFrameBytes)),
    });
    expect(await client.ended).toMatchObject({ code: 1009 });
    expect(messages.all.length).toBe(1);
  });
});

describe('frames', () => {
  it.each([8, 16])('may come split into WebSocket messages of %i KiB', async (kibibytes) => {
    const page = await service.page({ splitLargeFrames: true, maxWebSocketChunkSize: kibibytes * 1024 });
    const { messages } = await page.subscribe('/topic/split');
    const body = '가나다라마바사 '.repeat(5000);
    await page.send('/topic/split', body);
    expect((await messages.count(1))[0]!.body).toBe(body);
  });

  it('may come as binary WebSocket messages', async () => {
    const page = await service.page({ forceBinaryWSFrames: true });
    const { messages } = await page.subscribe('/topic/binary-frames');
    await page.send('/topic/binary-frames', '글');
    expect((await messages.count(1))[0]!.body).toBe('글');
  });

  it('may come several in one WebSocket message, with CRLF, and with heart-beats between', async () => {
    const client = await service.webSocket();
    const lines = (text: string): string => text.replaceAll('\n', '\r\n');
    const subscribe = lines(frameText('SUBSCRIBE', { destination: '/topic/run', id: '0' }));
    const send = lines(frameText('SEND', { destination: '/topic/run', receipt: 'r' }, 'x'));
    client.write(
      `${lines(frameText('CONNECT', { 'accept-version': '1.2', host: 'any' }))}\n\r\n${subscribe}${send}\n`,
    );
    await client.next('RECEIPT');
    expect(client.frames.all.map(({ command }) => command).sort()).toEqual([
      'CONNECTED',
      'MESSAGE',
      'RECEIPT',
    ]);
    expect(client.received.all.length).toBe(3);
  });

  it('may come cut at every byte', async () => {
    const client = await service.webSocket();
    await client.connect();
    await client.subscribe('/topic/cut', '0');
    for (const byte of Buffer.from(frameText('SEND', { destination: '/topic/cut' }, '한')))
      client.write(Buffer.of(byte));
    expect(await client.message('한')).toMatchObject({ headers: { destination: '/topic/cut' } });
  });

  it('of which a header is repeated mean the first', async () => {
    const client = await service.webSocket();
    await client.connect();
    await client.subscribe('/topic/first', '0');
    client.write('SEND\ndestination:/topic/first\ndestination:/topic/second\nx:1\nx:2\n\nbody\0');
    expect((await client.message('body')).headers).toMatchObject({ destination: '/topic/first', x: '1' });
  });
});
