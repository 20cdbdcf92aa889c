// Replay: what a reader sees behind a position, from the hot log and the history, across epochs, once and in order.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Channel } from '../../src/channel/channel.ts';
import type { Outbound } from '../../src/channel/outbound.ts';
import { Replay } from '../../src/history/replay.ts';
import { ReplayReader, type ResumeFrom } from '../../src/history/replay-reader.ts';
import type { Position } from '../../src/message/position.ts';
import type { Log } from '../../src/relay/log.ts';
import { Room, type RoomParts, room } from './room.ts';

const small = { pageSize: 8, pageBytes: 64 * 1024, cacheBytes: 1_000_000, cacheTime: 60_000 };

const open = (parts: RoomParts = {}, limits: Partial<typeof small> = {}) => {
  const place = new Room(parts);
  const replay = (): Replay =>
    new Replay({ log: place.log, store: place.store, limits: { ...small, ...limits } });
  return { place, replay };
};

/** The log as one over a network is: nothing is answered at once, and never the same log twice. */
const slow = (place: Room): Log => ({
  durable: false,
  append: () => Promise.reject(new Error('nobody appends here')),
  reach: async (destination) => place.log.reach(destination),
  read: async (destination, after, limit) => place.log.read(destination, after, limit),
  stored: async () => {},
  redact: async () => false,
  clear: async () => {},
});

interface Walk {
  readonly resumed: string;
  /** Bodies; one behind which something may be missing has a `!`. */
  readonly bodies: string[];
}

async function walk(replay: Replay, from: ResumeFrom, limit = Number.POSITIVE_INFINITY): Promise<Walk> {
  const reader = new ReplayReader(replay, room);
  const resumed = await reader.begin(from);
  const bodies: string[] = [];
  for (let page = await reader.read(); page.length > 0 && bodies.length < limit; page = await reader.read())
    for (const { position, message } of page) {
      reader.pass(position);
      bodies.push(`${reader.discontinuity ? '!' : ''}${message?.body.toString().trim()}`);
      reader.told();
    }
  return { resumed, bodies };
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => String(from + i));
const at = (seq: number, epoch = 1): Position => ({ epoch, seq });

