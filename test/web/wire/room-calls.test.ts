// What people do with rooms over HTTP: what is asked, who asks, and what a refusal is in words.
import { expect, it } from 'vitest';
import { Api } from '../../../src/web/wire/api.ts';
import { ApiProblem, problemWords } from '../../../src/web/wire/api-problem.ts';
import { credentialsOf } from '../../../src/web/wire/credentials.ts';
import { RoomCalls } from '../../../src/web/wire/room-calls.ts';

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

/** A service that answers the same to everything. */
function service(status: number, body: unknown, link = ''): { calls: RoomCalls; asked: Asked[] } {
  const asked: Asked[] = [];
  const fetcher = (async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    return new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { link } });
  }) as typeof fetch;
  const credentials = credentialsOf({ name: '김 kim', secret: '' }, 'name');
  return { calls: new RoomCalls(new Api('/api/chat', credentials, fetcher, () => 0)), asked };
}

it('each call asks in the name of who is signed in, whatever stands in the names', async () => {
  const { calls, asked } = service(204, undefined);
  await calls.put('r', 'a/b?', 'reader');
  await calls.remove('방', 'lee');
  await calls.rename('r', 'New');
  await calls.delete('r');
  const me = 'userId=%EA%B9%80+kim';
  expect(asked.map(({ url, init }) => [init.method, url, init.body ?? ''])).toEqual([
    ['PUT', `/api/chat/rooms/r/members/a%2Fb%3F?${me}`, '{"role":"reader"}'],
    ['DELETE', `/api/chat/rooms/%EB%B0%A9/members/lee?${me}`, ''],
    ['PATCH', `/api/chat/rooms/r?${me}`, '{"name":"New"}'],
    ['DELETE', `/api/chat/rooms/r?${me}`, ''],
  ]);
});

it('members come part by part', async () => {
  const next = '</api/chat/rooms/r/members?limit=100&after=l%26e>; rel="next"';
  const items = [{ user: 'kim', role: 'owner' }, { user: 'lee', role: 'none such' }, { role: 'owner' }];
  const { calls, asked } = service(200, items, next);
  expect(await calls.members('r', 'a&b')).toEqual({
    items: [
      { user: 'kim', role: 'owner' },
      { user: 'lee', role: 'member' },
    ],
    after: 'l&e',
  });
  expect(new URL(asked[0]!.url, 'http://a').searchParams.get('after')).toBe('a&b');
  expect((await service(200, items).calls.members('r')).after).toBeUndefined();
});

it('a refusal is told by its problem, or in general', async () => {
  const refused = service(409, { type: 'urn:stompwire:problem:room-exists', detail: "room 'r' is there" });
  const thrown = await refused.calls.create({ name: 'r', kind: 'public' }).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ApiProblem);
  expect(problemWords(thrown)).toBe('There is a room of this name already.');
  for (const other of [new ApiProblem('none-such', 'x'), new TypeError('no network'), undefined])
    expect(problemWords(other)).toBe('That did not work. Please try again.');
  await expect(service(200, { name: 'no id' }).calls.direct('lee')).rejects.toThrow();
});
