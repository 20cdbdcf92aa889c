// Clients that say nothing, or a byte at a time: each is told what it kept waiting for, and closed.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RawClient } from '../clients/raw-client.ts';
import { socketFrame } from '../clients/raw-web-socket.ts';
import { frameText } from '../clients/stomp-text.ts';
import { type Refusal, UnderAttack } from './under-attack.ts';

const attack = new UnderAttack({ connectTimeout: 500, frameTimeout: 300, closeTimeout: 200 });

const noConnect: Refusal = { code: 'connect-timeout', says: /connectTimeout=500 ms/, close: 1002 };
const noEnd: Refusal = { code: 'frame-timeout', says: /frameTimeout=300 ms/, close: 1002 };

/** Writes a byte at a time, for as long as the connection takes any. */
function drip(
  client: RawClient,
  bytes: Buffer,
  write: (byte: Buffer) => void = (byte) => client.write(byte),
): void {
  let at = 0;
  const timer = setInterval(() => write(bytes.subarray(at, ++at)), 40);
  const stop = (): void => clearInterval(timer);
  void client.ended.then(stop);
  onTestFinished(stop);
}

const endless = (frame: string): Buffer => Buffer.from(frame + 'x'.repeat(10_000));

describe.each(attack.kinds)('a client over %s', (_kind, open) => {
  it('that says nothing', async () => {
    await attack.refused(await open(), noConnect);
  });

  it('that sends heart-beats and never CONNECT', async () => {
    const client = await open();
    drip(client, Buffer.alloc(10_000, '\n'));
    await attack.refused(client, noConnect);
  });

  it('that sends its CONNECT a byte at a time', async () => {
    const client = await open();
    drip(client, endless('CONNECT\nx:'));
    await attack.refused(client, noEnd);
  });

  it('that sends a frame a byte at a time', async () => {
    const client = await open();
    await client.connect();
    drip(client, endless('SEND\ndestination:/topic/x\n\n'));
    await attack.refused(client, noEnd);
  });

  it('that begins a frame and leaves it', async () => {
    const client = await open();
    await client.connect();
    client.write('SEND\ndestination:/topic/x\ncontent-length:10\n\nhalf');
    await attack.refused(client, noEnd);
  });

  it('that finishes frame after frame, slowly, and is no such client', async () => {
    const client = await open();
    await client.connect();
    const frames = frameText('SEND', { destination: '/topic/x', receipt: 'r' }).repeat(100);
    let at = 0;
    const timer = setInterval(() => client.write(frames.slice(at, (at += 10))), 40);
    onTestFinished(() => clearInterval(timer));
    for (let n = 1; n <= 8; n++) await client.frames.count(1 + n);
    expect(client.frames.all.some(({ command }) => command === 'ERROR')).toBe(false);
  });

  it('that does not close after its ERROR', async () => {
    const client = await open();
    client.socket.allowHalfOpen = true;
    await client.next('ERROR');
    client.socket.pause();
    await attack.calm();
  });
});

describe('a client of the HTTP port', () => {
  const stranger = (): Promise<RawClient & { answer(): Promise<string> }> =>
    attack.service.tcp(attack.service.addresses.http);

  it('that says nothing gets 408', async () => {
    expect(await (await stranger()).answer()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it.each([
    ['an upgrade', 'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nx: '],
    ['a request', 'GET / HTTP/1.1\r\nHost: localhost\r\nx: '],
    ['a body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n'],
  ])('that sends %s a byte at a time is closed', async (_what, bytes) => {
    const client = await stranger();
    client.write(bytes);
    drip(client, endless(''));
    await client.ended;
  });

  it('that was upgraded and sends its CONNECT in a WebSocket frame, a byte at a time', async () => {
    const client = await attack.service.webSocket();
    drip(client, socketFrame(endless('CONNECT\nx:')), (byte) => client.socket.write(byte));
    await attack.refused(client, noEnd);
  });

  it('that is connected and sends a WebSocket frame a byte at a time, pings between the pieces or not', async () => {
    for (const beginning of [Buffer.alloc(0), socketFrame(Buffer.from('still here'), 0x89)]) {
      const client = await attack.service.webSocket();
      await client.connect();
      client.socket.write(beginning);
      drip(client, socketFrame(endless('SEND\ndestination:/topic/x\n\n')), (byte) =>
        client.socket.write(byte),
      );
      await attack.refused(client, noEnd);
    }
  });

  it('that is connected and sends nothing but pings for longer than that is no such client', async () => {
    const client = await attack.service.webSocket();
    await client.connect();
    for (let pongs = 1; pongs <= 10; pongs++) {
      const answered = new Promise((resolve) => client.socket.once('data', resolve));
      setTimeout(() => client.socket.write(socketFrame(Buffer.from('ping'), 0x89)), 40);
      await answered;
    }
    await client.confirmed('SEND', { destination: '/topic/x' });
  });
});
