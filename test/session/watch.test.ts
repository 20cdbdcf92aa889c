// The clocks of a session one by one: when each runs out, that 0 switches it off, and which one comes first.
import { describe, expect, it } from 'vitest';
import type { SessionOptions } from '../../src/session/services.ts';
import { nextDeadline, overdue, type Watched } from '../../src/session/watch.ts';

const limits = {
  connectTimeout: 1000,
  frameTimeout: 2000,
  outboxTime: 3000,
  closeTimeout: 4000,
  idleTimeout: 5000,
  heartbeatGrace: 3,
} as SessionOptions;

/** A session on which no clock runs, but for what is said. */
function session(
  changes: Partial<Omit<Watched, 'outbox'>> & { outbox?: Partial<Watched['outbox']> } = {},
  options: Partial<SessionOptions> = {},
): Watched & { readonly beats: number[] } {
  const beats: number[] = [];
  return {
    services: { options: { ...limits, ...options }, clock: () => 0 },
    peer: { transport: 'websocket' },
    now: 0,
    opening: false,
    openedAt: 10,
    user: undefined,
    lastFrame: 0,
    busy: false,
    lastRead: 10,
    paused: false,
    partialSince: 0,
    closedAt: 0,
    sendsEvery: 0,
    hearsEvery: 0,
    beats,
    ...changes,
    outbox: { stuckSince: 0, lastWrite: 10, beat: () => void beats.push(1), ...changes.outbox },
  };
}

const codeOf = (watched: Watched, now: number): string | undefined => {
  const trouble = overdue(watched, now);
  return trouble instanceof Error ? trouble.code : trouble;
};

describe('a clock', () => {
  it.each([
    ['connectTimeout', { opening: true }, 1010, 'connect-timeout'],
    ['frameTimeout', { partialSince: 20 }, 2020, 'frame-timeout'],
    ['outboxTime', { outbox: { stuckSince: 30 } }, 3030, 'slow-client'],
    ['closeTimeout', { closedAt: 40 }, 4040, 'gone'],
    ['idleTimeout', { lastFrame: 50 }, 5050, 'idle-timeout'],
    ['heartbeatGrace', { hearsEvery: 500 }, 1510, 'heart-beat-timeout'],
  ] as const)('named %s runs out at its moment and not before', (name, changes, due, code) => {
    expect(nextDeadline(session(changes))).toBe(due);
    expect(codeOf(session(changes), due - 1)).toBeUndefined();
    expect(codeOf(session(changes), due)).toBe(code);
    expect(codeOf(session(changes), due + 100_000)).toBe(code);
    const told = overdue(session(changes), due);
    if (told instanceof Error && name !== 'heartbeatGrace')
      expect(told.message).toContain(`${name}=${limits[name]}`);
  });

  it.each([
    ['connectTimeout', { opening: true }],
    ['frameTimeout', { partialSince: 20 }],
    ['outboxTime', { outbox: { stuckSince: 30 } }],
    ['idleTimeout', { lastFrame: 50 }],
  ] as const)('named %s never runs out when it is 0', (name, changes) => {
    expect(nextDeadline(session(changes, { [name]: 0 }))).toBeUndefined();
    expect(codeOf(session(changes, { [name]: 0 }), 1e9)).toBeUndefined();
  });

  it('that does not run needs no wheel', () => {
    expect(nextDeadline(session())).toBeUndefined();
    expect(codeOf(session(), 1e9)).toBeUndefined();
  });

  it('of silence stands still while we do not read', () => {
    expect(nextDeadline(session({ hearsEvery: 500, paused: true }))).toBeUndefined();
    expect(codeOf(session({ hearsEvery: 500, paused: true }), 1e9)).toBeUndefined();
  });

  it('of idleness stands still while a frame is worked on', () => {
    expect(nextDeadline(session({ lastFrame: 50, busy: true }))).toBeUndefined();
    expect(codeOf(session({ lastFrame: 50, busy: true }), 1e9)).toBeUndefined();
  });

  it('that is next is the earliest, and after our close there is only one', () => {
    const all = { opening: true, partialSince: 20, outbox: { stuckSince: 30 }, hearsEvery: 500 };
    expect(nextDeadline(session(all))).toBe(1010);
    expect(nextDeadline(session({ ...all, opening: false }))).toBe(1510);
    expect(nextDeadline(session({ ...all, closedAt: 5 }))).toBe(4005);
    expect(codeOf(session({ ...all, closedAt: 5 }), 4004)).toBeUndefined();
  });
});

describe('a heart-beat', () => {
  it.each([
    [10_000, 9500],
    [2000, 1500],
    [400, 300],
    [100, 60],
  ])('every %i ms is due %i ms after the last write, and sent then', (sendsEvery, wait) => {
    const watched = session({ sendsEvery });
    expect(nextDeadline(watched)).toBe(10 + wait);
    expect(overdue(watched, 10 + wait - 1)).toBeUndefined();
    expect(watched.beats).toEqual([]);
    expect(overdue(watched, 10 + wait)).toBeUndefined();
    expect(watched.beats).toEqual([1]);
  });

  it('is not sent to a client that is behind, nor to one that is told its end', () => {
    const behind = session({ sendsEvery: 1000, outbox: { stuckSince: 9000 } });
    expect(overdue(behind, 10_000)).toBeUndefined();
    const ending = session({ sendsEvery: 1000, hearsEvery: 10 });
    expect(codeOf(ending, 10_000)).toBe('heart-beat-timeout');
    expect([...behind.beats, ...ending.beats]).toEqual([]);
    expect(nextDeadline(behind)).toBe(12_000);
  });
});