describe('a replay', () => {
  it('gives what came after a position, from a log that still holds it, without asking the history', async () => {
    const { place, replay } = open();
    place.say(30);
    await place.written();
    expect(await walk(replay(), at(3))).toEqual({ resumed: 'complete', bodies: numbers(4, 30) });
    expect(await walk(replay(), at(30))).toEqual({ resumed: 'complete', bodies: [] });
    expect(place.finds).toEqual([]);
  });

  it('begins in the history where the log reaches back no longer, and goes on in the log', async () => {
    const { place, replay } = open({ count: 10 });
    place.say(50);
    await place.written();
    place.say(5);
    expect((await place.log.reach(room)).oldest).toBeGreaterThan(40);
    expect(await walk(replay(), at(3))).toEqual({ resumed: 'complete', bodies: numbers(4, 55) });
    expect(place.finds.length).toBeGreaterThan(0);
  });

  it('takes no more bytes from the log at a time than a page may have, and misses nothing for that', async () => {
    const { place } = open();
    place.say(40, 3000);
    const pages: number[] = [];
    const log: Log = {
      ...slow(place),
      read: async (...asked) => {
        const messages = place.log.read(...asked);
        pages.push(messages.length);
        return messages;
      },
    };
    const replay = new Replay({ log, store: place.store, limits: { ...small, pageBytes: 10_000 } });
    expect(await walk(replay, at(3))).toEqual({ resumed: 'complete', bodies: numbers(4, 40) });
    expect(Math.max(...pages)).toBe(4);
    expect(place.finds).toEqual([]);
  });

  it('tells a gap when the log is trimmed and there is no history, and marks what comes behind it', async () => {
    const { place, replay } = open({ count: 10, store: false });
    place.say(50);
    expect(await walk(replay(), at(3))).toEqual({
      resumed: 'gap',
      bodies: ['!41', ...numbers(42, 50)],
    });
    expect(await walk(replay(), at(40))).toEqual({ resumed: 'complete', bodies: numbers(41, 50) });
  });

  it('tells a gap when retention has taken what was missed', async () => {
    const { place, replay } = open({ count: 5 });
    place.say(30);
    await place.written();
    await place.store!.upkeep.deleteBefore(Date.now() + 1000);
    expect(await walk(replay(), at(3))).toEqual({ resumed: 'gap', bodies: ['!26', ...numbers(27, 30)] });
  });

  it('tells a gap when retention has taken a part, and goes on with what the history has left', async () => {
    const { place, replay } = open({ count: 5 });
    place.say(10);
    place.now += 1000;
    place.say(20);
    await place.written();
    await place.store!.upkeep.deleteBefore(place.now);
    expect(await walk(replay(), at(3))).toEqual({ resumed: 'gap', bodies: ['!11', ...numbers(12, 30)] });
  });

  it('tells a gap when all that was missed is gone, and marks what comes next', async () => {
    const { place, replay } = open({ store: false, policy: { age: 1 } });
    place.say(5);
    place.now += 1000;
    const reader = new ReplayReader(replay(), room);
    expect(await reader.begin(at(3))).toBe('gap');
    expect([await reader.read(), reader.at, reader.discontinuity]).toEqual([[], at(5), true]);
  });

  it('goes on in the same epoch after a clean restart', async () => {
    const { place, replay } = open({ count: 5 });
    place.say(20);
    await place.restart();
    place.say(3);
    expect(await walk(replay(), at(12))).toEqual({ resumed: 'complete', bodies: numbers(13, 23) });
  });

  it('replays what is left of an old epoch, and of those between, and marks where each may have lost its end', async () => {
    const { place, replay } = open();
    place.say(10);
    await place.written(8);
    place.crash();
    place.say(3);
    await place.written();
    place.crash();
    place.say(2);
    const bodies = ['6', '7', '8', '!11', '12', '13', '!14', '15'];
    expect(await walk(replay(), at(5))).toEqual({ resumed: 'gap', bodies });
    expect(await walk(replay(), at(13, 2))).toMatchObject({ resumed: 'gap', bodies: ['!14', '15'] });
  });

  it('says gap after a crash even when nothing has come since, and marks the first that does', async () => {
    const { place, replay } = open();
    place.say(3);
    await place.written();
    place.crash();
    const reader = new ReplayReader(replay(), room);
    expect([await reader.begin(at(3)), await reader.read()]).toEqual(['gap', []]);
    place.say();
    const [next] = await reader.read();
    reader.pass(next!.position);
    expect([next!.position, reader.discontinuity]).toEqual([at(1, 2), true]);
  });

  it('has no hole but what it told: one that is found later breaks it', async () => {
    const { place, replay } = open({ count: 4 });
    place.say(40);
    await place.written();
    const reader = new ReplayReader(replay(), room);
    expect(await reader.begin(at(2))).toBe('complete');
    for (const { position } of await reader.read()) reader.pass(position);
    expect(reader.at).toEqual(at(8));
    await place.store!.upkeep.deleteBefore(Date.now() + 1000);
    await expect(reader.read()).rejects.toMatchObject({ code: 'resume-broken' });
  });

  it.each([
    ['an epoch that has not begun', at(1, 7)],
    ['a seq beyond the top', at(31)],
  ])('refuses %s', async (_, from) => {
    const { place, replay } = open();
    place.say(30);
    await expect(walk(replay(), from)).rejects.toMatchObject({ code: 'bad-resume' });
  });
});

describe('first and last-N', () => {
  it('first begins with the oldest that is kept, whatever retention took', async () => {
    const { place, replay } = open({ count: 5 });
    expect(await walk(replay(), 'first')).toEqual({ resumed: 'complete', bodies: [] });
    place.say(20);
    await place.written();
    expect(await walk(replay(), 'first')).toEqual({ resumed: 'complete', bodies: numbers(1, 20) });
    await place.store!.upkeep.deleteBefore(Date.now() + 1000);
    expect(await walk(replay(), 'first')).toEqual({ resumed: 'complete', bodies: numbers(16, 20) });
  });

  it('last-N is exactly that many, from the log, the history and epochs before', async () => {
    const { place, replay } = open({ count: 5 });
    place.say(20);
    await place.written();
    expect(await walk(replay(), { last: 3 })).toEqual({ resumed: 'complete', bodies: numbers(18, 20) });
    expect(await walk(replay(), { last: 12 })).toEqual({ resumed: 'complete', bodies: numbers(9, 20) });
    expect(await walk(replay(), { last: 500 })).toEqual({ resumed: 'complete', bodies: numbers(1, 20) });
    place.crash();
    place.say(2);
    const bodies = ['18', '19', '20', '!21', '22'];
    expect(await walk(replay(), { last: 5 })).toEqual({ resumed: 'complete', bodies });
  });
});

