// A page of a log of nothing but changes: a small one takes no more looks at the log than a large one.
import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { foldedPage } from '../../../src/chat/messages/folded.ts';
import type { Gathering } from '../../../src/chat/messages/gathering.ts';
import type { History, HistoryMessage } from '../../../src/index.ts';

const messageOf = (number: number, messageType: string): HistoryMessage => ({
  ...{ destination: '/topic/r', messageId: `m.${number}`, number, time: number, sender: 'kim' },
  ...{ contentType: 'application/json', headers: {}, tombstone: undefined },
  body: Buffer.from(JSON.stringify({ id: `${number}`, content: '', messageType })),
});

/** One message that was said, and behind it so many reactions. */
const log = (reactions: number): HistoryMessage[] =>
  Array.from({ length: reactions + 1 }, (_, at) => messageOf(at + 1, at === 0 ? 'MESSAGE' : 'REACTION'));

it('is filled, or ends, after a few looks', async () => {
  for (const [reactions, found] of [
    [1900, [1]],
    [20_000, []],
  ] as const) {
    const newest = log(reactions).reverse();
    let looks = 0;
    const history: Pick<History, 'page' | 'cursorBehind'> = {
      page: async (_, { cursor = '0', limit = 0 } = {}) => {
        looks++;
        const end = Number(cursor) + limit;
        const next = end < newest.length ? `${end}` : undefined;
        return { messages: newest.slice(Number(cursor), end), next };
      },
      cursorBehind: () => 'behind',
    };
    const gathering = { of: async () => [] } as unknown as Gathering;
    const parts = { history, gathering, destinationOf: () => '/topic/r' };
    const page = await foldedPage(parts, 'r', { limit: 1 });
    expect(page.messages.map(({ at }) => at.number)).toEqual(found);
    expect(looks).toBeLessThan(15);
  }
});
