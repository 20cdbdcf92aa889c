// Reading back to a message: as far as it is sensible, and in the room where that was begun.
import { expect, it } from 'vitest';
import type { Older } from '../../../src/web/model/room-log.ts';
import { type ReadingBack, readBack } from '../../../src/web/view/read-back.ts';

function reading(pages: number, more: Partial<ReadingBack> = {}) {
  const shown: { roomId: string; older: Older | undefined } = { roomId: 'r', older: 'more' };
  const asked: string[] = [];
  const parts: ReadingBack = {
    place: () => shown,
    older: async () => void asked.push(shown.roomId),
    find: () => asked.length >= pages,
    drawn: async () => {},
    going: () => {},
    ...more,
  };
  return { shown, asked, read: () => readBack(parts) };
}

it('goes on until the message is there', async () => {
  const { asked, read } = reading(7);
  await read();
  expect(asked).toHaveLength(7);
});

it('ends where another room is shown, which is not read back', async () => {
  const { shown, asked, read } = reading(100, { drawn: async () => void (asked.length === 3 && leave()) });
  const leave = (): void => {
    shown.roomId = 'another';
  };
  await read();
  expect(asked).toEqual(['r', 'r', 'r']);
});

it('tries once more what failed before, and no more when it fails again', async () => {
  const { shown, asked, read } = reading(100);
  shown.older = 'failed';
  await read();
  expect(asked).toEqual(['r']);
});

it.each(['none', undefined] as const)('asks for nothing where there is nothing: %s', async (older) => {
  const { shown, asked, read } = reading(1);
  shown.older = older;
  await read();
  expect(asked).toEqual([]);
});
