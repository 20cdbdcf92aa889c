// Logged destinations at the broker: what goes through the log, and when a message is as safe as it was asked to be.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { Broker } from '../../src/broker/broker.ts';
import type { Sending } from '../../src/channel/inbound.ts';
import { Message } from '../../src/message/message.ts';
import { type LogPolicy, Policies, type ReceiptLevel, usualPolicy } from '../../src/message/policies.ts';
import type { Position } from '../../src/message/position.ts';
import type { MemoryLogParts } from '../../src/relay/memory-log.ts';
import { LogInMemory } from '../contracts/log-in-memory.ts';
import { Listener, messageTo } from './listener.ts';

class Asked implements Sending {
  readonly places: { destination: string; position: Position }[] = [];
  readonly waits: Promise<void>[] = [];
  readonly level: ReceiptLevel | undefined;
  readonly keys: string[];

  constructor(level?: ReceiptLevel, keys: string[] = []) {
    this.level = level;
    this.keys = keys;
  }

  nextKey(): string | undefined {
    return this.keys.shift();
  }

  appended(destination: string, position: Position): void {
    this.places.push({ destination, position });
  }

  waitFor(confirmed: Promise<void>): void {
    this.waits.push(confirmed);
  }
}

class Stage {
  readonly log: LogInMemory;
  readonly broker: Broker;
  readonly listener = new Listener();

  constructor(more: Partial<LogPolicy> = {}, parts: Partial<MemoryLogParts> = {}) {
    const policy = { ...usualPolicy, pattern: '/topic/room/*', ...more };
    this.log = new LogInMemory([policy], parts);
    this.broker = new Broker(this.log.relay, { policies: new Policies().add(policy) });
    void this.broker.start();
    void this.broker.subscribe('/topic/**', this.listener);
  }
}

describe('a logged destination', () => {
  it('gives its messages a position; a plain one does not', () => {
    const { broker, listener } = new Stage();
    void broker.publish(messageTo('/topic/room/1', 'given'));
    void broker.publish(messageTo('/topic/news', 'plain'));
    expect(listener.messages.map(({ id, position }) => [id, position])).toEqual([
      [expect.stringMatching(/^[\w-]{12}\.7-1$/), { epoch: 7, seq: 1 }],
      ['plain', undefined],
    ]);
  });

  it('is not the queue of somebody that is told under its name', () => {
    const { broker, log } = new Stage();
    const parts = { destination: '/topic/room/1', address: 'user:ann/queue/x', body: Buffer.alloc(0) };
    void broker.publish(new Message({ ...parts, id: '1' }));
    expect(log.records).toEqual([]);
  });

  it('takes the next key of who sends, and tells it where the message stands, the second time too', () => {
    const { broker, log, listener } = new Stage();
    const first = new Asked(undefined, ['k', 'k/1']);
    for (const id of ['a', 'b']) void broker.publish(messageTo('/topic/room/1', id), first);
    const again = new Asked(undefined, ['k', 'k/1']);
    for (const id of ['a', 'b']) void broker.publish(messageTo('/topic/room/1', id), again);
    expect(log.records.map(({ key }) => key)).toEqual(['k', 'k/1']);
    expect(listener.heard).toHaveLength(2);
    expect(first.places.map(({ position }) => position.seq)).toEqual([1, 2]);
    expect(again.places).toEqual(first.places);
  });

  it('tells who looked at a message where it stands, once it does, and whether it stood there before', async () => {
    for (const parts of [{}, { beginnings: { of: async () => ({ epoch: 7, seq: 0 }) } }]) {
      const { broker } = new Stage({}, parts);
      const seen: unknown[] = [];
      broker.publishing.use(async (outbound, next) => {
        seen.push(outbound.appended);
        await next();
        seen.push(outbound.appended);
      });
      await broker.publish(messageTo('/topic/room/1'), new Asked(undefined, ['k']));
      await broker.publish(messageTo('/topic/room/1'), new Asked(undefined, ['k']));
      await broker.publish(messageTo('/topic/plain'));
      const place = { messageId: expect.stringMatching(/\.7-1$/), number: 7001 };
      expect(seen).toEqual([
        undefined,
        { ...place, again: false },
        undefined,
        { ...place, again: true },
        undefined,
        undefined,
      ]);
    }
  });

  it('waits for a slow log, and refuses as it does', async () => {
    const { broker, log, listener } = new Stage(
      {},
      { beginnings: { of: async () => ({ epoch: 1, seq: 0 }) } },
    );
    const asked = new Asked();
    await broker.publish(messageTo('/topic/room/1'), asked);
    expect(asked.places).toHaveLength(1);
    log.full = true;
    expect(() => broker.publish(messageTo('/topic/room/1'))).toThrow(
      expect.objectContaining({ code: 'history-full' }),
    );
    expect(listener.heard).toHaveLength(1);
  });
});

describe('a receipt level', () => {
  const to = '/topic/room/1';

  it('up to brokered holds at once', () => {
    for (const level of ['accepted', 'brokered'] as const) {
      const asked = new Asked(level);
      const { broker, listener } = new Stage({ receipt: 'stored' });
      void broker.publish(messageTo(to), asked);
      expect([asked.waits, listener.heard.length]).toEqual([[], 1]);
    }
  });

  for (const level of ['replicated', 'stored'] as const) {
    it(`of ${level} waits for the history, on one machine`, async () => {
      const { broker, log, listener } = new Stage();
      const asked = new Asked(level);
      void broker.publish(messageTo(to), asked);
      expect([asked.waits.length, listener.heard.length]).toEqual([1, 1]);
      let told = false;
      void asked.waits[0]!.then(() => (told = true));
      await new Promise(setImmediate);
      expect(told).toBe(false);
      await log.confirm(to, { epoch: 7, seq: 1 });
      await asked.waits[0];
    });
  }

  it('that nobody names is what the policy says', () => {
    const { broker } = new Stage({ receipt: 'stored' });
    const asked = new Asked();
    void broker.publish(messageTo(to), asked);
    expect(asked.waits).toHaveLength(1);
  });

  it('that cannot be kept is refused before anything is done', () => {
    const { broker, listener } = new Stage({}, { durable: false });
    const publish = (level: ReceiptLevel) => () => broker.publish(messageTo(to), new Asked(level));
    expect(publish('stored')).toThrow(expect.objectContaining({ code: 'not-stored' }));
    expect(publish('replicated')).toThrow(expect.objectContaining({ code: 'not-supported' }));
    expect(listener.heard).toEqual([]);
    void broker.publish(messageTo(to), new Asked('brokered'));
    expect(listener.heard).toHaveLength(1);
  });
});
