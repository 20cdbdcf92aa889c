// The marks of some people: however many others have read in their room, no more is asked for than theirs.
import { expect, it } from 'vitest';
import { marksOf } from '../../../src/chat/reading/marks.ts';
import { MemoryRepository } from '../../../src/chat/repositories/memory.ts';

it('are found among those of ever so many others, without reading all of them', async () => {
  const repository = new MemoryRepository();
  await repository.rooms.create({ id: 'r', name: 'r', kind: 'public', createdAt: 1, createdBy: 'kim' }, []);
  const read = (user: string, number: number) =>
    repository.reading.advance({ roomId: 'r', user, number, at: 1 });
  let parts = 0;
  const reading: typeof repository.reading = {
    ...repository.reading,
    in: (roomId, asked) => {
      parts++;
      return repository.reading.in(roomId, asked);
    },
  };
  const asked = () => marksOf({ reading }, 'r', ['zoe', 'lee', 'nobody']);
  await read('lee', 7);
  await read('zoe', 9);
  const marks = [
    ['lee', 7],
    ['zoe', 9],
  ];
  expect([...(await asked())].sort()).toEqual(marks);
  for (let n = 0; n < 1000; n++) await read(`stranger ${n}`, 1);
  parts = 0;
  expect([...(await asked())].sort()).toEqual(marks);
  expect(parts).toBe(1);
});
