// The reader of a room's history finds what a plain filter over all that was said finds, wherever it is kept.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryReader, type Place, type ReaderQuery } from '../../src/history/reader.ts';
import { Message } from '../../src/message/message.ts';
import { comparePositions, numberOf, type Position } from '../../src/message/position.ts';
import { Room, room } from './room.ts';

type Asked = Omit<ReaderQuery, 'destination'>;

interface Said extends Position {
  readonly text: string;
  readonly sender: string;
  readonly time: number;
}

const senders = ['kim', 'lee'];
const texts = ['good morning', 'good evening', '안녕하세요', '오늘 안녕'];

/** Says things as a script tells: what, by whom, and whether a writer or a restart comes by. */
async function tell(script: readonly number[]): Promise<{ readonly in: Room; readonly said: Said[] }> {
  const one = new Room({ count: 5 });
  const said: Said[] = [];
  for (const step of script) {
    if (step % 13 === 0) await one.restart();
    if (step % 11 === 0) await one.written().then(() => one.crash());
    one.now += step % 3;
    const [sender, text] = [senders[step % 2]!, texts[step % 4]!];
    const message = new Message({ destination: room, body: Buffer.from(text), id: '', sender });
    const { position } = await one.log.append(message, one.policies.of(room)!);
    said.push({ ...position, sender, text, time: one.now });
    if (step % 5 === 0) await one.written();
  }
  return { in: one, said };
}

const readerOf = (one: Room): HistoryReader =>
  new HistoryReader({
    get log() {
      return one.log; // a crash makes another one
    },
    store: one.store,
    policyOf: (destination) => one.policies.of(destination),
  });

/** Walks all the pages of a query. */
async function walk(reader: HistoryReader, asked: Asked): Promise<string[]> {
  const met: string[] = [];
  for (let cursor: string | undefined, pages = 0; pages < 200; pages++) {
    const page = await reader.page({ ...asked, destination: room, cursor });
    expect(page.records.length).toBeLessThanOrEqual(asked.limit);
    if (page.next !== undefined) expect(page.records.length).toBe(asked.limit);
    met.push(...page.records.map(({ epoch, seq, body }) => `${epoch}-${seq} ${body}`));
    if (page.next === undefined) return met;
    cursor = page.next;
  }
  throw new Error('the pages have no end');
}

const compared = (one: Position, place: Place): number =>
  typeof place === 'number' ? numberOf(one) - place : comparePositions(one, place);

function expected(said: readonly Said[], { order, before, after, from, to, sender, text }: Asked): string[] {
  const found = said.filter(
    (one) =>
      (before === undefined || compared(one, before) < 0) &&
      (after === undefined || compared(one, after) > 0) &&
      (from === undefined || one.time >= from) &&
      (to === undefined || one.time < to) &&
      (sender === undefined || one.sender === sender) &&
      (text === undefined || one.text.includes(text)),
  );
  const lines = found.map((one) => `${one.epoch}-${one.seq} ${one.text}`);
  return order === 'oldest' ? lines : lines.reverse();
}

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });

