// The outbox: one write per turn, shared bytes, early writes, clients that do not read, and the last words.
import { Buffer } from 'node:buffer';
import { beforeEach, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { Outbox, type OutboxOwner } from '../../src/session/outbox.ts';
import { Turn } from '../../src/session/turn.ts';
import { bareFraming, webSocketFraming } from '../../src/transport/framing.ts';
import type { Framing } from '../../src/transport/transport.ts';
import { FakeConnection } from './fake-connection.ts';

class Owner implements OutboxOwner {
  now = 100;
  readonly told: string[] = [];

  stuck(): void {
    this.told.push('stuck');
  }

  overflowed(): void {
    this.told.push('overflowed');
  }
}

let turn: Turn;
let messages = 0;

beforeEach(() => {
  turn = new Turn();
});

function open(framing: Framing = bareFraming, limit = 1_000_000) {
  const connection = new FakeConnection(framing);
  const owner = new Owner();
  const outbox = new Outbox(connection, owner, turn, turn.lane(framing, '1.2'), limit);
  connection.handler = { received: () => {}, closed: () => {}, drained: () => outbox.drained() };
  return { connection, owner, outbox };
}

const frame = (length: number): Buffer => Buffer.alloc(length, 'f');
const message = (length = 10): Message =>
  new Message({ destination: '/topic/a', body: Buffer.alloc(length, 'b'), id: String(messages++) });
const turnEnds = (): Promise<void> => new Promise(setImmediate);

describe('a turn', () => {
  it('ends in one write per client, however much came and from wherever', async () => {
    const { connection, outbox } = open();
    outbox.send(frame(3));
    outbox.deliver(message(), '0');
    outbox.deliver(message(), '1');
    outbox.send(frame(4));
    expect(connection.written).toEqual([]);
    await turnEnds();
    expect(connection.written).toHaveLength(1);
    await turnEnds();
    outbox.send(frame(5));
    await turnEnds();
    expect(connection.written.map(({ length }) => length).slice(1)).toEqual([5]);
  });

  it('gives the very same bytes to all clients that get the same messages under one id', async () => {
    const clients = Array.from({ length: 3 }, () => open(webSocketFraming));
    for (const one of [message(), message(), message()])
      for (const { outbox } of clients) outbox.deliver(one, 'sub-0');
    await turnEnds();
    const [first, ...others] = clients.map(({ connection }) => connection.written[0]);
    for (const other of others) expect(other).toBe(first);
  });

  it('gives clients with ids of their own the same bytes but for the id', async () => {
    const clients = Array.from({ length: 5 }, () => open());
    const one = message();
    for (const [at, { outbox }] of clients.entries()) outbox.deliver(one, `id-${at}`);
    await turnEnds();
    const texts = clients.map(({ connection }) => connection.sent.toString());
    expect(new Set(texts.map((text) => text.replace(/id-\d/, 'id')))).toHaveProperty('size', 1);
    expect(texts.map((text) => /subscription:(\S+)/.exec(text)?.[1])).toEqual([
      'id-0',
      'id-1',
      'id-2',
      'id-3',
      'id-4',
    ]);
  });

  it('writes early what is more than a turn should hold', async () => {
    const { connection, outbox } = open();
    for (let i = 0; i < 3; i++) outbox.deliver(message(60_000), '0');
    expect(connection.written).toHaveLength(1);
    expect(connection.sent.length).toBeGreaterThan(180_000);
    outbox.send(frame(7));
    await turnEnds();
    expect(connection.written.map(({ length }) => length).slice(1)).toEqual([7]);
  });
});

describe('a client that does not read', () => {
  it('is written to no more until it has taken all, and then gets the rest in one write', async () => {
    const { connection, outbox, owner } = open();
    connection.stop(2);
    outbox.send(frame(5));
    await turnEnds();
    expect(outbox.stuckSince).toBe(100);
    expect(owner.told).toEqual(['stuck']);
    for (const length of [6, 7]) {
      outbox.send(frame(length));
      await turnEnds();
    }
    connection.read(1);
    expect(connection.written.map(({ length }) => length)).toEqual([5]);
    connection.read();
    expect(connection.written.map(({ length }) => length)).toEqual([5, 13]);
    expect(outbox.stuckSince).toBe(0);
    expect(owner.told).toEqual(['stuck']);
  });

  it('counts as stuck since the write that it did not take, also at the time 0', async () => {
    const { connection, outbox, owner } = open();
    owner.now = 0;
    connection.stop();
    outbox.send(frame(5));
    await turnEnds();
    expect(outbox.stuckSince).not.toBe(0);
    owner.now = 500;
    connection.stop(3);
    outbox.send(frame(5));
    connection.read(2);
    expect(outbox.stuckSince).toBe(500);
    expect(owner.told).toEqual(['stuck', 'stuck']);
  });

  it('is given up when more waits than may wait, what the network holds included', async () => {
    const { connection, outbox, owner } = open(bareFraming, 100);
    connection.stop();
    outbox.send(frame(60));
    await turnEnds();
    outbox.send(frame(40));
    expect(owner.told).toEqual(['stuck']);
    outbox.send(frame(1));
    expect(owner.told).toEqual(['stuck', 'overflowed']);
    outbox.send(frame(1));
    outbox.deliver(message(), '0');
    connection.read();
    await turnEnds();
    expect(connection.sent.length).toBe(60);
    expect(owner.told).toEqual(['stuck', 'overflowed']);
  });

  it('is given up over messages as over frames', async () => {
    const { connection, outbox, owner } = open(bareFraming, 1000);
    connection.stop();
    for (let i = 0; i < 20; i++) outbox.deliver(message(100), '0');
    expect(owner.told).toEqual(['stuck', 'overflowed']);
    expect(connection.unsent).toBeLessThanOrEqual(1300);
  });

  it('may take one message larger than the limit, when it reads', async () => {
    const { connection, outbox, owner } = open(bareFraming, 1000);
    outbox.deliver(message(50_000), '0');
    outbox.deliver(message(50_000), '0');
    await turnEnds();
    expect(owner.told).toEqual([]);
    expect(connection.sent.length).toBeGreaterThan(100_000);
  });
});

describe('the last words', () => {
  it('are all that waits, whether the client reads or not, and nothing after them', async () => {
    const { connection, outbox } = open();
    connection.stop();
    outbox.send(frame(5));
    await turnEnds();
    outbox.deliver(message(), '0');
    outbox.send(frame(3));
    outbox.finish();
    outbox.send(frame(9));
    outbox.deliver(message(), '0');
    await turnEnds();
    expect(connection.written).toHaveLength(2);
    expect(connection.written[1]!.subarray(-3).toString()).toBe('fff');
    connection.read();
    await turnEnds();
    expect(connection.written).toHaveLength(2);
  });

  it('are none after what waited was dropped', async () => {
    const { connection, outbox } = open();
    outbox.send(frame(5));
    outbox.deliver(message(), '0');
    outbox.drop();
    outbox.finish();
    outbox.beat();
    await turnEnds();
    expect(connection.written).toEqual([]);
  });
});

describe('a heart-beat', () => {
  it('is one line feed, in its place among the frames, and counts as a write', async () => {
    const { connection, outbox, owner } = open(webSocketFraming);
    outbox.send(frame(1));
    owner.now = 777;
    outbox.beat();
    expect(outbox.lastWrite).toBe(777);
    await turnEnds();
    expect(connection.sent).toEqual(Buffer.from('\x81\x01f\x81\x01\n', 'latin1'));
  });
});
