// Messages that others answer: each is asked for once, a few at a time, and told of whether it is there or not.
import { expect, it } from 'vitest';
import type { Happening } from '../../../src/web/model/state.ts';
import { ApiProblem } from '../../../src/web/wire/api-problem.ts';
import { Originals } from '../../../src/web/wire/originals.ts';

const place = (seq: number): string => `abcdefghijkl.1000-${seq}`;

it('are asked for once each, four at a time, and no more when nobody is signed in', async () => {
  const waiting: { readonly messageId: string; readonly answer: (found: boolean) => void }[] = [];
  const told: Happening[] = [];
  const one = (roomId: string, messageId: string) =>
    new Promise<never>((resolve, reject) => {
      const message = { id: messageId, roomId, sender: 'Ann', content: 'hi', sentAt: 1 } as never;
      waiting.push({
        messageId,
        answer: (found) => (found ? resolve(message) : reject(new ApiProblem('no-such-room', undefined))),
      });
    });
  const originals = new Originals({ one }, (happening) => told.push(happening));
  for (const seq of [1, 2, 3, 4, 5, 6, 1, 2]) originals.ask('r', place(seq));
  expect(waiting.map(({ messageId }) => messageId)).toEqual([1, 2, 3, 4].map(place));
  waiting[0]!.answer(true);
  waiting[1]!.answer(false);
  await expect.poll(() => waiting.length).toBe(6);
  expect(told).toMatchObject([
    { type: 'original-came', roomId: 'r', messageId: place(1), message: { content: 'hi' } },
    { type: 'original-came', messageId: place(2), message: undefined },
  ]);
  originals.ask('another', place(1));
  originals.end();
  for (const { answer } of waiting.slice(2)) answer(true);
  await expect.poll(() => told.length).toBe(6);
  expect(waiting).toHaveLength(6);
});

it('are asked for again where the service did not answer, once it can be reached, and no sooner', async () => {
  const asked: string[] = [];
  const told: Happening[] = [];
  let isAway = true;
  const one = async (_: string, messageId: string) => {
    asked.push(messageId);
    if (isAway) throw new TypeError('the network is gone');
    return undefined;
  };
  const originals = new Originals({ one }, (happening) => told.push(happening));
  originals.ask('r', place(1));
  await expect.poll(() => asked).toEqual([place(1)]);
  expect(told).toEqual([]);
  isAway = false;
  originals.again();
  await expect.poll(() => told).toMatchObject([{ messageId: place(1), message: undefined }]);
  originals.again();
  originals.ask('r', place(1));
  expect(asked).toHaveLength(2);
});
