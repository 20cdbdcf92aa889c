// Who waits for `stored` is answered when the mark covers it: neither before nor never.
import { describe, expect, it } from 'vitest';
import { StoredMarks } from '../../src/history/stored-marks.ts';

const at = (seq: number, epoch = 1) => ({ epoch, seq });

/** Which of the waits are done, a turn later. */
async function doneOf(waits: readonly Promise<void>[]): Promise<boolean[]> {
  const done = waits.map(() => false);
  waits.forEach((wait, index) => {
    wait.then(
      () => (done[index] = true),
      () => {},
    );
  });
  await new Promise(setImmediate);
  return done;
}

describe('waiting until a message is stored', () => {
  it('ends with the mark that covers it, whatever the order of the waits', async () => {
    const marks = new StoredMarks();
    const waits = [3, 1, 2, 5].map((seq) => marks.waitFor('/a', at(seq)));
    const other = marks.waitFor('/b', at(1));
    marks.advance('/a', at(1));
    expect(await doneOf(waits)).toEqual([false, true, false, false]);
    marks.advance('/a', at(3));
    expect(await doneOf([...waits, other])).toEqual([true, true, true, false, false]);
    marks.advance('/a', at(1, 2));
    expect(await doneOf(waits)).toEqual([true, true, true, true]);
    expect(marks.size).toBe(1);
  });

  it('is over at once for what is stored already, and a mark never goes back', async () => {
    const marks = new StoredMarks();
    marks.advance('/a', at(7));
    marks.advance('/a', at(2));
    expect(await doneOf([marks.waitFor('/a', at(7)), marks.waitFor('/a', at(8))])).toEqual([true, false]);
    expect(marks.of('/a')).toEqual(at(7));
  });

  it('asks the store where no mark is remembered: once, however many wait', async () => {
    const asked: string[] = [];
    const marks = new StoredMarks(async (destination) => {
      asked.push(destination);
      return at(4);
    }, 1);
    marks.advance('/a', at(9));
    marks.advance('/b', at(1));
    const waits = [marks.waitFor('/a', at(3)), marks.waitFor('/a', at(4)), marks.waitFor('/a', at(5))];
    expect(await doneOf(waits)).toEqual([true, true, false]);
    expect(asked).toEqual(['/a']);
  });

  it('fails for all who wait and who come later', async () => {
    const marks = new StoredMarks();
    const waiting = marks.waitFor('/a', at(1));
    marks.fail(new Error('closed'));
    await expect(waiting).rejects.toThrow('closed');
    await expect(marks.waitFor('/a', at(1))).rejects.toThrow('closed');
    expect(marks.size).toBe(0);
  });

  it('answers each of many once, one mark after another', async () => {
    const marks = new StoredMarks();
    let answered = 0;
    for (let seq = 1; seq <= 20_000; seq++) marks.waitFor('/a', at(seq)).then(() => answered++);
    for (let seq = 100; seq <= 20_000; seq += 100) {
      marks.advance('/a', at(seq));
      await Promise.resolve();
      await Promise.resolve();
      expect(answered).toBe(seq);
    }
    expect(marks.size).toBe(0);
  });
});
