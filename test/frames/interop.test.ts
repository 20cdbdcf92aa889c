// The two clients that most services meet write what we read, and read what we write.
import { createRequire } from 'node:module';
import { PassThrough, type Readable } from 'node:stream';
import { FrameImpl, type IRawFrameType, Parser } from '@stomp/stompjs';
import { describe, expect, it } from 'vitest';
import { FrameParser, Headers, serializeFrame } from '../../frames/index.ts';
import { readAll } from './reading.ts';

const awkward = {
  destination: '/topic/a:b',
  'x-path': 'C:\\new\\room',
  'x-lines': 'one\r\ntwo',
  이름: '김민수 😀',
};
const body = 'a line\nanother\0and 한글';

describe('@stomp/stompjs', () => {
  it('writes what we read', () => {
    const bytes = FrameImpl.marshall({
      command: 'SEND',
      headers: { ...awkward },
      body,
      escapeHeaderValues: true,
    });
    const [frame] = readAll(Buffer.from(bytes as string));
    expect(frame?.headers.toObject()).toMatchObject(awkward);
    expect(String(frame?.body)).toBe(body);
  });

  it('reads what we write', () => {
    // It undoes one escape after the other, and so takes the end of an escaped backslash for another escape.
    const sent = { ...awkward, 'x-path': 'C:\\home' };
    const bytes = serializeFrame({ command: 'MESSAGE', headers: Headers.from(sent), body }, '1.2');
    const raw: IRawFrameType[] = [];
    new Parser(
      (frame) => raw.push(frame),
      () => undefined,
    ).parseChunk(Uint8Array.from(bytes).buffer);
    const frame = FrameImpl.fromRawFrame(raw[0]!, true);
    expect(frame.headers).toMatchObject(sent);
    expect(frame.body).toBe(body);
  });
});

interface Stompit {
  IncomingFrameStream: new () => NodeJS.ReadWriteStream & { setVersion(version: string): void };
  OutgoingFrameStream: new (
    destination: PassThrough,
  ) => {
    setVersion(version: string): void;
    frame(command: string, headers: Record<string, string>): { end(body: string): void };
  };
}

const load = createRequire(import.meta.url);
const stompit: Stompit = {
  IncomingFrameStream: load('stompit/lib/IncomingFrameStream'),
  OutgoingFrameStream: load('stompit/lib/OutgoingFrameStream'),
};

describe.each(['1.1', '1.2'] as const)('stompit in %s', (version) => {
  const headers = { destination: '/queue/a:b', 'x-path': 'C:\\new', 'x-lines': 'one\ntwo', 이름: '김민수' };

  it('writes what we read', async () => {
    const wire = new PassThrough();
    const outgoing = new stompit.OutgoingFrameStream(wire);
    outgoing.setVersion(version);
    outgoing.frame('SEND', { ...headers }).end('hello');
    const parser = new FrameParser({ version });
    for await (const chunk of wire as AsyncIterable<Buffer>) {
      parser.write(chunk);
      const frame = parser.read();
      if (frame === null) continue;
      expect(frame.headers.toObject()).toMatchObject(headers);
      expect(String(frame.body)).toBe('hello');
      break;
    }
  });

  it('reads what we write', async () => {
    const incoming = new stompit.IncomingFrameStream();
    incoming.setVersion(version);
    incoming.write(
      serializeFrame({ command: 'MESSAGE', headers: Headers.from(headers), body: 'hello' }, version),
    );
    for await (const frame of incoming as AsyncIterable<unknown> as AsyncIterable<
      Readable & { headers: object }
    >) {
      expect(frame.headers).toMatchObject(headers);
      for await (const chunk of frame) expect(String(chunk)).toBe('hello');
      break;
    }
  });
});
