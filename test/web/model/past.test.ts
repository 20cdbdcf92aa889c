// A part of a room's past, shown in place of the newest messages: it grows both ways, and loses and doubles nothing.
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/web/model/chat-message.ts';
import {
  type ChatState,
  find,
  type Happening,
  initialState,
  reduce,
  shownOf,
} from '../../../src/web/model/state.ts';

const place = (at: number): string => `abcdefghijkl.1000-${at}`;
const message = (at: number): ChatMessage => {
  return { id: `id ${at}`, messageId: place(at), roomId: 'r', sender: 'Bob', content: `${at}`, sentAt: at };
};
const arrivals = (from: number, to: number) =>
  Array.from(
    { length: to - from + 1 },
    (_, at) => ({ kind: 'message', message: message(from + at) }) as const,
  );
const delivered = (at: number): Happening => ({ type: 'delivered', message: message(at) });
const around = (from: number, to: number, isEnd = false): Happening => {
  const page = { arrivals: arrivals(from, to), isStart: false, isEnd, from: place(from), to: place(to) };
  return { type: 'past-came', roomId: 'r', ...page };
};
const newer = (after: number, to: number, isEnd = false): Happening => {
  return { type: 'newer-came', after: place(after), arrivals: arrivals(after + 1, to), isEnd, to: place(to) };
};
const older = (before: number, from: number): Happening => {
  const page = { arrivals: arrivals(from, before - 1), isStart: false, from: place(from) };
  return { type: 'older-came', roomId: 'r', before: place(before), ...page };
};
const asked: Happening = { type: 'newer-asked' };
const olderAsked: Happening = { type: 'older-asked', roomId: 'r' };
const story = (...happenings: Happening[]): ChatState =>
  happenings.reduce(reduce, initialState(['r', 'another'], 'r'));
/** Messages 90 to 95 are the newest. */
const newest = [90, 91, 92, 93, 94, 95].map(delivered);
const shown = (state: ChatState): string[] =>
  (shownOf(state)?.entries ?? []).map((entry) => (entry.kind === 'message' ? entry.content : entry.kind));
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String(from + at));

describe('a part of the past', () => {
  it('is shown in place of the newest messages, which go on arriving behind it, unread', () => {
    const state = story(...newest, around(40, 60), delivered(96));
    expect(shown(state)).toEqual(numbers(40, 60));
    expect(find(state, 'r')).toMatchObject({ unread: 1, divider: 'id 96' });
    const back = reduce(state, { type: 'newest-wanted' });
    expect(shown(back)).toEqual(numbers(90, 96));
    expect(find(back, 'r')?.unread).toBe(0);
  });

  it('goes on in both directions', () => {
    const state = story(...newest, around(40, 60), asked, newer(60, 70), olderAsked, older(40, 30));
    expect(shown(state)).toEqual(numbers(30, 70));
    expect(shownOf(state)).toMatchObject({ older: 'more', newer: 'more' });
  });

  it.each([
    ['comes to a message that is there', [around(40, 60), asked, newer(60, 91)], 40],
    ['ends with the newest', [around(40, 60), asked, newer(60, 89, true)], 40],
    ['meets them at once', [around(80, 92)], 80],
  ] as const)('is one with the newest messages as soon as it %s', (_, happenings, first) => {
    const state = story(...newest, ...happenings, delivered(96));
    expect(state.past).toBeUndefined();
    expect(shown(state)).toEqual(numbers(first, 96));
    expect(find(state, 'r')?.unread).toBe(0);
    const further = reduce(reduce(state, olderAsked), older(first, 30));
    expect(shown(further)).toEqual(numbers(30, 96));
  });

  it('is changed by what becomes of its messages, and stays so when it meets the newest', () => {
    const edit: Happening = { type: 'amended', amendment: { roomId: 'r', of: place(50), content: 'edited' } };
    const mark: Happening = {
      type: 'reacted',
      mark: { roomId: 'r', of: place(51), user: 'Ann', emoji: '👍', on: true },
    };
    for (const end of [[], [asked, newer(60, 95)]]) {
      const entries = shownOf(story(...newest, around(50, 60), edit, mark, ...end))?.entries ?? [];
      expect(entries[0]).toMatchObject({ content: 'edited', change: 'edited' });
      expect(entries[1]).toMatchObject({ reactions: [{ emoji: '👍', users: ['Ann'] }] });
    }
  });

  it('takes no page that was asked for elsewhere', () => {
    const late = [olderAsked, around(40, 60), olderAsked, older(90, 80)];
    expect(shown(story(...newest, ...late))).toEqual(numbers(40, 60));
    const back = story(...newest, ...late, { type: 'newest-wanted' });
    expect(shown(back)).toEqual(numbers(80, 95)); // it came for the newest, and stands before them
    expect(shown(story(...newest, around(40, 60), asked, around(10, 20), asked, newer(60, 70)))).toEqual(
      numbers(10, 20),
    );
    expect(shown(story(...newest, around(40, 60), newer(60, 70)))).toEqual(numbers(40, 60)); // nobody asked
  });

  it('is left by who goes to another room or writes, and not entered from another', () => {
    const open = (roomId: string): Happening => ({ type: 'room-opened', roomId, at: 0 });
    expect(story(...newest, around(40, 60), open('another'), open('r')).past).toBeUndefined();
    expect(shown(story(...newest, open('another'), around(40, 60), open('r')))).toEqual(numbers(90, 95));
    const wrote = story(...newest, around(40, 60), { type: 'composed', key: 'k', content: 'hi', at: 1 });
    expect(shown(wrote)).toEqual(numbers(90, 95));
  });
});
