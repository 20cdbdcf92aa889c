// The lines of the screen: days, groups, the unread line, and what is on its way at the end.
import { describe, expect, it } from 'vitest';
import * as log from '../../../src/web/model/room-log.ts';
import { GROUP_SPAN, type MessageLine, timeline } from '../../../src/web/model/timeline.ts';

const NOON = new Date(2026, 2, 5, 12).getTime();
const DAY = 24 * 3_600_000;
const reading = { user: 'Ann', now: NOON, locale: 'en-GB' };

const room = (...messages: [sender: string, at: number][]): log.RoomLog =>
  messages.reduce(
    (all, [sender, sentAt], at) =>
      log.deliver(
        all,
        { id: `${at}`, roomId: 'r', sender, content: `text ${at}`, sentAt },
        { own: sender === 'Ann', seen: true },
      ),
    log.emptyLog('r'),
  );
const messagesOf = (of: log.RoomLog): MessageLine[] =>
  timeline(of, reading).filter((line) => line.kind === 'message');
const shape = (of: log.RoomLog): string[] =>
  messagesOf(of).map((line) => `${line.first ? '[' : ''}${line.sender}${line.last ? ']' : ''}`);

describe('the timeline', () => {
  it('has a line above each day', () => {
    const lines = timeline(room(['Bob', NOON - DAY], ['Bob', NOON - 60_000], ['Bob', NOON]), reading);
    expect(lines.map((line) => (line.kind === 'day' ? line.label : line.kind))).toEqual([
      'Yesterday',
      'message',
      'Today',
      'message',
      'message',
    ]);
  });

  it('groups what one sender says without a pause', () => {
    expect(shape(room(['Bob', NOON], ['Bob', NOON + 1], ['Ann', NOON + 2], ['Bob', NOON + 3]))).toEqual([
      '[Bob',
      'Bob]',
      '[Ann]',
      '[Bob]',
    ]);
    expect(shape(room(['Bob', NOON], ['Bob', NOON + GROUP_SPAN + 1]))).toEqual(['[Bob]', '[Bob]']);
  });

  it('begins a new group after a note, a day and the unread line', () => {
    const noted = log.addNote(room(['Bob', NOON]), { key: 'n', topic: 'lost', text: 'lost', at: NOON });
    const next = { id: 'x', roomId: 'r', sender: 'Bob', content: 'x', sentAt: NOON + 1 };
    expect(shape(log.deliver(noted, next, { own: false, seen: true }))).toEqual(['[Bob]', '[Bob]']);

    const unread = log.deliver(room(['Bob', NOON]), next, { own: false, seen: false });
    expect(shape(unread)).toEqual(['[Bob]', '[Bob]']);
    expect(timeline(unread, reading).map((line) => line.kind)).toEqual([
      'day',
      'message',
      'unread',
      'message',
    ]);
  });

  it('marks the reader’s own messages', () => {
    expect(messagesOf(room(['Bob', NOON], ['Ann', NOON])).map((line) => line.own)).toEqual([false, true]);
  });

  it('ends with what is on its way, grouped with the reader’s own', () => {
    const with1 = log.compose(room(['Ann', NOON]), {
      key: 'k',
      roomId: 'r',
      content: 'hi',
      composedAt: NOON,
    });
    expect(shape(with1)).toEqual(['[Ann', 'Ann]']);
    expect(messagesOf(with1).map((line) => line.delivery)).toEqual(['delivered', 'queued']);
  });

  it('keeps the key of an own message from composing to delivery', () => {
    const composed = log.compose(log.emptyLog('r'), {
      key: 'k',
      roomId: 'r',
      content: 'hi',
      composedAt: NOON,
    });
    const sent = log.step(composed, 'k', 'write');
    const message = { id: '1', roomId: 'r', sender: 'Ann', content: 'hi', sentAt: NOON };
    const delivered = log.deliver(sent, message, { own: true, seen: true });
    expect([sent, delivered].map((one) => messagesOf(one)[0]?.key)).toEqual(['k', 'k']);
  });

  it('has no two lines of one key', () => {
    const all = room(...Array.from({ length: 40 }, (_, at): [string, number] => ['Bob', NOON - at * DAY]));
    const keys = timeline(all, reading).map((line) => line.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
