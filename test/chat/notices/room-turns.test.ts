// Work of a room is done in its order, rooms do not wait for each other, and what is too much is refused.
import { expect, it } from 'vitest';
import { RoomTurns } from '../../../src/chat/notices/room-turns.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('rooms do their work in order, whatever fails, and do not wait for each other', async () => {
  const failures: unknown[] = [];
  const turns = new RoomTurns((error) => failures.push(error));
  const done: string[] = [];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  turns.add('a', () => held.then(() => void done.push('a1')));
  turns.add('a', async () => {
    throw new Error('a2');
  });
  turns.add('a', async () => void done.push('a3'));
  turns.add('b', async () => void done.push('b1'));
  await settled();
  expect([done, turns.size]).toEqual([['b1'], 1]);
  release();
  await settled();
  expect(done).toEqual(['b1', 'a1', 'a3']);
  expect(failures).toEqual([new Error('a2')]);
  expect(turns.size).toBe(0);
});

it('a room takes so much and no more', async () => {
  const turns = new RoomTurns(() => {});
  const never = new Promise<void>(() => {});
  const taken = Array.from({ length: 1001 }, () => turns.add('a', () => never));
  expect(taken.filter(Boolean)).toHaveLength(1000);
  expect(turns.add('b', async () => {})).toBe(true);
});
