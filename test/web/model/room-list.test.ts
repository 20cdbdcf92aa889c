// The list of rooms as the service tells of it: what is there, what is new, what is gone, and how each is called.
import { describe, expect, it } from 'vitest';
import {
  asListed,
  changed,
  directRooms,
  listed,
  mayWrite,
  type NamedRoom,
  type RoomList,
  type RoomNews,
  without,
} from '../../../src/web/model/room-list.ts';
import { emptyLog } from '../../../src/web/model/room-log.ts';
import { MAX_ROOMS } from '../../../src/web/model/room-names.ts';
import { sentenceOf, sentencesOfGone } from '../../../src/web/model/room-sentences.ts';
import { signOfRoom } from '../../../src/web/model/room-sign.ts';

const room = (roomId: string, more: Partial<NamedRoom> = {}): NamedRoom => ({
  roomId,
  name: roomId,
  ...more,
});
const direct = 'direct-abcdefghijklmnopqrstuvwxyz0';
const list = (...rooms: string[]): RoomList => ({
  rooms: rooms.map(emptyLog),
  current: rooms[0] ?? '',
  about: new Map(),
  publicRooms: [],
});
const ids = ({ rooms }: RoomList): string[] => rooms.map(({ roomId }) => roomId);
const news = (what: RoomNews['what'], about: NamedRoom, by = 'kim'): RoomNews => ({ what, room: about, by });

describe('the list of rooms', () => {
  it('takes in what the service tells, behind what is there, and shows the first', () => {
    const told = listed(list(), { mine: [room('a', { name: 'Team A', role: 'reader' }), room('b')], at: 5 });
    expect([ids(told), told.current]).toEqual([['a', 'b'], 'a']);
    expect([signOfRoom(told, 'a'), signOfRoom(told, 'b')]).toEqual(['#Team A', '#b']);
    expect([mayWrite(told, 'a'), mayWrite(told, 'b'), mayWrite(told, 'elsewhere')]).toEqual([
      false,
      true,
      true,
    ]);
    expect(told.rooms[0]?.joinedAt).toBe(5); // what was said before is no news
  });

  it('loses what is not told any more only where all were told', () => {
    const before = list('a', 'b', 'c');
    expect(ids(listed(before, { mine: [room('b')] }))).toEqual(['a', 'b', 'c']);
    const all = { mine: [room('b')], isAll: true };
    expect(listed(before, all)).toMatchObject({ current: 'b' });
    expect(ids(listed(before, all))).toEqual(['b']);
    expect(listed(list('a'), { mine: [], isAll: true })).toMatchObject({ rooms: [], current: '' });
    expect(sentencesOfGone(before, all).map(({ text }) => text)).toEqual([
      'You are no longer in #a.',
      'You are no longer in #c.',
    ]);
  });

  it('is bounded', () => {
    const many = Array.from({ length: MAX_ROOMS + 5 }, (_, at) => room(`r${at}`));
    expect(listed(list(), { mine: many }).rooms).toHaveLength(MAX_ROOMS);
  });

  it('calls a room of two by the other one, and never by its id', () => {
    const untold = list(direct);
    expect(signOfRoom(untold, direct)).toBe('…');
    const told = listed(untold, { mine: [room(direct, { name: 'kim, lee', kind: 'direct', with: 'lee' })] });
    expect([signOfRoom(told, direct), directRooms(told)]).toEqual(['lee', [direct]]);
    expect(asListed(listed(told, { mine: [room('later')] }))).toEqual(['later', direct]);
  });
});

describe('a change of a room', () => {
  const one = list('a');

  it('brings it, names it, changes what its reader may do there, and takes it away', () => {
    let now = changed(one, news('joined', room('b', { role: 'reader' })), true);
    expect([ids(now), mayWrite(now, 'b')]).toEqual([['a', 'b'], false]);
    now = changed(now, news('role', room('b', { role: 'member' })), true);
    now = changed(now, news('renamed', room('b', { name: 'Bees' })), true);
    expect([mayWrite(now, 'b'), signOfRoom(now, 'b')]).toEqual([true, '#Bees']);
    now = changed(now, news('renamed', room('b')), true);
    expect(signOfRoom(now, 'b')).toBe('#b');
    now = changed(now, news('left', room('b')), true);
    expect([ids(now), now.about.has('b')]).toEqual([['a'], false]);
    expect(ids(changed(now, news('renamed', room('c')), true))).toEqual(['a']);
    expect(changed(now, news('deleted', room('a')), true)).toMatchObject({ rooms: [], current: '' });
    expect(without(now, 'a', false)).toBe(now);
  });

  it('keeps the rooms that everybody may enter right', () => {
    const open = room('o', { kind: 'public' });
    const known = changed(one, news('left', open), true);
    expect(known.publicRooms).toEqual([open]);
    expect(changed(known, news('deleted', open), true).publicRooms).toEqual([]);
    expect(changed(one, news('created', room('p', { kind: 'private' })), true).publicRooms).toEqual([]);
  });

  it('is told when others made it, and not when it is one’s own', () => {
    const plans = room('a', { name: 'plans', role: 'owner' });
    const texts = (['left', 'deleted', 'joined', 'role', 'renamed', 'created'] as const).map(
      (what) => sentenceOf(news(what, plans), 'lee')?.text,
    );
    expect(texts).toEqual([
      'kim removed you from #plans.',
      'kim deleted #plans.',
      'kim invited you to #plans.',
      'You are an owner of #plans now.',
      undefined,
      undefined,
    ]);
    expect(sentenceOf(news('left', plans), 'kim')).toBeUndefined();
    expect(sentenceOf(news('joined', room(direct, { kind: 'direct', with: 'kim' })), 'lee')).toBeUndefined();
  });
});
