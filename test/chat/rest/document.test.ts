// The document of the chat's routes: by the rules of OpenAPI 3.1, complete, and true.
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatApi } from './chat-api.ts';
import type { Operation } from './described.ts';

let api: ChatApi;

beforeAll(async () => {
  api = await ChatApi.start({ rooms: 'members' });
});
afterAll(() => api.close());

const operations = (): [string, string, Operation][] =>
  Object.entries(api.described!.document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [
      method,
      path,
      operation,
    ]),
  );

describe('the OpenAPI document', () => {
  it('is valid by the schema of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(
      structuredClone(api.described!.document) as unknown as Record<string, unknown>,
    );
    expect(errors).toBeUndefined();
    expect([valid, validator.version]).toEqual([true, '3.1']);
  });

  it('is of OpenAPI 3.1 and has every route, each with a summary, answers and problems', () => {
    expect(api.described!.document.openapi).toBe('3.1.0');
    expect(
      operations()
        .map(([method, path]) => `${method} ${path}`)
        .sort(),
    ).toMatchInlineSnapshot(`
      [
        "delete /api/chat/rooms/{roomId}",
        "delete /api/chat/rooms/{roomId}/members/{userId}",
        "delete /api/chat/rooms/{roomId}/messages/{messageId}",
        "delete /api/chat/rooms/{roomId}/messages/{messageId}/reactions/{emoji}",
        "get /api/chat/presence",
        "get /api/chat/rooms",
        "get /api/chat/rooms/{roomId}",
        "get /api/chat/rooms/{roomId}/members",
        "get /api/chat/rooms/{roomId}/messages",
        "get /api/chat/rooms/{roomId}/messages/{messageId}",
        "get /api/chat/rooms/{roomId}/presence",
        "get /api/chat/rooms/{roomId}/subscribe",
        "get /api/chat/rooms/{roomId}/unread",
        "get /api/chat/unread",
        "get /api/chat/users",
        "patch /api/chat/rooms/{roomId}",
        "patch /api/chat/rooms/{roomId}/messages/{messageId}",
        "post /api/chat/rooms",
        "post /api/chat/rooms/{roomId}/messages",
        "post /api/chat/users/{userId}/rooms",
        "put /api/chat/rooms/{roomId}/members/{userId}",
        "put /api/chat/rooms/{roomId}/messages/{messageId}/reactions/{emoji}",
        "put /api/chat/rooms/{roomId}/read",
      ]
    `);
    for (const [method, path, { summary, responses }] of operations()) {
      const what = `${method} ${path}`;
      expect(summary, what).toMatch(/\w+/);
      expect(Object.keys(responses), what).toEqual(expect.arrayContaining(['4XX', '5XX']));
      expect(
        Object.keys(responses).some((status) => /^2\d\d$/.test(status)),
        what,
      ).toBe(true);
      for (const response of Object.values(responses)) expect(response.description, what).toMatch(/\w+/);
    }
  });

  it('declares each variable of a path, and nothing twice [OpenAPI 3.1, Path Templating, Parameter Object]', () => {
    for (const [method, path, { parameters = [] }] of operations()) {
      const inPath = parameters.filter((one) => one.in === 'path');
      const variables = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name);
      expect(inPath.map(({ name }) => name).sort(), `${method} ${path}`).toEqual(variables.sort());
      expect(inPath.every(({ required }) => required === true)).toBe(true);
      const names = parameters.map((one) => `${one.in} ${one.name}`);
      expect(new Set(names).size).toBe(names.length);
      expect(
        parameters.map((one) => one.in).every((place) => ['path', 'query', 'header'].includes(place)),
      ).toBe(true);
    }
  });

  it('has schemas that are such, references included, and no body where none may be', () => {
    const described = api.described!;
    for (const schema of Object.values(described.document.components.schemas))
      expect(described.compiles(schema)).toBe(true);
    for (const [method, path, { parameters = [], requestBody, responses }] of operations()) {
      if (['get', 'delete'].includes(method)) expect(requestBody, `${method} ${path}`).toBeUndefined();
      const contents = [requestBody, ...Object.values(responses)].flatMap((one) =>
        Object.values(one?.content ?? {}),
      );
      for (const { schema } of [...parameters, ...contents]) expect(described.compiles(schema)).toBe(true);
      expect(responses[204]?.content).toBeUndefined();
    }
  });

  it('is true: each route was seen to answer as it says, and with a problem', async () => {
    const kim = { as: 'kim' };
    const room = await api.post('/rooms', { id: 'r', kind: 'private' }, kim);
    expect(room.status).toBe(201);
    await api.get('/rooms', kim);
    await api.get('/rooms/r', kim);
    await api.ask('PATCH', '/rooms/r', { ...kim, body: { name: 'Ours' } });
    await api.ask('PUT', '/rooms/r/members/lee', { ...kim, body: { role: 'reader' } });
    await api.get('/rooms/r/members', kim);
    await api.post('/rooms/r/messages', { content: 'one', idempotencyKey: 'k' }, kim);
    const said = await api.post('/rooms/r/messages', { content: 'one', idempotencyKey: 'k' }, kim);
    const message = `/rooms/r/messages/${(said.body as { messageId: string }).messageId}`;
    await api.ask('PATCH', message, { ...kim, body: { content: 'two' } });
    await api.ask('PUT', `${message}/reactions/%F0%9F%91%8D`, kim);
    await api.get(message, kim);
    await api.ask('DELETE', `${message}/reactions/%F0%9F%91%8D`, kim);
    await api.get('/rooms/r/messages', kim);
    await api.post('/users/lee/rooms', {}, kim);
    await api.kit.connect({ login: 'lee' });
    await api.get('/users', kim);
    await api.stream('/rooms/r/subscribe', kim);
    await api.get('/rooms/r/presence', kim);
    await api.get('/presence', { ...kim, query: { user: 'lee' } });
    await api.get('/rooms/r/unread', kim);
    await api.get('/unread', kim);
    await api.ask('PUT', '/rooms/r/read', { ...kim, body: { number: 1 } });
    await api.ask('DELETE', message, kim);
    await api.ask('DELETE', '/rooms/r/members/lee', kim);
    await api.ask('DELETE', '/rooms/r', kim);
    for (const [method, path] of operations()) {
      const asked = path
        .replace('/api/chat', '')
        .replace('{roomId}', 'no such room!')
        .replace('{userId}', 'kim')
        .replace('{messageId}', '1')
        .replace('{emoji}', 'x');
      const bad =
        method === 'get' ? { query: { limit: 'many' } } : { body: { content: 5, kind: 5, role: 5 } };
      const answer = await api.ask(method.toUpperCase() as 'GET', encodeURI(asked), { ...kim, ...bad });
      expect(answer.status, `${method} ${path}`).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
    const expected = operations().flatMap(([method, path, { responses }]) =>
      Object.keys(responses)
        .filter((status) => status !== '5XX' && !(path.endsWith('/subscribe') && status === '200'))
        .map((status) => `${method.toUpperCase()} ${path} ${status}`),
    );
    expect([...api.described!.seen].sort()).toEqual(expect.arrayContaining(expected.sort()));
  });

  it('comes with a page to try it, that loads nothing from elsewhere', async () => {
    const { http } = api.kit.server;
    for (const url of ['/api/chat/docs', '/api/chat/docs/']) {
      const page = await http.inject({ url, headers: { host: 'localhost' } });
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-security-policy']).toContain("default-src 'self'");
      const loads = Array.from(page.body.matchAll(/(?:src|href)="([^"]+)"/g), ([, at]) => at!);
      expect(loads.length).toBeGreaterThan(3);
      for (const at of loads) {
        const { pathname, host } = new URL(at, 'http://localhost/api/chat/docs/');
        expect(host).toBe('localhost');
        expect((await http.inject({ url: pathname, headers: { host } })).statusCode, at).toBe(200);
      }
    }
  });
});
