// Benchmark: frames a second through our parser and serializer, against those of @stomp/stompjs and stompit.
import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import { PassThrough, type Readable } from 'node:stream';
import { FrameImpl, Parser } from '@stomp/stompjs';
import { FrameParser, Headers, serializeFrame } from '../../frames/index.ts';
import { type Row, rowOf } from './report.ts';
import { interleaved, type Measured, median } from './statistics.ts';

interface Stompit {
  IncomingFrameStream: new () => NodeJS.ReadWriteStream & { setVersion(version: string): void };
  OutgoingFrameStream: new (
    to: PassThrough,
  ) => { setVersion(version: string): void; frame(command: string, headers: object): NodeJS.WritableStream };
}
const library = (name: string): unknown => createRequire(import.meta.url)(`stompit/lib/${name}`);
const IncomingFrameStream = library('IncomingFrameStream') as Stompit['IncomingFrameStream'];
const OutgoingFrameStream = library('OutgoingFrameStream') as Stompit['OutgoingFrameStream'];

const headers = {
  destination: '/topic/chat-room/lobby',
  'content-type': 'application/json',
  'message-id': 'f3Ya81Qk-1z4',
  subscription: 'sub-0',
};

/** A MESSAGE of so many bytes in all. */
function frameOf(bytes: number): { body: string; wire: Buffer } {
  const encode = (body: string): Buffer =>
    serializeFrame({ command: 'MESSAGE', headers: Headers.from(headers), body }, '1.2');
  let body = 'x'.repeat(bytes - encode('').length);
  while (encode(body).length > bytes) body = body.slice(1);
  return { body, wire: encode(body) };
}

/** Frames a second; a chunk is what one read of a busy socket brings. */
async function rate(frames: number, work: (chunks: number) => unknown, perChunk: number): Promise<number> {
  const begin = performance.now();
  await work(Math.ceil(frames / perChunk));
  return (frames / (performance.now() - begin)) * 1000;
}

function parsers(bytes: number): Record<string, () => Promise<number>> {
  const { wire } = frameOf(bytes);
  const perChunk = Math.max(1, Math.floor(16_384 / bytes));
  const chunk = Buffer.concat(new Array(perChunk).fill(wire));
  const arrayBuffer = Uint8Array.from(chunk).buffer;
  const frames = Math.floor(40_000_000 / bytes);
  return {
    ours: () => rate(frames, (chunks) => parseOurs(chunk, chunks), perChunk),
    '@stomp/stompjs': () => rate(frames / 4, (chunks) => parseStompjs(arrayBuffer, chunks), perChunk),
    stompit: () => rate(frames / 10, (chunks) => parseStompit(chunk, chunks, perChunk), perChunk),
  };
}

function parseOurs(chunk: Buffer, chunks: number): void {
  const parser = new FrameParser({ version: '1.2' });
  for (let i = 0; i < chunks; i++) {
    parser.write(chunk);
    while (parser.read() !== null);
  }
}

/** Without its unescaping, which ours includes: the raw parser alone. */
function parseStompjs(chunk: ArrayBuffer, chunks: number): void {
  const ignore = (): void => {};
  const parser = new Parser(ignore, ignore);
  for (let i = 0; i < chunks; i++) parser.parseChunk(chunk);
}

async function parseStompit(chunk: Buffer, chunks: number, perChunk: number): Promise<void> {
  const stream = new IncomingFrameStream();
  stream.setVersion('1.2');
  for (let i = 0; i < chunks; i++) stream.write(chunk);
  let left = chunks * perChunk;
  for await (const frame of stream as unknown as AsyncIterable<Readable>) {
    await new Promise((resolve) => frame.on('end', resolve).resume());
    if (--left === 0) break;
  }
}

function serializers(bytes: number): Record<string, () => Promise<number>> {
  const { body } = frameOf(bytes);
  const given = Headers.from(headers);
  const ours = (): unknown => serializeFrame({ command: 'MESSAGE', headers: given, body }, '1.2');
  const stompjs = (): unknown =>
    FrameImpl.marshall({ command: 'MESSAGE', headers: { ...headers }, body, escapeHeaderValues: true });
  const many = (encode: () => unknown) => (times: number) => {
    for (let i = 0; i < times; i++) encode();
  };
  const frames = Math.floor(20_000_000 / bytes);
  return {
    ours: () => rate(frames, many(ours), 1),
    '@stomp/stompjs': () => rate(frames, many(stompjs), 1),
    stompit: () => rate(frames / 10, (times) => serializeStompit(body, times), 1),
  };
}

async function serializeStompit(body: string, times: number): Promise<void> {
  const wire = new PassThrough();
  const stream = new OutgoingFrameStream(wire.resume());
  stream.setVersion('1.2');
  for (let i = 0; i < times; i++)
    await new Promise<void>((resolve) => stream.frame('MESSAGE', { ...headers }).end(body, () => resolve()));
}

export async function codec(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const bytes of [200, 4096]) {
    const parsing = await interleaved(rounds + 1, parsers(bytes));
    const serializing = await interleaved(rounds + 1, serializers(bytes));
    rows.push(
      ...rowsOf(`parse, ${bytes}-byte frames`, bytes, parsing),
      ...rowsOf(`serialize, ${bytes}-byte frames`, bytes, serializing),
    );
  }
  return rows;
}

/** The first round warms up and does not count. In frames and in megabytes a second. */
function rowsOf(what: string, bytes: number, measured: Measured): Row[] {
  const ours = measured.ours!.slice(1);
  const target = { kind: 'at least', limit: 5 } as const;
  return ['@stomp/stompjs', 'stompit'].map((rivalName) => {
    const goal = what.startsWith('parse, 200') && rivalName !== 'stompit';
    const row = rowOf({
      what,
      ours,
      rival: measured[rivalName]!.slice(1),
      rivalName,
      of: 'frames/s',
      ...(goal && { target }),
    });
    return { ...row, ours: `${row.ours}, ${Math.round((median(ours) * bytes) / 1e6)} MB/s` };
  });
}