describe('a reader of a history', () => {
  it('finds what was said, whether it is in the hot log or in the store', async () => {
    const place = fc.record({ epoch: fc.integer({ min: 0, max: 5 }), seq: fc.integer({ min: 0, max: 20 }) });
    const number = fc
      .record({ epoch: fc.integer({ min: 0, max: 7 }), seq: fc.integer({ min: 0, max: 1100 }) })
      .map(({ epoch, seq }) => numberOf({ epoch, seq: seq > 20 && seq < 1000 ? seq % 20 : seq }));
    const asked = fc.record({
      order: fc.constantFrom('newest' as const, 'oldest' as const),
      limit: fc.integer({ min: 1, max: 9 }),
      before: maybe(fc.oneof(place, number, fc.constant(Number.MAX_SAFE_INTEGER))),
      after: maybe(fc.oneof(place, number, fc.constant(0))),
      from: maybe(fc.integer({ min: 1_000_000, max: 1_000_040 })),
      to: maybe(fc.integer({ min: 1_000_000, max: 1_000_040 })),
      sender: maybe(fc.constantFrom(...senders)),
      text: maybe(fc.constantFrom('good', 'even', '안녕')),
    });
    const script = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(script, fc.array(asked, { minLength: 1, maxLength: 4 }), async (steps, queries) => {
        const told = await tell(steps);
        const reader = readerOf(told.in);
        for (const query of queries) expect(await walk(reader, query)).toEqual(expected(told.said, query));
      }),
      { numRuns: 300 },
    );
  });

  it('lets others work while it searches a log that is in memory, whichever way it goes', async () => {
    const one = new Room({ count: 1000 });
    one.say(1000);
    for (const order of ['newest', 'oldest'] as const) {
      let [turns, isDone] = [0, false];
      const count = (): void => {
        turns++;
        if (!isDone) setImmediate(count);
      };
      setImmediate(count);
      const page = await readerOf(one).page({ destination: room, limit: 5, order, text: 'nobody said' });
      isDone = true;
      expect(page.records).toEqual([]);
      expect(turns).toBeGreaterThanOrEqual(6);
    }
  });

  it('asks the store for no more than the log has lost', async () => {
    const one = new Room({ count: 5 });
    one.say(3);
    await one.written();
    one.finds.length = 0;
    expect((await readerOf(one).page({ destination: room, limit: 3 })).records).toHaveLength(3);
    expect((await readerOf(one).page({ destination: room, limit: 2 })).records).toHaveLength(2);
    expect(one.finds.filter(({ before }) => before === undefined || before.seq > 1)).toEqual([]);
  });

  it('reads a full page of the store at once, and knows that there is another', async () => {
    const one = new Room({ count: 2 });
    one.say(50);
    await one.written();
    one.finds.length = 0;
    const page = await readerOf(one).page({ destination: room, limit: 20, before: { epoch: 1, seq: 41 } });
    expect(page.records.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => 40 - i));
    expect(page.next).toBeDefined();
    expect(one.finds).toHaveLength(1);
  });

  it('finds the place of a number without asking the store, or by asking once for an epoch', async () => {
    const one = new Room({ count: 2 });
    one.say(50);
    await one.written();
    one.crash();
    one.say(30);
    await one.written();
    one.finds.length = 0;
    const reader = readerOf(one);
    const read = async (before: number): Promise<string> => {
      const { records } = await reader.page({ destination: room, limit: 1, before });
      return records.map(({ epoch, seq }) => `${epoch}-${seq}`).join();
    };
    for (const seq of [2, 30, 31, 999]) expect(await read(2000 + seq)).toBe(`2-${Math.min(seq - 1, 30)}`);
    const lookUps = () => one.finds.filter(({ limit }) => limit === 1); // a page asks for one more than it holds
    expect(lookUps()).toEqual([]);
    for (const seq of [2, 50, 49, 7]) expect(await read(1000 + seq)).toBe(`1-${seq - 1}`);
    expect(lookUps()).toHaveLength(1);
    // between the two epochs: no number of either
    expect(await read(1900)).toBe('1-50');
    expect(await reader.placeOf(room, 7)).toEqual({ epoch: 0, seq: 7 });
    // what comes in a later epoch is found where it is
    one.crash();
    one.say(1);
    expect(await read(3002)).toBe('3-1');
    expect(await read(2999)).toBe('2-30');
  });

  it('goes on behind a number that is beyond all, whatever epoch came meanwhile', async () => {
    const one = new Room({ count: 2 });
    one.say(9);
    await one.written();
    const asked = { destination: room, limit: 4, before: 9_999_999 };
    const first = await readerOf(one).page(asked);
    one.crash();
    one.say(1);
    const second = await readerOf(one).page({ ...asked, cursor: first.next });
    expect(second.records.map(({ seq }) => seq)).toEqual([5, 4, 3, 2]);
  });

  it('refuses the cursor of another query', async () => {
    const one = new Room();
    one.say(5);
    const { next } = await readerOf(one).page({ destination: room, limit: 2 });
    const other = readerOf(one).page({ destination: room, limit: 2, sender: 'kim', cursor: next });
    await expect(other).rejects.toMatchObject({ code: 'bad-cursor' });
  });

  it('finds nothing where nothing is logged', async () => {
    const page = await readerOf(new Room()).page({ destination: '/topic/plain', limit: 5 });
    expect(page).toEqual({ records: [], next: undefined });
  });
});
