// Who is no member of a room has nothing of it over HTTP, by any route that the document knows; members do.
import { expect, it } from 'vitest';
import { type ChatApi, chat } from './chat-api.ts';

type Method = Parameters<ChatApi['ask']>[0];

/** What a request says, where it says something. */
const bodies: Readonly<Record<string, object>> = {
  'POST /rooms/{roomId}/messages': { content: 'hi' },
  'PATCH /rooms/{roomId}/messages/{messageId}': { content: 'hi' },
  'PATCH /rooms/{roomId}': { name: 'mine' },
  'PUT /rooms/{roomId}/read': { number: 1 },
};
const order: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

interface Route {
  readonly method: Method;
  readonly path: string;
}

/** All routes about a room; those that take something away come last, the smaller before the larger. */
function routesOf(api: ChatApi): Route[] {
  return Object.entries(api.described!.document.paths)
    .filter(([path]) => path.includes('{roomId}'))
    .flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => ({ method: method.toUpperCase() as Method, path })),
    )
    .map(({ method, path }) => ({ method, path: path.replace('/api/chat', '') }))
    .sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method) || b.path.length - a.path.length);
}

async function privateRoom(): Promise<{ readonly api: ChatApi; readonly number: number }> {
  const api = await chat({ rooms: 'members', systemMessages: 'off' });
  await api.post('/rooms', { id: 'r', kind: 'private' }, { as: 'kim' });
  await api.ask('PUT', '/rooms/r/members/lee', { as: 'kim', body: {} });
  const { body } = await api.post('/rooms/r/messages', { content: 'secret' }, { as: 'kim' });
  return { api, number: (body as { number: number }).number };
}

function asked({ method, path }: Route, room: string, number: number, as: string) {
  const filled = path
    .replace('{roomId}', room)
    .replace('{messageId}', String(number))
    .replace('{emoji}', encodeURIComponent('👍'))
    .replace('{userId}', 'lee');
  expect(filled).not.toMatch(/[{}]/); // a new kind of path wants a value here
  const body = bodies[`${method} ${path}`];
  return [method, filled, { as, ...(body && { body }) }] as const;
}

it('a stranger is told the same of a private room as of one that is not there, by every route', async () => {
  const { api, number } = await privateRoom();
  const routes = routesOf(api);
  expect(routes.length).toBeGreaterThan(15);
  for (const route of routes) {
    const named = `${route.method} ${route.path}`;
    const [there, nowhere] = [
      await api.ask(...asked(route, 'r', number, 'eve')),
      await api.ask(...asked(route, 'nowhere', number, 'eve')),
    ];
    expect(there.body, named).toMatchObject({ status: 404, type: 'urn:stompwire:problem:no-such-room' });
    expect(JSON.stringify(there.body), named).not.toContain('secret');
    const detail = ({ body }: typeof there): unknown => (body as { detail: unknown }).detail;
    expect(String(detail(there)).replaceAll("'r'", "'nowhere'"), named).toBe(detail(nowhere));
  }
  expect([...api.kit.server.users.sessions()]).toEqual([]);
  const { messages } = await api.kit.server.history.page('/topic/chat-room/r');
  expect(messages).toHaveLength(1);
});

it('an owner is let in by every route', async () => {
  const { api, number } = await privateRoom();
  const stream = '/rooms/{roomId}/subscribe';
  for (const route of routesOf(api).filter(({ path }) => path !== stream)) {
    const { status } = await api.ask(...asked(route, 'r', number, 'kim'));
    expect(status, `${route.method} ${route.path}`).toBeLessThan(300);
  }
  expect((await api.get('/rooms/r', { as: 'kim' })).status).toBe(404); // the last of them ended it
});

it('search, lists and presence show a stranger nothing of it', async () => {
  const { api } = await privateRoom();
  const eve = { as: 'eve' };
  const search = { query: { q: 'secret' } };
  expect((await api.get('/rooms/r/messages', { as: 'lee', ...search })).body).toHaveLength(1);
  expect((await api.get('/rooms/r/messages', { ...eve, ...search })).status).toBe(404);
  for (const of of ['mine', 'public'])
    expect((await api.get('/rooms', { ...eve, query: { of } })).body, of).toEqual([]);
  expect((await api.get('/rooms', { as: 'lee' })).body).toHaveLength(1);
  for (const { path } of routesOf(api).filter(({ method }) => method === 'GET'))
    expect(
      JSON.stringify((await api.get(path.replace('{roomId}', 'r').replace(/\{.*\}/, '1'), eve)).body),
    ).not.toContain('kim');
});

it('a stranger’s page that embeds a stream as an image lets nobody into a room', async () => {
  const api = await chat({ rooms: 'open' });
  const image = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
  for (const site of ['cross-site', 'same-site']) {
    const headers = { ...image, 'sec-fetch-site': site };
    const answer = await api.ask('GET', '/rooms/r/subscribe', { as: 'kim', headers });
    expect(answer).toMatchObject({ status: 403, body: { code: 'denied' } });
  }
  expect((await api.get('/rooms', { as: 'kim' })).body).toEqual([]);
  const headers = { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' };
  await api.stream('/rooms/r/subscribe', { as: 'kim', headers });
  expect((await api.get('/rooms', { as: 'kim' })).body).toMatchObject([{ id: 'r' }]);
});
