// What is new in the streams of a feed: who is woken by it, and how often.
import { Buffer } from 'node:buffer';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RedisNews } from '../../../src/history/feeds/redis-news.ts';
import type { Partition } from '../../../src/history/feeds/redis-partitions.ts';
import type { Reply } from '../../../src/redis/connection.ts';

/** News over a connection that answers when it is told to. */
function newsOver() {
  const calls: { readonly args: readonly unknown[]; answer(reply: Reply): void; fail(): void }[] = [];
  const call = (...args: unknown[]): Promise<Reply> =>
    new Promise((answer, reject) => {
      calls.push({ args, answer, fail: () => reject(new Error('it is away')) });
    });
  const news = new RedisNews({ call, close: () => {} }, { feed: (number) => `feed ${number}` });
  return { news, calls };
}

const partition = (number: number, last: string): Partition => ({
  number,
  from: '>',
  last,
  fault: undefined,
});

/** The streams as the third and as the second version of the protocol give them. */
const entries = (id: string): Reply => [[Buffer.from(id), [Buffer.from('e'), Buffer.from('1')]]];
const pairs: Reply = [[Buffer.from('feed 2'), entries('9-0')]];
const flat: Reply = [Buffer.from('feed 2'), entries('9-0')];

afterEach(() => {
  vi.useRealTimers();
});

describe('news of a feed', () => {
  it.each([
    ['pairs', pairs],
    ['one list', flat],
  ])(
    'in %s moves on what was read last of the partition that has some, so that it wakes nobody again',
    async (_, reply) => {
      const { news, calls } = newsOver();
      const partitions = [partition(1, '3-0'), partition(2, '4-0')];
      const came = news.behind(partitions);
      expect(calls[0]!.args.slice(-5)).toEqual(['STREAMS', 'feed 1', 'feed 2', '3-0', '4-0']);
      calls[0]!.answer(reply);
      await came;
      expect(partitions.map(({ last }) => last)).toEqual(['3-0', '9-0']);
      void news.behind(partitions);
      expect(calls[1]!.args.slice(-2)).toEqual(['3-0', '9-0']);
    },
  );

  it('takes nothing back that was read meanwhile', async () => {
    const { news, calls } = newsOver();
    const partitions = [partition(2, '4-0')];
    const came = news.behind(partitions);
    partitions[0]!.last = '12-0';
    calls[0]!.answer(pairs);
    await came;
    expect(partitions[0]!.last).toBe('12-0');
  });

  it('is waited for once by however many, and again when nothing came', async () => {
    const { news, calls } = newsOver();
    const came = [news.behind([partition(1, '3-0')]), news.behind([partition(2, '4-0')])];
    expect(calls).toHaveLength(1);
    calls[0]!.answer(null);
    await Promise.all(came);
    void news.behind([partition(1, '3-0')]);
    expect(calls).toHaveLength(2);
  });

  it('that cannot be had is asked for again after a pause', async () => {
    vi.useFakeTimers();
    const { news, calls } = newsOver();
    let over = false;
    const came = news.behind([partition(1, '3-0')]).then(() => {
      over = true;
    });
    calls[0]!.fail();
    await vi.advanceTimersByTimeAsync(99);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await came;
  });
});
