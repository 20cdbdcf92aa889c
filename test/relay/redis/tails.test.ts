// The logs of a partition that a node follows: what a SUBSCRIBE waits for, and what it is told when that cannot be had.
import { describe, expect, it } from 'vitest';
import type { NoPage } from '../../../src/relay/redis/pages.ts';
import { Tails } from '../../../src/relay/redis/tails.ts';

/** Tails of a server that answers only from some time on. */
function tailsOf(answersAt: number, error: Error): Tails {
  let now = 0;
  return new Tails({
    read: async (): Promise<NoPage> => {
      if (now < answersAt) throw error;
      return { fence: 'a' } as NoPage;
    },
    deliver: () => {},
    mended: () => {},
    clock: () => ++now,
    exact: () => true,
  });
}

describe('a log that is followed', () => {
  it('is asked for again until its server answers', async () => {
    const tails = tailsOf(1, new Error('CLUSTERDOWN The cluster is down'));
    await tails.open('/topic/a', 5);
    expect([...tails.all].map(({ opened }) => opened)).toEqual([true]);
  });

  it('is refused as the broker that is away, whatever the server or the connection says', async () => {
    for (const text of ['CLUSTERDOWN The cluster is down', 'Connection is closed.'])
      await expect(tailsOf(9, new Error(text)).open('/topic/a', 1)).rejects.toMatchObject({
        code: 'relay-unavailable',
        message: expect.stringContaining(text),
      });
  });
});
