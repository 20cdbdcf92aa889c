// The claims of a single node: who is first, what the others get, what is remembered and for how long.
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/routing/claims.ts';
import { MemoryClaims } from '../../src/routing/memory-claims.ts';

const outcome: Outcome = { places: [{ destination: '/topic/a', position: { epoch: 1, seq: 1 } }] };

function claims(entries = 10, window = 1000): MemoryClaims & { pass(ms: number): void } {
  let now = 5000;
  const made = new MemoryClaims({ entries, window }, () => now);
  return Object.assign(made, { pass: (ms: number) => void (now += ms) });
}

describe('a claim', () => {
  it('is the first one, or waits for what becomes of that', async () => {
    const all = claims();
    const first = all.claim('k');
    const second = all.claim('k');
    expect([first.first, second.first instanceof Promise]).toEqual([undefined, true]);
    first.settle(outcome);
    expect(await second.first).toBe(outcome);
    expect(await all.claim('k').first).toBe(outcome);
  });

  it('that fails is free again, and fails those who wait', async () => {
    const all = claims();
    const first = all.claim('k');
    const second = all.claim('k');
    first.free(new Error('no'));
    await expect(second.first).rejects.toThrow('no');
    expect(all.claim('k').first).toBeUndefined();
  });

  it('ends once, whatever is said later', () => {
    const all = claims();
    const first = all.claim('k');
    first.free(new Error('too late'));
    first.settle(outcome);
    const next = all.claim('k');
    first.free(new Error('not mine'));
    expect([next.first, all.size]).toEqual([undefined, 1]);
  });

  it('that comes again ends nothing', async () => {
    const all = claims();
    all.claim('k').settle(outcome);
    all.claim('k').free(new Error('no'));
    expect(await all.claim('k').first).toBe(outcome);
  });
});

describe('what is remembered', () => {
  it('is forgotten when its window is over', () => {
    const all = claims();
    all.claim('k').settle(outcome);
    all.pass(999);
    expect(all.claim('k').first).toBeInstanceOf(Promise);
    all.pass(1);
    expect(all.claim('k').first).toBeUndefined();
  });

  it('is no more than may be kept: the oldest go first, but none that is still running', () => {
    const all = claims(3);
    const running = all.claim('running');
    for (let i = 0; i < 10; i++) all.claim(String(i)).settle(outcome);
    expect(all.size).toBeLessThanOrEqual(4);
    expect(all.claim('9').first).toBeInstanceOf(Promise);
    expect(all.claim('running').first).toBeInstanceOf(Promise);
    expect(all.claim('0').first).toBeUndefined();
    running.settle(outcome);
  });
});
