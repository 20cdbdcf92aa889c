// Room names as typed, as remembered and as addressed.
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_ROOMS,
  hashOfRoom,
  isRoomName,
  MAX_ROOMS,
  neighbour,
  roomNameFrom,
  roomOfHash,
  roomsFrom,
} from '../../../src/web/model/room-names.ts';

describe('a room name', () => {
  it('is 1 to 64 letters, digits, - and _, of any script', () => {
    expect(['a', 'Team_2-b', '한글-방', 'x'.repeat(64)].every(isRoomName)).toBe(true);
    expect(['', 'x'.repeat(65), 'a b', 'a/b', 'a.b', '*', '👍', '<b>', 'a\n'].some(isRoomName)).toBe(false);
  });

  it('is found in what people type', () => {
    expect(roomNameFrom('  #Team  lunch ')).toBe('Team-lunch');
    expect(roomNameFrom('general')).toBe('general');
    expect(roomNameFrom('점심 모임')).toBe('점심-모임');
    expect(roomNameFrom('점심'.normalize('NFD'))).toBe('점심');
    expect(roomNameFrom(' # ')).toBeUndefined();
  });

  it('is read from an address and written to one', () => {
    expect(roomOfHash(hashOfRoom('general'))).toBe('general');
    expect(roomOfHash(hashOfRoom('점심'))).toBe('점심');
    expect(roomOfHash('#/room/%E0%A4%A')).toBeUndefined();
    expect(roomOfHash('#/room/a/b')).toBeUndefined();
    expect(roomOfHash('#/room/%3Cb%3E')).toBeUndefined();
    expect(roomOfHash('')).toBeUndefined();
  });
});

describe('the room list', () => {
  it('starts with the default rooms when nothing useful is remembered', () => {
    for (const stored of [null, undefined, 'general', {}, [], [1, null, 'a b']]) {
      expect(roomsFrom(stored)).toEqual(DEFAULT_ROOMS);
    }
  });

  it('keeps what is valid of what is remembered, once each and not without bound', () => {
    expect(roomsFrom(['a', 'b', 'a', 7, '<x>'])).toEqual(['a', 'b']);
    expect(roomsFrom(Array.from({ length: 99 }, (_, at) => `room-${at}`))).toHaveLength(MAX_ROOMS);
  });

  it('is walked around its end', () => {
    const rooms = ['a', 'b', 'c'];
    expect(neighbour(rooms, 'c', 1)).toBe('a');
    expect(neighbour(rooms, 'a', -1)).toBe('c');
    expect(neighbour(rooms, 'b', 1)).toBe('c');
    expect(neighbour(rooms, 'gone', 1)).toBe('a');
  });
});
