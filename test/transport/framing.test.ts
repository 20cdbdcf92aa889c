// The framings: what stands around a STOMP frame on each kind of connection.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { bareFraming, webSocketFraming, wrap } from '../../src/transport/framing.ts';

/** What a WebSocket client reads: `ws` itself, behind a server that says nothing but these bytes. */
async function read(bytes: Buffer): Promise<{ message: Buffer; isBinary: boolean }[]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const sockets = once(server, 'connection') as Promise<[WebSocket, IncomingMessage]>;
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const messages: { message: Buffer; isBinary: boolean }[] = [];
  client.on('message', (message: Buffer, isBinary: boolean) => messages.push({ message, isBinary }));
  const [accepted, { socket }] = await sockets;
  socket.write(bytes);
  accepted.close();
  await once(client, 'close');
  server.close();
  return messages;
}

describe('the framing of a WebSocket', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 70_000])('is read back around %i bytes', async (length) => {
    const frame = Buffer.alloc(length, 'a');
    const bytes = wrap(webSocketFraming, frame);
    expect(bytes.length).toBe(webSocketFraming.headerLength(length) + length);
    expect(await read(bytes)).toEqual([{ message: frame, isBinary: false }]);
  });

  it('makes a text message of UTF-8, and a binary one of anything else', async () => {
    expect(await read(wrap(webSocketFraming, Buffer.from('한국어')))).toMatchObject([{ isBinary: false }]);
    expect(await read(wrap(webSocketFraming, Buffer.of(0x61, 0xff)))).toEqual([
      { message: Buffer.of(0x61, 0xff), isBinary: true },
    ]);
  });

  it('writes its header where it is told', () => {
    const target = Buffer.alloc(20, '.');
    webSocketFraming.writeHeader(target, 5, 70_000, true);
    expect(target.subarray(5, 15)).toEqual(Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]));
    expect(target.toString('latin1', 0, 5) + target.toString('latin1', 15)).toBe('..........');
  });
});

describe('the framing of TCP', () => {
  it('is nothing: the very bytes are sent', () => {
    const frame = Buffer.from('SEND\n\n\0');
    expect(wrap(bareFraming, frame)).toBe(frame);
    expect(bareFraming.headerLength(7)).toBe(0);
  });
});

describe('a framing that quotes', () => {
  it('stands around the quoted frame, and ends it', () => {
    const framing = {
      name: 'quoting',
      quote: (bytes: Buffer) => Buffer.from(JSON.stringify(bytes.toString()).slice(1, -1)),
      trailer: Buffer.from('"]'),
      headerLength: () => 2,
      writeHeader: (target: Buffer, at: number) => {
        target.write('["', at);
      },
    };
    expect(wrap(framing, Buffer.from('a\n"b"')).toString()).toBe('["a\\n\\"b\\""]');
  });
});
