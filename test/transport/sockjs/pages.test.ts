// Greeting, iframe page and info, as the protocol document tests them.
import { describe, expect, it } from 'vitest';
import { protocolServer, TestEndpoint } from './endpoint.ts';
import {
  expectCachedForLong,
  expectContentType,
  expectCors,
  expectNoCookie,
  expectNotAllowed,
  expectNotCached,
  expectPreflight,
} from './expectations.ts';
import { ask } from './raw-http.ts';

const { url: services, echo } = await protocolServer();

describe('greeting', () => {
  it('is said with and without a slash at the end', async () => {
    for (const url of [echo, `${echo}/`]) {
      const response = await ask('GET', url);
      expect(response.status).toBe(200);
      expectContentType(response, 'text/plain;charset=UTF-8');
      expect(response.body).toBe('Welcome to SockJS!\n');
      expectNoCookie(response);
    }
  });

  it('is for GET alone', async () => {
    expectNotAllowed(await ask('POST', echo));
  });

  it('is not said at other paths', async () => {
    for (const path of ['/a', '/a.html', '//', '///', '/a/a', '/a/a/', '/a/'])
      expect((await ask('GET', echo + path)).status, path).toBe(404);
  });

  it('is not said, nor anything else, where only the beginning is that of the prefix', async () => {
    const { status, headers } = await ask('GET', `${echo}es`);
    expect(status).toBe(404);
    expect(headers.vary, 'ours would vary by origin').toBeUndefined();
  });
});

describe('iframe page', () => {
  const page =
    /^<!DOCTYPE html>\n<html>\n<head>\n(?: {2}<meta .*\n){2} {2}<script>\n {4}document\.domain = document\.domain;\n {4}_sockjs_onload = function\(\)\{SockJS\.bootstrap_iframe\(\);\};\n {2}<\/script>\n {2}<script src="([^"]*)"><\/script>\n<\/head>\n<body>\n {2}<h2>Don't panic!<\/h2>\n {2}<p>This is a SockJS hidden iframe\. It's used for cross domain magic\.<\/p>\n<\/body>\n<\/html>$/;

  it('is served under any version, and may be kept', async () => {
    const paths = [
      '.html',
      '-a.html',
      '-.html',
      '-0.1.2.html',
      '-0.1.2abc-dirty.2144.html',
      '-a.html?t=1234',
    ];
    for (const path of paths) {
      const response = await ask('GET', `${echo}/iframe${path}`);
      expect(response.status, path).toBe(200);
      expectContentType(response, 'text/html;charset=UTF-8');
      expectCachedForLong(response);
      expect(response.headers.etag).toBeTruthy();
      expect(response.headers['last-modified']).toBeUndefined();
      expectNoCookie(response);
      expect(page.exec(response.body.trim())?.[1]).toBe('/echo/sockjs.min.js');
    }
  });

  it('is not served under names that only look like it', async () => {
    const paths = [
      'iframe.htm',
      'iframe',
      'IFRAME.HTML',
      'IFRAME',
      'iframe.HTML',
      'iframe.xml',
      'iframe-/.html',
    ];
    for (const path of paths) expect((await ask('GET', `${echo}/${path}`)).status, path).toBe(404);
  });

  it('is not sent again to who has it', async () => {
    const { headers } = await ask('GET', `${echo}/iframe.html`);
    const again = await ask('GET', `${echo}/iframe.html`, { headers: { 'If-None-Match': headers.etag! } });
    expect(again.status).toBe(304);
    expect(again.headers['content-type']).toBeUndefined();
    expect(again.body).toBe('');
  });

  it('loads the script of sockjs-client from the endpoint, with its licence', async () => {
    const script = await ask('GET', `${echo}/sockjs.min.js`);
    expect(script.status).toBe(200);
    expectContentType(script, 'application/javascript;charset=UTF-8');
    expectCachedForLong(script);
    expect(script.body).toMatch(/^\/\* sockjs-client v1\.6\S* \| http:\/\/sockjs\.org \| MIT license \*\//);
  });

  it('is off, with its script and htmlfile, when origins are listed', async () => {
    const listed = await TestEndpoint.start({ origins: ['https://a.example'] });
    for (const path of ['/iframe.html', '/sockjs.min.js', '/0/0/htmlfile?c=x'])
      expect((await listed.get(path)).status, path).toBe(404);
    listed.stop();
  });

  it('may stand in pages of its own origin alone when no origin is listed', async () => {
    const own = await TestEndpoint.start({ origins: [] });
    expect((await own.get('/iframe.html')).headers['x-frame-options']).toBe('SAMEORIGIN');
    own.stop();
    expect((await ask('GET', `${echo}/iframe.html`)).headers['x-frame-options']).toBeUndefined();
  });
});

describe('info', () => {
  const infoOf = async (service: string): Promise<Record<string, unknown>> =>
    JSON.parse((await ask('GET', `${services}/${service}/info`)).body) as Record<string, unknown>;

  it('tells what the endpoint offers, and is never kept', async () => {
    const response = await ask('GET', `${echo}/info`);
    expect(response.status).toBe(200);
    expectContentType(response, 'application/json;charset=UTF-8');
    expectNoCookie(response);
    expectNotCached(response);
    expectCors(response);
    const info = JSON.parse(response.body) as { entropy: number };
    expect(info).toMatchObject({ websocket: true, cookie_needed: false, origins: ['*:*'] });
    expect(info.entropy).toBeGreaterThanOrEqual(0);
    expect(info.entropy).toBeLessThan(2 ** 32);
  });

  it('gives other entropy each time', async () => {
    expect((await infoOf('echo')).entropy).not.toBe((await infoOf('echo')).entropy);
  });

  it('answers pages of other origins, those without one with a star', async () => {
    await expectPreflight(`${echo}/info`, 'OPTIONS, GET');
  });

  it('tells that WebSocket is off', async () => {
    expect((await infoOf('disabled_websocket_echo')).websocket).toBe(false);
  });

  it('tells that the cookie is needed, without setting it', async () => {
    expect((await infoOf('cookie_needed_echo')).cookie_needed).toBe(true);
    expectNoCookie(await ask('GET', `${services}/cookie_needed_echo/info`));
  });
});
