// jsonp and jsonp_send, and the cookie for balancers, as the protocol document tests them.
import { describe, expect, it } from 'vitest';
import { freshPath, protocolServer } from './endpoint.ts';
import { expectContentType, expectNotCached } from './expectations.ts';
import { ask, type Response, stream } from './raw-http.ts';

const { url: services, echo } = await protocolServer();

describe('jsonp', () => {
  const post = (url: string, body: string, type = 'application/x-www-form-urlencoded'): Promise<Response> =>
    ask('POST', `${url}/jsonp_send`, { body, headers: { 'Content-Type': type } });
  const poll = (url: string, callback = 'x'): Promise<Response> => ask('GET', `${url}/jsonp?c=${callback}`);

  it('calls the function with each frame, and takes forms', async () => {
    const url = echo + freshPath();
    const opened = await poll(url, '%63allback');
    expect(opened.status).toBe(200);
    expectContentType(opened, 'application/javascript;charset=UTF-8');
    expectNotCached(opened);
    expect(opened.body).toBe('callback("o");\r\n');
    const sent = await post(url, 'd=%5B%22x%22%5D');
    expect(sent.status).toBe(200);
    expect(sent.body).toBe('ok');
    expectContentType(sent, 'text/plain;charset=UTF-8');
    expectNotCached(sent);
    expect((await poll(url, '%63allback')).body).toBe(`${String.raw`callback("a[\"x\"]");`}\r\n`);
  });

  it('needs the name of a function, and nothing but a name', async () => {
    for (const name of ['jsonp', 'htmlfile']) {
      const nothing = await ask('GET', `${echo}/a/a/${name}`);
      expect(nothing.status).toBe(500);
      expect(nothing.body).toContain('"callback" parameter required');
      const code = await ask('GET', `${echo}/a/a/${name}?c=alert(1)//`);
      expect(code.status).toBe(500);
      expect(code.body).toContain('invalid "callback" parameter');
    }
  });

  it('refuses what is no JSON and what is nothing, and goes on', async () => {
    const url = echo + freshPath();
    expect((await poll(url)).body).toBe('x("o");\r\n');
    const broken = await post(url, 'd=%5B%22x');
    expect(broken.status).toBe(500);
    expect(broken.body).toContain('Broken JSON encoding.');
    for (const body of ['', 'd=', 'p=p']) {
      const response = await post(url, body);
      expect(response.status).toBe(500);
      expect(response.body).toContain('Payload expected.');
    }
    expect((await post(url, 'd=%5B%22b%22%5D')).body).toBe('ok');
    expect((await poll(url)).body).toBe(`${String.raw`x("a[\"b\"]");`}\r\n`);
  });

  it('takes the payload itself, when the content type says so', async () => {
    const url = echo + freshPath();
    await poll(url);
    expect((await post(url, 'd=%5B%22abc%22%5D')).body).toBe('ok');
    expect((await post(url, '["%61bc"]', 'text/plain')).body).toBe('ok');
    expect((await poll(url)).body).toBe(`${String.raw`x("a[\"abc\",\"%61bc\"]");`}\r\n`);
  });

  it('says how a session ended to every poll', async () => {
    const url = `${services}/close${freshPath()}`;
    expect((await poll(url)).body).toBe('x("o");\r\n');
    for (let i = 0; i < 2; i++)
      expect((await poll(url)).body).toBe(`${String.raw`x("c[3000,\"Go away!\"]");`}\r\n`);
  });
});

describe('the cookie for balancers', () => {
  const cookied = (url: string, method: string, headers = {}): Promise<string | undefined> =>
    stream(method, url, { headers }).then(({ head, http }) => {
      http.close();
      expect(head.status).toBeLessThan(300);
      return head.headers['set-cookie'];
    });

  it('is set by every transport, for the whole site', async () => {
    const asked = {
      xhr: 'POST',
      xhr_streaming: 'POST',
      eventsource: 'GET',
      'htmlfile?c=x': 'GET',
      'jsonp?c=x': 'GET',
    };
    for (const [name, method] of Object.entries(asked))
      expect(await cookied(`${services}/cookie_needed_echo${freshPath()}/${name}`, method), name).toBe(
        'JSESSIONID=dummy; path=/',
      );
  });

  it('is set by uploads too', async () => {
    const url = `${services}/cookie_needed_echo${freshPath()}`;
    await ask('GET', `${url}/jsonp?c=x`);
    const sent = await ask('POST', `${url}/jsonp_send`, { body: '["x"]' });
    expect(sent.headers['set-cookie']).toBe('JSESSIONID=dummy; path=/');
  });

  it('comes back as the client has it', async () => {
    const headers = { Cookie: 'a=b; JSESSIONID=abcdef; c=d' };
    const url = `${services}/cookie_needed_echo${freshPath()}/xhr`;
    expect(await cookied(url, 'POST', headers)).toBe('JSESSIONID=abcdef; path=/');
  });

  it('is not set where it is not wanted', async () => {
    expect(await cookied(`${echo + freshPath()}/xhr`, 'POST')).toBeUndefined();
  });
});
