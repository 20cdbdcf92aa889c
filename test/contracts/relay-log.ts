// The contract of the log port: one suite for every relay that keeps logs, with the guarantees in the port's comment.
import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { type LogPolicy, usualPolicy } from '../../src/message/policies.ts';
import { destinationHash, type Position } from '../../src/message/position.ts';
import type { LogRecord } from '../../src/message/record.ts';
import type { Appended, Log } from '../../src/relay/log.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { type Skipping, testsOf } from './skipping.ts';
import { Changing } from './transport-sides.ts';

/** Relays over one set of logs, and what stands behind those: the feed, the store's marks, the clock. */
export interface LogNodes {
  /** Another node's relay, not started; its policies are those of {@link LogKind.open}. */
  node(): Promise<Relay>;
  /** What came into the feed of the history, in its order. */
  recorded(): Promise<readonly LogRecord[]>;
  /** The history has stored all records of a destination up to a position. */
  confirm(destination: string, position: Position): Promise<void>;
  /** The feed takes nothing more, or takes it again. */
  fill(full: boolean): Promise<void>;
  /** Lets time go by on the clock of the logs. */
  pass(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** A kind of log. */
export interface LogKind extends Skipping {
  /** @param policies - by destination */
  open(policies: readonly LogPolicy[]): Promise<LogNodes>;
}

const policy = (pattern: string, more: Partial<LogPolicy> = {}): LogPolicy => ({
  ...usualPolicy,
  pattern,
  ...more,
});
const a = policy('/topic/a');
const b = policy('/topic/b');
const small = policy('/topic/small', { count: 3, age: 60_000, window: 1000 });
const held = policy('/topic/held', { deliver: 'stored' });

/** One node: writes down what its relay brings. */
class Node extends Changing {
  readonly relay: Relay;
  readonly heard: Message[] = [];

  constructor(relay: Relay) {
    super();
    this.relay = relay;
  }

  get log(): Log {
    return this.relay.log!;
  }

  async start(): Promise<this> {
    await this.relay.start((message) => {
      this.heard.push(message);
      this.changed();
    });
    for (const { pattern } of [a, b, small, held]) await this.relay.interest(pattern);
    return this;
  }

  async append(to: LogPolicy, text: string, key?: string, more: Partial<Message> = {}): Promise<Appended> {
    const parts = { destination: to.pattern, body: Buffer.from(text), id: 'given' };
    return this.log.append(new Message({ ...parts, ...more }), to, key);
  }

  textsAt({ pattern }: LogPolicy): string[] {
    return this.heard.filter(({ destination }) => destination === pattern).map(({ body }) => String(body));
  }

  async texts({ pattern }: LogPolicy, after: Position, limit = 100): Promise<string[]> {
    return (await this.log.read(pattern, after, limit)).map(({ body }) => String(body));
  }

  hears(text: string): Promise<void> {
    return this.until(() => this.heard.some(({ body }) => String(body) === text));
  }
}

const seqs = (all: readonly { readonly position: Position }[]): number[] =>
  all.map(({ position }) => position.seq);

/** Tests a kind of log. */
export function logContract(kind: LogKind): void {
  describe(`the log of the relay ${kind.name}`, () => {
    const test = testsOf(kind);
    let nodes: LogNodes;
    let started: Node[];
    const node = async (): Promise<Node> => {
      const made = await new Node(await nodes.node()).start();
      started.push(made);
      return made;
    };

    beforeEach(async () => {
      nodes = await kind.open([a, b, small, held]);
      started = [];
    });
    afterEach(async () => {
      for (const { relay } of started) await relay.close();
      await nodes.close();
    });

    test('gives positions without a hole, per destination, and each in the id of its message', async () => {
      const one = await node();
      const done = await Promise.all([
        one.append(a, 'a1'),
        one.append(b, 'b1'),
        one.append(a, 'a2'),
        one.append(a, 'a3'),
      ]);
      expect(seqs(done)).toEqual([1, 1, 2, 3]);
      const { epoch } = done[0]!.position;
      await one.hears('a3');
      expect(one.heard.filter(({ destination }) => destination === '/topic/a')).toMatchObject(
        [1, 2, 3].map((seq) => ({
          id: `${destinationHash('/topic/a')}.${epoch}-${seq}`,
          position: { epoch, seq },
        })),
      );
    });

    test('brings a message whole, and keeps and records it so', async () => {
      const one = await node();
      const parts = {
        body: Buffer.of(0, 1, 0xff, 10),
        contentType: 'text/plain;charset=UTF-8',
        headers: ['own', 'a:b\n', 'empty', ''],
        excludes: 'session-7',
        sender: 'ann',
      };
      await one.append(a, '', 'key', parts);
      await one.until(() => one.heard.length > 0);
      expect(one.heard[0]).toMatchObject({ ...parts, destination: '/topic/a' });
      expect(one.heard[0]!.time).toBeGreaterThan(0);
      const { epoch } = one.heard[0]!.position!;
      const [kept] = await one.log.read('/topic/a', { epoch, seq: 0 }, 1);
      const { excludes: _, ...recorded } = parts;
      expect(kept).toMatchObject({ ...recorded, id: one.heard[0]!.id, time: one.heard[0]!.time });
      expect(await nodes.recorded()).toMatchObject([
        { ...recorded, destination: '/topic/a', epoch, seq: 1, key: 'key', time: one.heard[0]!.time },
      ]);
    });

    test('reads no more once the bodies come to so many bytes, and one message at least', async () => {
      const one = await node();
      const texts = ['1', '2', '3', '4', '5', '6'].map((text) => text.repeat(1000));
      let epoch = 0;
      for (const text of texts) ({ epoch } = (await one.append(a, text)).position);
      const read = async (seq: number, bytes: number): Promise<number[]> =>
        seqs(await one.log.read('/topic/a', { epoch, seq }, 100, bytes));
      expect(await read(0, 2500)).toEqual([1, 2, 3]);
      expect(await read(0, 3000)).toEqual([1, 2, 3]);
      expect(await read(2, 1)).toEqual([3]);
      expect(await read(3, 100_000)).toEqual([4, 5, 6]);
      expect(await read(6, 1)).toEqual([]);
    });

    test('keeps a copy of the body, for the bytes that brought it are used again', async () => {
      const one = await node();
      const body = Buffer.from('as it was');
      const done = one.log.append(new Message({ destination: '/topic/a', body, id: '' }), a);
      body.fill('x');
      const { position } = await done;
      expect(await one.texts(a, { ...position, seq: 0 })).toEqual(['as it was']);
      expect(String((await nodes.recorded())[0]!.body)).toBe('as it was');
    });

    test('brings, keeps and records one order, waited for or not', async () => {
      const one = await node();
      const texts = Array.from({ length: 100 }, (_, at) => `m${at}`);
      const done = await Promise.all(texts.map((text) => one.append(a, text)));
      await one.hears('m99');
      expect(seqs(done)).toEqual(texts.map((_, at) => at + 1));
      expect(one.textsAt(a)).toEqual(texts);
      expect(await one.texts(a, { ...done[0]!.position, seq: 0 })).toEqual(texts);
      expect((await nodes.recorded()).map(({ body }) => String(body))).toEqual(texts);
    });

    test('gives all nodes the messages of a destination in the order of their seq', async () => {
      const [one, other] = [await node(), await node()];
      const from = async (at: Node, name: string): Promise<void> => {
        for (let i = 0; i < 50; i++) await at.append(a, `${name}${i}`);
      };
      await Promise.all([from(one, 'x'), from(other, 'y')]);
      for (const at of [one, other]) await at.until(() => at.heard.length >= 100);
      for (const at of [one, other])
        expect(at.heard.map(({ position }) => position!.seq)).toEqual(
          Array.from({ length: 100 }, (_, i) => i + 1),
        );
    });

    test('answers a key that it knows with the place of the first, and does nothing else', async () => {
      const one = await node();
      const first = await one.append(a, 'first', 'k');
      await one.append(a, 'between');
      const again = await one.append(a, 'first', 'k');
      expect([first.again, again.again]).toEqual([false, true]);
      expect(again.position).toEqual(first.position);
      await one.append(a, 'last');
      await one.hears('last');
      expect(one.textsAt(a)).toEqual(['first', 'between', 'last']);
      expect((await nodes.recorded()).map(({ body }) => String(body))).toEqual(['first', 'between', 'last']);
    });

    test('tells keys of different destinations apart', async () => {
      const one = await node();
      await one.append(a, 'a', 'k');
      expect(await one.append(b, 'b', 'k')).toMatchObject({ again: false, position: { seq: 1 } });
    });

    test('forgets a key when its window is over', async () => {
      const one = await node();
      await one.append(small, '1', 'k');
      await nodes.pass(900);
      expect((await one.append(small, '2', 'k')).again).toBe(true);
      await nodes.pass(200);
      expect(await one.append(small, '3', 'k')).toMatchObject({ again: false, position: { seq: 2 } });
    });

    test('keeps so many of a destination as its policy says, of what is stored', async () => {
      const one = await node();
      const done: Appended[] = [];
      for (let i = 1; i <= 5; i++) done.push(await one.append(small, String(i)));
      const start = { ...done[0]!.position, seq: 0 };
      expect(await one.texts(small, start)).toEqual(['1', '2', '3', '4', '5']);
      await nodes.confirm('/topic/small', done[4]!.position);
      await one.append(small, '6');
      expect(await one.log.reach('/topic/small')).toMatchObject({ top: { seq: 6 }, oldest: 4 });
      expect(await one.texts(small, { ...start, seq: 3 })).toEqual(['4', '5', '6']);
      expect(await one.texts(small, { ...start, seq: 2 })).toEqual([]);
    });

    test('lets go of what is older than its policy says', async () => {
      const one = await node();
      const first = await one.append(small, '1');
      await nodes.pass(40_000);
      const second = await one.append(small, '2');
      await nodes.confirm('/topic/small', second.position);
      await nodes.pass(30_000);
      expect(await one.log.reach('/topic/small')).toMatchObject({ top: { seq: 2 }, oldest: 2 });
      expect(await one.texts(small, first.position)).toEqual(['2']);
      await nodes.pass(60_000);
      expect(await one.log.reach('/topic/small')).toMatchObject({ top: { seq: 2 }, oldest: 3 });
    });

    test('reads on from any place of its epoch, in parts, and nothing behind the top or of another epoch', async () => {
      const one = await node();
      const done: Appended[] = [];
      for (let i = 1; i <= 5; i++) done.push(await one.append(a, String(i)));
      const { epoch } = done[0]!.position;
      expect(await one.texts(a, { epoch, seq: 0 }, 2)).toEqual(['1', '2']);
      expect(await one.texts(a, { epoch, seq: 2 }, 2)).toEqual(['3', '4']);
      expect(await one.texts(a, { epoch, seq: 4 }, 2)).toEqual(['5']);
      expect(await one.texts(a, { epoch, seq: 5 })).toEqual([]);
      expect(await one.texts(a, { epoch: epoch + 1, seq: 0 })).toEqual([]);
    });

    test('says how far a log reaches that has no message yet', async () => {
      const one = await node();
      const reach = await one.log.reach('/topic/b');
      expect(reach).toMatchObject({ top: { seq: 0 }, oldest: 1 });
      expect((await one.append(b, '1')).position).toEqual({ epoch: reach.top.epoch, seq: 1 });
    });

    test('holds back what is to be stored first, and then brings it in order', async () => {
      const one = await node();
      const first = await one.append(held, '1');
      const second = await one.append(held, '2');
      const third = await one.append(held, '3');
      await one.append(a, 'meanwhile');
      await one.hears('meanwhile');
      expect(seqs([first, second, third])).toEqual([1, 2, 3]);
      expect(one.textsAt(held)).toEqual([]);
      expect(await one.log.reach('/topic/held')).toMatchObject({ top: { seq: 0 }, oldest: 1 });
      const start = { ...first.position, seq: 0 };
      expect(await one.texts(held, start)).toEqual([]);
      await nodes.confirm('/topic/held', second.position);
      await one.hears('2');
      expect(one.textsAt(held)).toEqual(['1', '2']);
      expect(await one.texts(held, start)).toEqual(['1', '2']);
      expect((await one.log.reach('/topic/held')).top).toEqual(second.position);
      await nodes.confirm('/topic/held', third.position);
      await one.hears('3');
      expect(one.textsAt(held)).toEqual(['1', '2', '3']);
    });

    test('refuses whole what the feed has no room for, and goes on where it was', async () => {
      const one = await node();
      const first = await one.append(a, '1');
      await nodes.fill(true);
      await expect(one.append(a, 'too much', 'k')).rejects.toMatchObject({ code: 'history-full' });
      expect(await one.texts(a, { ...first.position, seq: 0 })).toEqual(['1']);
      await nodes.fill(false);
      expect(await one.append(a, '2', 'k')).toMatchObject({ again: false, position: { seq: 2 } });
      await one.hears('2');
      expect(one.textsAt(a)).toEqual(['1', '2']);
      expect((await nodes.recorded()).map(({ seq }) => seq)).toEqual([1, 2]);
    });

    test('tells when a message is stored, of those behind it not yet', async () => {
      const one = await node();
      expect(one.log.durable).toBe(true);
      const done = [await one.append(a, '1'), await one.append(a, '2')];
      const told: number[] = [];
      const waits = done.map(({ position }) =>
        one.log.stored('/topic/a', position).then(() => told.push(position.seq)),
      );
      await nodes.confirm('/topic/a', done[0]!.position);
      await waits[0];
      expect(told).toEqual([1]);
      await nodes.confirm('/topic/a', done[1]!.position);
      await waits[1];
      await one.log.stored('/topic/a', done[0]!.position);
    });

    test('refuses what is appended once it is closed', async () => {
      const one = await node();
      await one.append(a, '1');
      await one.relay.close();
      await expect(one.append(a, '2')).rejects.toMatchObject({ code: 'relay-unavailable' });
    });
  });
}
