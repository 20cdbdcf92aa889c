// Shared runs, patched ids and coalesced writes, against an encoder that knows one frame and one client.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHeaderLeniently, type Version } from '../../frames/index.ts';
import { Message } from '../../src/message/message.ts';
import { Outbox } from '../../src/session/outbox.ts';
import { Turn } from '../../src/session/turn.ts';
import { bareFraming, webSocketFraming, wrap } from '../../src/transport/framing.ts';
import { sockJsHttpFraming, sockJsWebSocketFraming } from '../../src/transport/sockjs-framing.ts';
import type { Framing } from '../../src/transport/transport.ts';
import { FakeConnection } from './fake-connection.ts';

const framings = [bareFraming, webSocketFraming, sockJsWebSocketFraming, sockJsHttpFraming];

/** The naive way: the whole frame, for one subscription; framings that quote carry text only. */
function encoded(message: Message, id: string, version: Version, framing: Framing): Buffer {
  const line = (name: string, value: string): string => encodeHeaderLeniently(name, value, version);
  let head = `MESSAGE\n${line('subscription', id)}${line('destination', message.destination)}`;
  if (message.contentType !== undefined) head += line('content-type', message.contentType);
  head += line('message-id', message.id);
  for (let i = 0; i < message.headers.length; i += 2)
    head += line(message.headers[i]!, message.headers[i + 1]!);
  const body = framing.quote === undefined ? message.body : Buffer.from(message.body.toString());
  head += `content-length:${body.length}\n\n`;
  return wrap(framing, Buffer.concat([Buffer.from(head), body, Buffer.of(0)]));
}

/** A client with its outbox, and what it should have got. */
class Client {
  readonly connection: FakeConnection;
  readonly outbox: Outbox;
  readonly #expected: Buffer[] = [];
  readonly #version: Version;
  overflows = 0;

  constructor(turn: Turn, framing: Framing, version: Version, limit: number) {
    this.connection = new FakeConnection(framing);
    this.#version = version;
    const owner = { now: 1, stuck: () => {}, overflowed: () => void this.overflows++ };
    this.outbox = new Outbox(this.connection, owner, turn, turn.lane(framing, version), limit);
    this.connection.handler = { received: () => {}, closed: () => {}, drained: () => this.outbox.drained() };
  }

  deliver(message: Message, id: string): void {
    this.outbox.deliver(message, this.outbox.wireId(id));
    this.#expected.push(encoded(message, id, this.#version, this.connection.framing));
  }

  send(frame: Buffer): void {
    this.outbox.send(frame);
    this.#expected.push(wrap(this.connection.framing, frame));
  }

  get expected(): Buffer {
    return Buffer.concat(this.#expected);
  }
}

const ids = [
  '0',
  '1',
  'sub-0',
  'sub-1',
  'sub-10',
  'a:b\\c',
  '구독-1',
  '구독-2',
  'x'.repeat(64),
  'y'.repeat(65),
];
const body = fc.oneof(
  fc.constantFrom('', 'hi', '한국어', '{"a":"b"}\n').map((text) => Buffer.from(text)),
  fc.constantFrom(1, 120, 126, 5000, 40_000, 70_000).map((length) => Buffer.alloc(length, 'a')),
  fc.constant(Buffer.of(0, 0xff, 0x80)),
);
const messages = fc.record({
  destination: fc.constantFrom('/topic/a', '/topic/b:c'),
  body,
  contentType: fc.option(fc.constantFrom('text/plain', 'application/json'), { nil: undefined }),
  headers: fc.constantFrom([], ['own', 'value'], ['a:b', 'c\nd\re\\', 'empty', '']),
});
const who = fc.nat(3);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('message' as const),
      message: messages,
      to: fc.array(fc.tuple(who, fc.nat(ids.length - 1)), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('frame' as const),
      who,
      text: fc.constantFrom('RECEIPT\nreceipt-id:1\n\n\0', '\n'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('stop' as const), who, room: fc.constantFrom(0, 1, 200, 60_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      who,
      bytes: fc.constantFrom(1, 300, 50_000, 1e9),
    }),
  },
);
const kinds = fc.array(
  fc.record({
    framing: fc.constantFrom(...framings),
    version: fc.constantFrom<Version>('1.0', '1.1', '1.2'),
  }),
  { minLength: 4, maxLength: 4 },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function play(clients: readonly Client[], steps: readonly Step[]): Promise<void> {
  let count = 0;
  for (const one of steps) {
    if (one.do === 'message') {
      const message = new Message({ ...one.message, id: `m-${count++}` });
      for (const [client, id] of one.to) clients[client]!.deliver(message, ids[id]!);
    } else if (one.do === 'frame') clients[one.who]!.send(Buffer.from(one.text));
    else if (one.do === 'turn') await new Promise(setImmediate);
    else if (one.do === 'stop') clients[one.who]!.connection.stop(one.room);
    else clients[one.who]!.connection.read(one.bytes);
  }
  await new Promise(setImmediate);
}

describe('the outboxes of many clients', () => {
  it('give each exactly the bytes that frames encoded one by one would have, in order', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, fc.array(step, { maxLength: 40 }), async (kind, steps) => {
        const turn = new Turn();
        const clients = kind.map(({ framing, version }) => new Client(turn, framing, version, 1e9));
        await play(clients, steps);
        for (const { connection } of clients) connection.read();
        for (const { connection, expected, overflows } of clients) {
          expect(connection.sent.equals(expected)).toBe(true);
          expect(overflows).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('give who does not read the beginning of it and no byte more, and tell that once', async () => {
    const limit = 100_000;
    await fc.assert(
      fc.asyncProperty(kinds, fc.array(step, { maxLength: 40 }), async (kind, steps) => {
        const turn = new Turn();
        const clients = kind.map(({ framing, version }) => new Client(turn, framing, version, limit));
        await play(clients, steps);
        for (const { connection } of clients) connection.read();
        for (const { connection, expected, overflows } of clients) {
          const { sent } = connection;
          expect(overflows).toBeLessThanOrEqual(1);
          expect(expected.subarray(0, sent.length).equals(sent)).toBe(true);
          if (overflows === 0) expect(sent.length).toBe(expected.length);
        }
      }),
      { numRuns: 200 },
    );
  });
});
