// Old messages over HTTP: page by page in both directions, and those around one.
import { expect, it } from 'vitest';
import { Api } from '../../../src/web/wire/api.ts';

const place = (at: number): string => `abcdefghijkl.1000-${at}`;
const message = (at: number) => {
  return { id: `id ${at}`, roomId: 'r', sender: 'Bob', content: `${at}`, messageId: place(at), number: at };
};

/** A service that answers as it is told, by what was asked. */
function service(
  answer: (query: URLSearchParams) => { readonly page: readonly object[]; readonly next?: string },
) {
  const asked: string[] = [];
  const fetcher = (async (url: string) => {
    const { searchParams } = new URL(url, 'http://here');
    asked.push(String(searchParams));
    const { page, next } = answer(searchParams);
    if (next !== undefined) searchParams.set('cursor', next);
    const link = next === undefined ? '' : `</api/rooms/r/messages?${searchParams}>; rel="next"`;
    return new Response(JSON.stringify(page), { headers: { link } });
  }) as typeof fetch;
  return { api: new Api('/api', { connect: {}, http: {}, query: {} }, fetcher, () => 0), asked };
}

it('a message comes with what stands on both sides of it', async () => {
  const { api, asked } = service((query) =>
    query.has('after') ? { page: [message(8), message(9)] } : { page: [message(6), message(7)], next: 'x' },
  );
  const page = await api.around('r', place(7));
  expect(page).toMatchObject({ isStart: false, isEnd: true, from: place(6), to: place(9) });
  expect(page?.arrivals.map((one) => one.kind === 'message' && one.message.content)).toEqual([
    '6',
    '7',
    '8',
    '9',
  ]);
  expect(asked).toEqual(['before=1000008&limit=100', `after=${encodeURIComponent(place(7))}&limit=100`]);
});

it('a message that is not there is not to be had, whatever stands before it', async () => {
  const { api } = service((query) => ({
    page: query.has('after') ? [message(8)] : [message(5), message(6)],
  }));
  expect(await api.around('r', place(7))).toBeUndefined();
});

it('where the log has nothing but changes for long, what follows is asked for until there is something', async () => {
  const { api, asked } = service((query) => {
    const at = Number(query.get('cursor') ?? 0);
    return at < 3 ? { page: [], next: String(at + 1) } : { page: [message(1)], next: '4' };
  });
  expect(await api.older('r', place(9))).toMatchObject({ isStart: false, from: place(1) });
  expect(asked.at(-1)).toBe(`before=${encodeURIComponent(place(9))}&limit=100&cursor=3`);
  const { api: ended } = service((query) => (query.has('cursor') ? { page: [] } : { page: [], next: '1' }));
  expect(await ended.older('r', place(9))).toMatchObject({ isStart: true, from: undefined });
});
