// What a message has beside its text: read without trust, marked by others, quoted, seen.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amend } from '../../../src/web/model/amend.ts';
import type { ReactionMark } from '../../../src/web/model/chat-message.ts';
import { extrasOf, webAddress } from '../../../src/web/model/extras.ts';
import { sizeOf } from '../../../src/web/model/format.ts';
import { prepend } from '../../../src/web/model/older.ts';
import { quotesOf } from '../../../src/web/model/quotes.ts';
import { react } from '../../../src/web/model/react.ts';
import * as log from '../../../src/web/model/room-log.ts';
import { numberOf, read, seenOf } from '../../../src/web/model/seen.ts';
import { initialState, reduce } from '../../../src/web/model/state.ts';
import { readArrival, readMarks, readPage } from '../../../src/web/wire/payloads.ts';

const place = (seq: number): string => `abcdefghijkl.1000-${seq}`;
const message = (seq: number, sender = 'Ann', extras: object = {}): log.ChatMessage => ({
  ...{ id: `${seq}`, messageId: place(seq), roomId: 'r', sender, content: `text ${seq}`, sentAt: seq },
  ...extras,
});
const roomOf = (...messages: log.ChatMessage[]): log.RoomLog =>
  messages.reduce((all, one) => log.deliver(all, one, { own: false, seen: true }), log.emptyLog('r'));
const mark = (user: string, emoji = '👍', on = true, of = place(1)): ReactionMark => ({
  ...{ roomId: 'r', of, user, emoji, on },
});
const reactionsOf = (room: log.RoomLog) =>
  room.entries.flatMap((one) => (one.kind === 'message' ? (one.reactions ?? []) : []));

describe('what a body says beside its text', () => {
  it.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://a.example/x',
    '//a.example',
    'a.example',
    '',
  ])('is no address when it is %j', (url) => {
    expect(webAddress(url)).toBeUndefined();
    expect(extrasOf({ attachments: [{ url, name: 'x' }] })).toEqual({});
  });

  it('is what it should be, or nothing', () => {
    const attachments = [
      { url: 'https://a.example/ü', name: 'ü', type: 'text/plain', size: 7, more: 1 },
      { url: 'https://a.example/', name: 7 },
      { url: 'https://a.example/', name: 'b', type: 7, size: -1 },
      null,
      'https://a.example',
    ];
    expect(extrasOf({ replyTo: 7, mentions: ['Ann', 7, null], attachments })).toEqual({
      mentions: ['Ann'],
      attachments: [
        { url: 'https://a.example/%C3%BC', name: 'ü', type: 'text/plain', size: 7 },
        { url: 'https://a.example/', name: 'b' },
      ],
    });
  });

  it('is never a reason to fail, nor leads anywhere but to the web', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('replyTo', 'mentions', 'attachments'), fc.anything()),
        (fields) => {
          for (const { url } of extrasOf(fields).attachments ?? []) expect(url).toMatch(/^https?:/);
        },
      ),
    );
  });

  it('is remembered over a reload, as far as it can be read', () => {
    const kept = { key: 'k', roomId: 'r', content: 'c', composedAt: 1, replyTo: place(1), mentions: ['Ann'] };
    expect(
      log.unsentFrom([{ ...kept, attachments: [{ url: 'javascript:x', name: 'x' }], delivery: 7 }]),
    ).toEqual([kept]);
  });

  it('goes out with the message, and comes with it', () => {
    const extras = {
      replyTo: place(1),
      mentions: ['Bob'],
      attachments: [{ url: 'https://a.example/', name: 'a' }],
    };
    const before = reduce(initialState(['r']), { type: 'signed-in', name: 'Ann' });
    const { rooms } = reduce(before, { type: 'composed', key: 'k', content: 'hi', extras, at: 1 });
    expect(rooms[0]!.outgoing).toMatchObject([extras]);
    expect(log.unsent(rooms[0]!)).toEqual([
      { key: 'k', roomId: 'r', content: 'hi', composedAt: 1, ...extras },
    ]);
    const body = JSON.stringify({ ...message(2), ...extras, messageType: 'MESSAGE' });
    expect(readArrival(body, 0, place(2))).toMatchObject({ kind: 'message', message: extras });
  });
});

