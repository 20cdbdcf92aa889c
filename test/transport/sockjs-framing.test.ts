// The framings of SockJS: whatever is sent through them, a client reads what plain STOMP would have been.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHeaderLeniently } from '../../frames/index.ts';
import { Message } from '../../src/message/message.ts';
import { Turn } from '../../src/session/turn.ts';
import { wrap } from '../../src/transport/framing.ts';
import { sockJsHttpFraming, sockJsWebSocketFraming } from '../../src/transport/sockjs-framing.ts';
import type { Framing } from '../../src/transport/transport.ts';

/** Where the payload of the server's WebSocket frame at the beginning stands [RFC 6455, 5.2]. */
function payloadAt(bytes: Buffer): [begin: number, end: number] {
  expect(bytes[0]).toBe(0x81); // a whole text message
  const short = bytes[1]!;
  if (short < 126) return [2, 2 + short];
  if (short === 126) return [4, 4 + bytes.readUInt16BE(2)];
  return [10, 10 + bytes.readUIntBE(4, 6)];
}

function readWebSocket(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const [begin, end] = payloadAt(rest);
    const frame = rest.toString('utf8', begin, end);
    expect(frame[0]).toBe('a');
    messages.push(...(JSON.parse(frame.slice(1)) as string[]));
    rest = rest.subarray(end);
  }
  return messages;
}

/** The receiver puts `a[` before the elements, and `]` in place of the last comma. */
function readHttp(bytes: Buffer): string[] {
  expect(bytes.at(-1)).toBe(0x2c);
  return JSON.parse(`[${bytes.toString('utf8', 0, bytes.length - 1)}]`) as string[];
}

/** The naive way: one frame for one subscription, as text. */
function frameOf(message: Message, id: string): string {
  const { destination, contentType, headers } = message;
  const line = (name: string, value: string): string => encodeHeaderLeniently(name, value, '1.2');
  const type = contentType === undefined ? '' : line('content-type', contentType);
  let own = '';
  for (let i = 0; i < headers.length; i += 2) own += line(headers[i]!, headers[i + 1]!);
  const body = message.body.toString();
  const length = `content-length:${Buffer.byteLength(body)}`;
  const given = line('subscription', id) + line('destination', destination) + type;
  return `MESSAGE\n${given}message-id:${message.id}\n${own}${length}\n\n${body}\0`;
}

const kinds: readonly [string, Framing, (bytes: Buffer) => string[]][] = [
  ['over WebSocket', sockJsWebSocketFraming, readWebSocket],
  ['over HTTP', sockJsHttpFraming, readHttp],
];

const nasty = fc.constantFrom('"', '\\', '\\"', '\u2028', '구독', '😀', '\n', ':', '\u200c', "'", '<', 'u0');
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.oneof(nasty, fc.string({ maxLength: 2 })), { maxLength: 6 }).map((parts) => parts.join('')),
);
const messages = fc
  .record({
    destination: text.map((name) => `/topic/${name}`),
    body: fc.oneof(
      text.map((body) => Buffer.from(body)),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(100, 40_000, 70_000).map((length) => Buffer.alloc(length, 'é"')),
    ),
    headers: fc.array(text, { minLength: 2, maxLength: 2 }),
    id: fc.uuid(),
  })
  .map((parts) => new Message(parts));

describe.each(kinds)('the framing of SockJS %s', (_name, framing, read) => {
  it('is read back around one frame of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (frame) => {
        const whole = Buffer.from(frame);
        expect(read(wrap(framing, whole))).toEqual([whole.toString()]);
      }),
    );
  });

  it.each([0, 1, 110, 120, 125, 126, 65_500, 65_535, 70_000])('is read back around %i bytes', (length) => {
    const frame = 'a'.repeat(length);
    expect(read(wrap(framing, Buffer.from(frame)))).toEqual([frame]);
  });

  it('gives every subscription, shared and patched, what a frame of its own would have been', () => {
    fc.assert(
      fc.property(
        fc.array(messages, { minLength: 1, maxLength: 4 }),
        fc.array(text, { minLength: 1, maxLength: 5 }),
        (run, ids) => {
          const turn = new Turn();
          const lane = turn.lane(framing, '1.2');
          // ids of one length on the wire are patched into one template
          for (const id of [...ids, ...ids.map((one) => [...one].reverse().join(''))]) {
            const wireId = lane.wireId(id);
            const [first, ...more] = run.map((message) => lane.encoded(message));
            let link = lane.begin(first!, wireId.length);
            for (const encoded of more) link = link.and(encoded);
            const bytes = link.bytesFor(wireId, turn.slab);
            expect(bytes.length).toBe(link.total);
            expect(read(bytes)).toEqual(run.map((message) => frameOf(message, id)));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('carries text only: what is no UTF-8 is replaced, and the length says so', () => {
    const lane = new Turn().lane(framing, '1.2');
    const message = new Message({ destination: '/topic/a', id: '1', body: Buffer.of(0x61, 0xff, 0x62) });
    const link = lane.begin(lane.encoded(message), 1);
    const [frame] = read(link.bytesFor('0', new Turn().slab));
    expect(frame).toMatch(/\ncontent-length:5\n\na\ufffdb\0$/);
  });
});
