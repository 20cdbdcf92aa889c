// Costly work: so much at a time, so much waiting, in order, and no place lost by a failure.
import { expect, it } from 'vitest';
import { WorkLine } from '../../src/auth/work-line.ts';

/** Work that a test ends. */
class Held {
  begun: string[] = [];
  readonly #ends = new Map<string, (error?: Error) => void>();

  work(name: string): () => Promise<string> {
    return () => {
      this.begun.push(name);
      return new Promise((resolve, reject) => {
        this.#ends.set(name, (error) => (error === undefined ? resolve(name) : reject(error)));
      });
    };
  }

  end(name: string, error?: Error): void {
    this.#ends.get(name)!(error);
  }
}

it('runs so much at a time, and the rest in the order in which it came', async () => {
  const [line, held] = [new WorkLine(2, 10), new Held()];
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => line.run(held.work(name)));
  await Promise.resolve();
  expect(held.begun).toEqual(['a', 'b']);
  held.end('b');
  expect(await b).toBe('b');
  await Promise.resolve();
  expect(held.begun).toEqual(['a', 'b', 'c']);
  held.end('a');
  await a;
  held.end('c');
  await c;
  held.end('d');
  expect(await d).toBe('d');
});

it('tells what comes on top of a full line to come back', async () => {
  const [line, held] = [new WorkLine(1, 1), new Held()];
  const running = line.run(held.work('running'));
  const waiting = line.run(held.work('waiting'));
  await expect(line.run(held.work('too many'))).rejects.toThrow(
    expect.objectContaining({ code: 'authentication-unavailable' }),
  );
  held.end('running');
  await running;
  await Promise.resolve();
  held.end('waiting');
  await waiting;
  expect(held.begun).toEqual(['running', 'waiting']);
});

it('gives the place of work that fails to the next', async () => {
  const [line, held] = [new WorkLine(1, 1), new Held()];
  const failing = line.run(held.work('failing'));
  const next = line.run(held.work('next'));
  held.end('failing', new Error('no'));
  await expect(failing).rejects.toThrow('no');
  await Promise.resolve();
  held.end('next');
  expect(await next).toBe('next');
  const later = line.run(held.work('later'));
  held.end('later');
  expect(await later).toBe('later');
});