describe('reactions', () => {
  it('are there once for each person, and go', () => {
    let room = roomOf(message(1));
    for (const one of [mark('Ann'), mark('Bob'), mark('Ann'), mark('Ann', '🎉')]) room = react(room, one);
    expect(reactionsOf(room)).toEqual([
      { emoji: '👍', users: ['Ann', 'Bob'], others: 0 },
      { emoji: '🎉', users: ['Ann'], others: 0 },
    ]);
    for (const one of [mark('Ann', '🎉', false), mark('Eve', '❤️', false)]) room = react(room, one);
    expect(reactionsOf(room)).toEqual([{ emoji: '👍', users: ['Ann', 'Bob'], others: 0 }]);
  });

  it('that came before their message stand under it; of those that a page has counted none counts twice', () => {
    const marked = [mark('Bob'), mark('Eve'), mark('Eve', '👍', false), mark('Zoe')].reduce(react, {
      ...log.emptyLog('r'),
      older: 'loading',
    } as log.RoomLog);
    const page = [
      { ...message(1), sentAt: '', reactions: [{ emoji: '👍', count: 2, users: ['Ann', 'Bob'] }] },
    ];
    const older = prepend(marked, { arrivals: readPage(page, 0), isStart: true, from: undefined });
    expect(reactionsOf(older)).toEqual([{ emoji: '👍', users: ['Ann', 'Bob', 'Zoe'], others: 0 }]);
  });

  it('of too many to be named are counted, not guessed', () => {
    const crowd = [{ emoji: '👍', count: 90, users: ['Ann'] }];
    const arrivals = readPage([{ ...message(1), reactions: crowd }], 0);
    const before = react(log.emptyLog('r'), mark('Bob')); // may be counted already
    let room = prepend(before, { arrivals, isStart: true, from: undefined });
    expect(reactionsOf(room)).toEqual([{ emoji: '👍', users: ['Ann'], others: 89 }]);
    room = react(react(room, mark('Zoe')), mark('Eve', '👍', false));
    expect(reactionsOf(room)).toEqual([{ emoji: '👍', users: ['Ann', 'Zoe'], others: 88 }]);
  });

  it('go with their message, with all that it had', () => {
    const extras = {
      replyTo: place(9),
      mentions: ['Bob'],
      attachments: [{ url: 'https://a.example/', name: 'a' }],
    };
    const room = react(roomOf(message(1, 'Ann', extras)), mark('Bob'));
    const gone = amend(room, { roomId: 'r', of: place(1), content: undefined });
    expect(JSON.stringify(react(gone, mark('Eve')).entries)).not.toMatch(/example|Bob|Eve|-9/);
  });

  it('are read from the wire only when they are whole', () => {
    const whole = {
      messageType: 'REACTION',
      roomId: 'r',
      of: place(1),
      sender: 'Bob',
      emoji: '👍',
      on: true,
    };
    expect(readArrival(JSON.stringify(whole), 0)).toEqual({ kind: 'reaction', mark: mark('Bob') });
    for (const key of ['roomId', 'of', 'sender', 'emoji', 'on'])
      expect(readArrival(JSON.stringify({ ...whole, [key]: 7 }), 0), key).toBeUndefined();
  });
});

describe('what is answered', () => {
  const answer = message(5, 'Bob', { replyTo: place(1) });

  it('is found among what is shown, as it is now', () => {
    const room = roomOf(message(1), answer);
    expect(quotesOf(room)(place(1))).toMatchObject({ state: 'there', sender: 'Ann', content: 'text 1' });
    const edited = amend(room, { roomId: 'r', of: place(1), content: 'better' });
    expect(quotesOf(edited)(place(1)).content).toBe('better');
    const deleted = amend(room, { roomId: 'r', of: place(1), content: undefined });
    expect(quotesOf(deleted)(place(1))).toMatchObject({ state: 'deleted', content: '' });
  });

  it('is unknown until it was asked for; then it is there, or gone, and changes as others do', () => {
    const before = { ...initialState(['r']), rooms: [roomOf(answer)] };
    expect(quotesOf(before.rooms[0]!)(place(1)).state).toBe('unknown');
    const came = (found: log.ChatMessage | undefined) =>
      reduce(before, { type: 'original-came', roomId: 'r', messageId: place(1), message: found });
    expect(quotesOf(came(undefined).rooms[0]!)(place(1)).state).toBe('gone');
    const there = came(message(1));
    expect(quotesOf(there.rooms[0]!)(place(1)).state).toBe('there');
    const [room] = reduce(there, {
      type: 'amended',
      amendment: { roomId: 'r', of: place(1), content: undefined },
    }).rooms;
    expect(quotesOf(room!)(place(1)).state).toBe('deleted');
  });
});

describe('who has read', () => {
  it('is told of the newest of one’s own that somebody has read', () => {
    const room = roomOf(message(1), message(2), message(3, 'Bob'), message(4));
    const marks = (...told: [user: string, seq: number][]) =>
      read(
        room,
        told.map(([user, seq]) => ({ user, number: 1_000_000 + seq })),
      );
    expect(seenOf(room, 'Ann')).toBeUndefined();
    expect(seenOf(marks(['Ann', 4]), 'Ann')).toBeUndefined();
    expect(seenOf(marks(['Bob', 3], ['Eve', 1]), 'Ann')).toEqual({ key: '2', users: ['Bob'] });
    expect(seenOf(marks(['Eve', 4], ['Bob', 9]), 'Ann')).toEqual({ key: '4', users: ['Bob', 'Eve'] });
    expect(seenOf(marks(['Bob', 9]), 'Zoe')).toBeUndefined();
  });

  it('goes forward only, and is the same when nothing new is told', () => {
    const room = read(log.emptyLog('r'), [{ user: 'Bob', number: 7 }]);
    expect(read(room, [{ user: 'Bob', number: 6 }])).toBe(room);
    expect(read(room, [{ user: 'Bob', number: 8 }]).readers.get('Bob')).toBe(8);
  });

  it('is read without trust', () => {
    const marks = [{ user: 'Bob', number: 7, at: 'now' }, { user: 7, number: 7 }, { user: 'Eve' }, null];
    expect(readMarks(JSON.stringify({ roomId: 'r', marks }))?.marks.map(({ user }) => user)).toEqual(['Bob']);
    expect(readMarks('{"marks":[]}')).toBeUndefined();
    expect(readMarks('[')).toBeUndefined();
  });

  it('counts by the numbers that the service gives messages', () => {
    expect(numberOf('Zk3vQ0m1x-9A.1795262400000-1')).toBe(1_795_262_400_000_001);
    expect([numberOf(undefined), numberOf('17'), numberOf('<b>')]).toEqual([undefined, undefined, undefined]);
  });
});

it('sizes are told in the reader’s own way', () => {
  expect([0, 812, 84_000, 1_234_567, 5e18].map((bytes) => sizeOf(bytes, 'en'))).toEqual([
    '0 byte',
    '812 byte',
    '84 kB',
    '1.2 MB',
    '5,000,000 TB',
  ]);
});
