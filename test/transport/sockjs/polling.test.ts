// Session paths, the protocol over xhr and xhr_send, and how sessions are closed, as the protocol document tests them.
import { describe, expect, it } from 'vitest';
import { freshPath, protocolServer } from './endpoint.ts';
import {
  expectContentType,
  expectCors,
  expectNotAllowed,
  expectNotCached,
  expectPreflight,
} from './expectations.ts';
import { ask, type Response } from './raw-http.ts';

const { url: services, echo } = await protocolServer();

const post = (url: string, body = '', headers: Record<string, string> = {}): Promise<Response> =>
  ask('POST', url, { body, headers });
const open = async (url: string): Promise<void> => expect((await post(`${url}/xhr`)).body).toBe('o\n');

describe('session paths', () => {
  it('may hold anything', async () => {
    for (const path of ['/a/a', '/_/_', '/1/1', '/abcdefgh_i-j%20/abcdefg_i-j%20']) await open(echo + path);
  });

  it('may not be empty, hold a dot, or have more or fewer parts', async () => {
    for (const path of ['//', '/a./a', '/a/a.', '/./.', '/', '///', '/a/b/c'])
      for (const method of ['GET', 'POST'])
        expect((await ask(method, `${echo + path}/xhr`)).status, method + path).toBe(404);
  });

  it('name a session by their second part alone', async () => {
    await open(`${echo}/000/ignoring-server`);
    expect((await post(`${echo}/000/ignoring-server/xhr_send`, '["a"]')).status).toBe(204);
    expect((await post(`${echo}/999/ignoring-server/xhr`)).body).toBe('a["a"]\n');
  });
});

describe('xhr and xhr_send', () => {
  it('answer browsers that ask first', async () => {
    for (const name of ['xhr', 'xhr_send']) await expectPreflight(`${echo}/abc/abc/${name}`, 'OPTIONS, POST');
  });

  it('carry messages both ways', async () => {
    const url = echo + freshPath();
    const opened = await post(`${url}/xhr`);
    expect(opened.status).toBe(200);
    expect(opened.body).toBe('o\n');
    expectContentType(opened, 'application/javascript;charset=UTF-8');
    expectCors(opened);
    expectNotCached(opened);
    const sent = await post(`${url}/xhr_send`, '["x"]');
    expect(sent.status).toBe(204);
    expect(sent.headers['content-length']).toBeUndefined(); // [RFC 9110, 8.6]
    expectContentType(sent, 'text/plain;charset=UTF-8');
    expectCors(sent);
    expectNotCached(sent);
    const received = await post(`${url}/xhr`);
    expect(received.status).toBe(200);
    expect(received.body).toBe('a["x"]\n');
  });

  it('have no session before the first poll', async () => {
    expect((await post(`${echo + freshPath()}/xhr_send`, '["x"]')).status).toBe(404);
  });

  it('refuse what is no JSON and what is nothing, and go on', async () => {
    const url = echo + freshPath();
    await open(url);
    const refused = [
      ['["x', 'Broken JSON encoding.'],
      ['', 'Payload expected.'],
      ['{"a":1}', 'Payload expected.'],
      ['[1]', 'Payload expected.'],
      ['null', 'Payload expected.'],
    ] as const;
    for (const [body, text] of refused) {
      const response = await post(`${url}/xhr_send`, body);
      expect(response.status, body).toBe(500);
      expect(response.body).toContain(text);
      expectCors(response);
    }
    expect((await post(`${url}/xhr_send`, '["a"]')).status).toBe(204);
    expect((await post(`${url}/xhr`)).body).toBe('a["a"]\n');
  });

  it('take any content type', async () => {
    const url = echo + freshPath();
    await open(url);
    const json = ['application/json', 'application/json; charset=utf-8'];
    const types = ['text/plain', 'T', 'application/xml', '', 'text/xml; charset=utf-8', 'text/xml', ...json];
    for (const type of types)
      expect((await post(`${url}/xhr_send`, '["a"]', { 'Content-Type': type })).status, type).toBe(204);
    expect((await post(`${url}/xhr`)).body).toBe(`a[${types.map(() => '"a"').join()}]\n`);
  });

  it('allow the headers that the page wants to send', async () => {
    const poll = (headers: Record<string, string>): Promise<Response> =>
      post(`${echo + freshPath()}/xhr`, '', headers);
    const asked = await poll({ 'Access-Control-Request-Headers': 'a, b, c' });
    expectCors(asked);
    expect(asked.headers['access-control-allow-headers']).toBe('a, b, c');
    for (const headers of [{ 'Access-Control-Request-Headers': '' }, {}]) {
      const response = await poll(headers);
      expectCors(response);
      expect(response.headers['access-control-allow-headers']).toBeUndefined();
    }
  });

  it('tell a page of another origin, by name, that it may read', async () => {
    const response = await post(`${echo + freshPath()}/xhr`, '', { Origin: 'https://a.example' });
    expectCors(response, 'https://a.example');
    expect(response.headers.vary).toBe('Origin');
  });

  it('allow no other method', async () => {
    const url = echo + freshPath();
    for (const name of ['xhr', 'xhr_send', 'xhr_streaming', 'jsonp_send'])
      for (const method of ['GET', 'PUT']) expectNotAllowed(await ask(method, `${url}/${name}`));
    for (const name of ['eventsource', 'htmlfile', 'jsonp'])
      expectNotAllowed(await ask('POST', `${url}/${name}`));
  });
});

describe('a session that the server closed', () => {
  it('says so to every poll', async () => {
    const url = `${services}/close${freshPath()}`;
    await open(url);
    for (let i = 0; i < 3; i++) {
      const response = await post(`${url}/xhr`);
      expect(response.status).toBe(200);
      expect(response.body).toBe('c[3000,"Go away!"]\n');
    }
  });

  it('takes no more messages', async () => {
    const url = `${services}/close${freshPath()}`;
    await open(url);
    expect((await post(`${url}/xhr_send`, '["x"]')).status).toBe(404);
  });
});

describe('characters that browsers mangle', () => {
  const codes = (ranges: readonly (readonly [number, number])[]): number[] =>
    ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
  const escaped = (all: readonly number[]): string =>
    `"${all.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}"`;
  const echoed = async (payload: string): Promise<string> => {
    const url = echo + freshPath();
    await open(url);
    expect((await post(`${url}/xhr_send`, payload)).status).toBe(204);
    return (await post(`${url}/xhr`)).body.trim().slice(2, -1);
  };

  it('are sent escaped', async () => {
    const mangled = escaped(
      codes([
        [0x200c, 0x200f],
        [0x2028, 0x202f],
        [0x2060, 0x206f],
        [0xfff0, 0xffff],
      ]),
    );
    expect(await echoed(`["${JSON.parse(mangled)}"]`)).toBe(mangled);
  });

  it('are taken escaped, halves of surrogate pairs among them', async () => {
    const all = escaped(
      codes([
        [0x00, 0x1f],
        [0x7f, 0x9f],
        [0x300, 0x362],
        [0x600, 0x604],
        [0x2000, 0x20ff],
        [0xd800, 0xdfff],
        [0xfb1d, 0xfb4e],
        [0xfff0, 0xffff],
      ]),
    );
    expect(JSON.parse(await echoed(`[${all}]`))).toBe(JSON.parse(all));
  });
});
