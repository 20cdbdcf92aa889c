// Older messages and changed ones: in front, once each, and as they are now, whichever came first.
import { describe, expect, it } from 'vitest';
import { amend } from '../../../src/web/model/amend.ts';
import type { Arrival } from '../../../src/web/model/chat-message.ts';
import { MOST_ENTRIES, oldestPlace, prepend, wantsOlder } from '../../../src/web/model/older.ts';
import * as log from '../../../src/web/model/room-log.ts';

const messageOf = (at: number): log.ChatMessage => {
  return {
    id: `id ${at}`,
    messageId: `1-${at}`,
    roomId: 'r',
    sender: 'Bob',
    content: `text ${at}`,
    sentAt: at,
  };
};
const said = (at: number): Arrival => ({ kind: 'message', message: messageOf(at) });
const edited = (at: number, content: string | undefined): Arrival => {
  return { kind: 'amendment', amendment: { roomId: 'r', of: `1-${at}`, content } };
};
const room = (...places: number[]): log.RoomLog =>
  places.reduce((all, at) => log.deliver(all, messageOf(at), { own: false, seen: true }), log.emptyLog('r'));
const page = (...arrivals: Arrival[]) => ({ arrivals, isStart: false, from: '1-0' });
const contents = ({ entries }: log.RoomLog): string[] =>
  entries.map((entry) => (entry.kind === 'message' ? `${entry.content}${entry.change ?? ''}` : entry.text));

describe('an older page', () => {
  it('stands before what is there, each message once', () => {
    expect(contents(prepend(room(3, 4), page(said(1), said(2), said(3))))).toEqual([
      'text 1',
      'text 2',
      'text 3',
      'text 4',
    ]);
  });

  it('is asked for before the first message that has a place, and then before the page', () => {
    expect(oldestPlace(room(3, 4))).toBe('1-3');
    expect(oldestPlace(prepend(room(3), { arrivals: [said(2)], isStart: false, from: '1-1' }))).toBe('1-1');
    expect(oldestPlace(log.emptyLog('r'))).toBeUndefined();
  });

  it('is wanted until the beginning is there, and no further than somebody reads in one go', () => {
    expect(wantsOlder(room(3))).toBe(true);
    expect(wantsOlder(log.emptyLog('r'))).toBe(false);
    expect(wantsOlder(prepend(room(3), { ...page(said(2)), isStart: true }))).toBe(false);
    const many = Array.from({ length: MOST_ENTRIES }, (_, at) => said(at));
    expect(wantsOlder(prepend(room(MOST_ENTRIES), page(...many)))).toBe(false);
  });

  it('stays while the room is read, and goes when the reader does; then it can be asked for again', () => {
    const many = Array.from({ length: 2 * log.MAX_ENTRIES }, (_, at) => said(at));
    const read = log.deliver(prepend(room(5000), page(...many)), messageOf(5001), { own: false, seen: true });
    expect(read.entries).toHaveLength(2 * log.MAX_ENTRIES + 2);
    const left = log.forgetOlder({ ...read, older: 'none' });
    expect(left.entries).toHaveLength(log.MAX_ENTRIES);
    expect(left.older).toBe('more');
    expect(oldestPlace(left)).toBe(
      left.entries.flatMap((one) => ('messageId' in one ? [one.messageId] : []))[0],
    );
  });
});

describe('a change', () => {
  it('is seen in the message, whichever came first', () => {
    const edit = { roomId: 'r', of: '1-1', content: 'better' };
    expect(contents(amend(room(1), edit))).toEqual(['betteredited']);
    const before = amend(log.emptyLog('r'), edit);
    expect(contents(log.deliver(before, messageOf(1), { own: false, seen: true }))).toEqual(['betteredited']);
    expect(contents(prepend(amend(room(2), edit), page(said(1))))).toEqual(['betteredited', 'text 2']);
  });

  it('is the last one of a page, but none before what came over the topic', () => {
    const two = page(said(1), edited(1, 'first'), edited(1, 'second'));
    expect(contents(prepend(room(3), two))).toEqual(['secondedited', 'text 3']);
    const live = amend(room(3), { roomId: 'r', of: '1-1', content: 'live' });
    expect(contents(prepend(live, two))).toEqual(['liveedited', 'text 3']);
  });

  it('brings nothing back that was deleted', () => {
    const gone = amend(room(1), { roomId: 'r', of: '1-1', content: undefined });
    expect(contents(gone)).toEqual(['deleted']);
    expect(amend(gone, { roomId: 'r', of: '1-1', content: 'back' })).toBe(gone);
    const edit = amend(room(2), { roomId: 'r', of: '1-1', content: 'back' });
    const tombstone = { ...messageOf(1), content: '', change: 'deleted' } as const;
    expect(contents(prepend(edit, page({ kind: 'message', message: tombstone })))[0]).toBe('deleted');
  });
});