describe('pages', () => {
  it('are read once for all who resume at once, wherever they stand', async () => {
    const { place, replay } = open({ count: 5 }, { pageSize: 16 });
    place.say(200);
    await place.written();
    const shared = replay();
    const walks = await Promise.all(numbers(0, 195).map((seq) => walk(shared, at(Number(seq)))));
    for (const [seq, { bodies }] of walks.entries()) expect(bodies).toEqual(numbers(seq + 1, 200));
    expect(place.finds.length).toBeLessThanOrEqual(Math.ceil(200 / 16));
    expect(new Set(place.finds.map(({ after }) => after!.seq)).size).toBe(place.finds.length);
  });

  it('are cut by bytes, and still the same for all', async () => {
    const { place, replay } = open({ count: 5 }, { pageSize: 16, pageBytes: 1000 });
    place.say(100, 300);
    await place.written();
    const shared = replay();
    const walks = await Promise.all(numbers(0, 90).map((seq) => walk(shared, at(Number(seq)))));
    for (const [seq, { bodies }] of walks.entries()) expect(bodies).toEqual(numbers(seq + 1, 100));
    expect(new Set(place.finds.map(({ after }) => after!.seq)).size).toBe(place.finds.length);
  });

  it('hold messages whose encoded form all readers share, and no more bytes than they may', async () => {
    const { place, replay } = open({ count: 5 }, { cacheBytes: 20_000 });
    place.say(400, 100);
    await place.written();
    const shared = replay();
    const [one, two] = [new ReplayReader(shared, room), new ReplayReader(shared, room)];
    await Promise.all([one.begin(at(3)), two.begin(at(5))]);
    const [first, second] = [await one.read(), await two.read()];
    expect(first.at(-1)!.message).toBe(second.at(-1)!.message);
    await walk(shared, at(0));
    const asked = place.finds.length;
    await walk(shared, at(0));
    expect(place.finds.length).toBeGreaterThan(asked + 10);
  });

  it('pass what everybody is delivered passes, once; who is dropped there is dropped for all', async () => {
    const { place } = open();
    place.say(10);
    let seen = 0;
    const outbound = new Channel<Outbound>().use((passing, next) => {
      seen++;
      if (passing.message.body.toString() === '4') return;
      if (passing.message.body.toString() === '5') throw new Error('no');
      passing.message = passing.message.with({ body: Buffer.from(`<${passing.message.body}>`) });
      return next();
    });
    const failures: unknown[] = [];
    const failed = (error: unknown): void => void failures.push(error);
    const shared = new Replay({ log: place.log, store: place.store, outbound, failed, limits: small });
    const bodies = ['<3>', 'undefined', 'undefined', '<6>', '<7>', '<8>', '<9>', '<10>'];
    expect((await walk(shared, at(2))).bodies).toEqual(bodies);
    expect((await walk(shared, at(2))).bodies).toEqual(bodies);
    expect([seen, failures.length]).toEqual([10, 1]);
  });

  it('give a tombstone no body, and say what it is', async () => {
    const { place, replay } = open({ count: 2 });
    place.say(5);
    await place.written();
    await place.store!.upkeep.redact(room, at(2));
    const reader = new ReplayReader(replay(), room);
    await reader.begin(at(1));
    const [gone, next] = await reader.read();
    expect([gone!.message!.body.length, gone!.message!.headers]).toEqual([0, ['tombstone', 'redacted']]);
    expect(next!.message!.body.toString()).toBe('3');
  });
});

describe('any order of appends, writes, trims, crashes and reads', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ say: fc.integer({ min: 1, max: 20 }) }) },
    { weight: 2, arbitrary: fc.record({ write: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 4, arbitrary: fc.constant({ read: true }) },
    { weight: 1, arbitrary: fc.constant({ restart: true }) },
  );

  it('gives every message behind the place once, in order, and says complete', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 0, max: 30 }),
        async (steps, from) => {
          const place = new Room({ count: 6 });
          place.say(30);
          const replay = new Replay({
            log: slow(place),
            store: place.store,
            limits: { ...small, pageBytes: 40, cacheBytes: 3000 },
          });
          const reader = new ReplayReader(replay, room);
          expect(await reader.begin(at(from))).toBe('complete');
          const seen: string[] = [];
          const read = async (): Promise<boolean> => {
            const page = await reader.read();
            for (const { position, message } of page) {
              reader.pass(position);
              seen.push(message!.body.toString().trim());
            }
            return page.length > 0;
          };
          let said = 30;
          for (const one of steps) {
            if ('say' in one) said += place.say(one.say);
            else if ('write' in one) await place.written(one.write);
            else if ('read' in one) await read();
            else await place.restart();
          }
          while (await read());
          expect([seen, reader.discontinuity]).toEqual([numbers(from + 1, said), false]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
