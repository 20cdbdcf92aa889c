// What the logs of a single node promise beyond their port: a bound in bytes, logs that go and come, known keys.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../src/errors.ts';
import { Message } from '../../src/message/message.ts';
import { type LogPolicy, usualPolicy } from '../../src/message/policies.ts';
import type { Position } from '../../src/message/position.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';
import type { Appended, Beginnings } from '../../src/relay/log.ts';
import type { MemoryLogParts } from '../../src/relay/memory-log.ts';
import { LogInMemory } from '../contracts/log-in-memory.ts';

const policy: LogPolicy = { ...usualPolicy, pattern: '/topic/*', age: 60_000, window: 1000 };

function logs(parts: Partial<MemoryLogParts> = {}): LogInMemory {
  return new LogInMemory([policy], parts);
}

function append(to: LogInMemory, destination: string, text = 'x', key?: string): Appended {
  const message = new Message({ destination, body: Buffer.from(text), id: '' });
  return to.relay.log!.append(message, policy, key) as Appended;
}

const held = (of: LogInMemory, destination: string, { epoch }: Position): number[] =>
  of.relay.log!.read(destination, { epoch, seq: held0(of, destination) }, 1000).map((m) => m.position.seq);

/** The seq before the oldest that is held. */
function held0(of: LogInMemory, destination: string): number {
  return (of.relay.log!.reach(destination) as { oldest: number }).oldest - 1;
}

describe('the bound in bytes', () => {
  it('is kept by letting go of what is stored, oldest first and log after log', async () => {
    const metrics = new PrometheusMetrics();
    const one = logs({ maxBytes: 20_000, metrics });
    const last = new Map<string, Position>();
    for (let i = 0; i < 200; i++) {
      const destination = `/topic/${i % 4}`;
      const { position } = append(one, destination, 'x'.repeat(100));
      await one.confirm(destination, position);
      last.set(destination, position);
    }
    const text = await metrics.text();
    expect(Number(/^stompwire_hot_log_bytes (\d+)$/m.exec(text)![1])).toBeLessThanOrEqual(20_000);
    for (const [destination, position] of last) {
      const seqs = held(one, destination, position);
      expect(seqs.length).toBeGreaterThan(1);
      expect(seqs.at(-1)).toBe(50);
      expect(seqs).toEqual(seqs.map((_, at) => seqs[0]! + at));
    }
  });

  it('gives way to what is not stored yet, and holds again when it is', async () => {
    const metrics = new PrometheusMetrics();
    const one = logs({ maxBytes: 5000, metrics });
    const bytes = async (): Promise<number> =>
      Number(/^stompwire_hot_log_bytes (\d+)$/m.exec(await metrics.text())![1]);
    let last = append(one, '/topic/a');
    for (let i = 0; i < 50; i++) last = append(one, '/topic/a');
    expect(held(one, '/topic/a', last.position)).toHaveLength(51);
    expect(await bytes()).toBeGreaterThan(5000);
    await one.confirm('/topic/a', last.position);
    expect(await bytes()).toBeLessThanOrEqual(5000);
  });

  it('leaves nothing behind of what has left', async () => {
    const metrics = new PrometheusMetrics();
    const one = logs({ metrics });
    for (const destination of ['/topic/a', '/topic/b'])
      for (let i = 0; i < 30; i++)
        await one.confirm(destination, append(one, destination, 'x'.repeat(i)).position);
    await one.pass(60_001);
    one.relay.log!.sweep();
    expect(await metrics.text()).toMatch(/^stompwire_hot_log_bytes 0$/m);
  });
});

describe('a log that holds nothing and is not used', () => {
  const ends = new Map<string, Position>();
  const beginnings: Beginnings = { of: (destination) => ends.get(destination) ?? { epoch: 7, seq: 0 } };

  it('is forgotten, and goes on behind what the store has', async () => {
    const metrics = new PrometheusMetrics();
    const one = logs({ beginnings, metrics });
    append(one, '/topic/a');
    const { position } = append(one, '/topic/a');
    await one.pass(120_001);
    one.relay.log!.sweep();
    expect(await metrics.text(), 'it is not stored').toMatch(/^stompwire_hot_logs 1$/m);
    await one.confirm('/topic/a', position);
    one.relay.log!.sweep();
    expect(await metrics.text()).toMatch(/^stompwire_hot_logs 0$/m);
    ends.set('/topic/a', position);
    expect(append(one, '/topic/a').position).toEqual({ epoch: 7, seq: 3 });
  });

  it('counts as stored as far as it went', async () => {
    const one = logs({ beginnings });
    const { position } = append(one, '/topic/b');
    await one.confirm('/topic/b', position);
    await one.pass(120_001);
    one.relay.log!.sweep();
    await expect(one.relay.log!.stored('/topic/b', position)).resolves.toBeUndefined();
  });
});

describe('a log whose begin is asked for', () => {
  it('is asked for again after a failure, and what waited is refused', async () => {
    const answers: (() => Promise<Position>)[] = [
      () => Promise.reject(new StompwireError('history-unavailable')),
      () => Promise.resolve({ epoch: 7, seq: 4 }),
    ];
    const one = logs({ beginnings: { of: () => answers.shift()!() } });
    const both = [append(one, '/topic/a'), append(one, '/topic/a')];
    for (const refused of both) await expect(refused).rejects.toMatchObject({ code: 'history-unavailable' });
    expect((await append(one, '/topic/a')).position).toEqual({ epoch: 7, seq: 5 });
  });

  it('refuses what waits when it is closed', async () => {
    const one = logs({ beginnings: { of: () => new Promise(() => {}) } });
    const waits = append(one, '/topic/a');
    one.relay.close();
    await expect(waits).rejects.toMatchObject({ code: 'relay-unavailable' });
  });
});

describe('keys', () => {
  it('of an earlier run are known for the rest of their window', async () => {
    const one = logs();
    const position = { epoch: 3, seq: 9 };
    one.relay.log!.remember('/topic/a', 'k', position, one.now - 600);
    one.relay.log!.remember('/topic/a', 'old', position, one.now - 1000);
    expect(append(one, '/topic/a', 'x', 'k')).toEqual({ position, again: true });
    expect(append(one, '/topic/a', 'x', 'old').again).toBe(false);
    await one.pass(400);
    expect(append(one, '/topic/a', 'x', 'k').again).toBe(false);
    expect(one.records).toHaveLength(2);
  });

  it('are no more than may be kept: the oldest go first', () => {
    const one = logs({ maxKeys: 2 });
    for (const key of ['1', '2', '3']) append(one, '/topic/a', 'x', key);
    expect(['2', '3', '1'].map((key) => append(one, '/topic/a', 'x', key).again)).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('without a history', () => {
  it('nothing is kept for it: what is too much leaves at once', () => {
    const one = logs({ recorder: undefined, durable: false });
    const small = { ...policy, count: 2 };
    const message = new Message({ destination: '/topic/a', body: Buffer.from(''), id: '' });
    for (let i = 0; i < 5; i++) void one.relay.log!.append(message, small);
    expect(one.relay.log!.reach('/topic/a')).toMatchObject({ top: { seq: 5 }, oldest: 4 });
  });

  it('nothing is ever told to be stored', async () => {
    const one = logs({ recorder: undefined, durable: false });
    const { position } = append(one, '/topic/a');
    await expect(one.relay.log!.stored('/topic/a', position)).rejects.toMatchObject({ code: 'not-stored' });
  });
});

describe('a calendar that jumps', () => {
  const day = 24 * 3_600_000;

  it.each([
    ['ahead', day],
    ['back', -day],
  ])('%s by a day ages no message, forgets no key, and breaks no order', async (_, jump) => {
    const one = logs();
    const first = append(one, '/topic/a', '1', 'k');
    await one.confirm('/topic/a', first.position);
    one.jumped = jump;
    const second = append(one, '/topic/a', '2');
    await one.confirm('/topic/a', second.position);
    one.relay.log!.sweep();
    expect(held(one, '/topic/a', first.position)).toEqual([1, 2]);
    expect(append(one, '/topic/a', '1', 'k')).toEqual({ ...first, again: true });
    await one.pass(1001);
    expect(append(one, '/topic/a', '3', 'k').position.seq).toBe(3);
    await one.pass(60_001);
    await one.confirm('/topic/a', { ...first.position, seq: 3 });
    expect(held(one, '/topic/a', first.position)).toEqual([]);
  });

  it('leaves each message its own age, however many there are', async () => {
    const one = logs();
    let last = append(one, '/topic/a').position;
    for (let i = 1; i < 40; i++) {
      await one.pass(1000);
      last = append(one, '/topic/a').position;
    }
    await one.confirm('/topic/a', last);
    expect(held(one, '/topic/a', last)).toHaveLength(40);
    await one.pass(60_001 - 20_000);
    expect(held(one, '/topic/a', last)).toEqual(Array.from({ length: 20 }, (_, at) => at + 21));
  });

  it('lets the times of messages follow it', () => {
    const one = logs();
    append(one, '/topic/a');
    one.jumped = -day;
    append(one, '/topic/a');
    expect(one.records.map(({ time }) => time)).toEqual([1_000_000, 1_000_000 - day]);
  });

  it('between two runs leaves a key of the first for its window, and no longer', async () => {
    const one = logs();
    const position = { epoch: 1, seq: 7 };
    one.relay.log!.remember('/topic/a', 'k', position, one.now + day);
    expect(append(one, '/topic/a', 'x', 'k')).toEqual({ position, again: true });
    await one.pass(1001);
    expect(append(one, '/topic/a', 'x', 'k').again).toBe(false);
  });
});
