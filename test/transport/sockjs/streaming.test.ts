// xhr_streaming, eventsource and htmlfile, and their one receiver at a time, as the protocol document tests them.
import { describe, expect, it } from 'vitest';
import { freshPath, protocolServer } from './endpoint.ts';
import { expectContentType, expectCors, expectNotCached, expectPreflight } from './expectations.ts';
import { ask, type RawHttp, stream } from './raw-http.ts';

const { url: services, echo } = await protocolServer();

const send = async (url: string, payload: string): Promise<void> =>
  expect((await ask('POST', `${url}/xhr_send`, { body: payload })).status).toBe(204);

describe('xhr_streaming', () => {
  const prelude = `${'h'.repeat(2048)}\n`;

  it('answers browsers that ask first', async () => {
    await expectPreflight(`${echo}/abc/abc/xhr_streaming`, 'OPTIONS, POST');
  });

  it('sends a prelude, and each frame as a chunk', async () => {
    const url = echo + freshPath();
    const { head, http } = await stream('POST', `${url}/xhr_streaming`);
    expect(head.status).toBe(200);
    expectContentType(head, 'application/javascript;charset=UTF-8');
    expectCors(head);
    expectNotCached(head);
    expect(await http.chunk()).toBe(prelude);
    expect(await http.chunk()).toBe('o\n');
    await send(url, '["x"]');
    expect(await http.chunk()).toBe('a["x"]\n');
    http.close();
  });

  it('ends a response at the limit, the prelude not counted', async () => {
    const url = echo + freshPath();
    const { http } = await stream('POST', `${url}/xhr_streaming`);
    expect(await http.chunk()).toBe(prelude);
    expect(await http.chunk()).toBe('o\n');
    const message = `"${'x'.repeat(128)}"`;
    for (let i = 0; i < 31; i++) {
      await send(url, `[${message}]`);
      expect(await http.chunk()).toBe(`a[${message}]\n`);
    }
    expect(await http.chunk()).toBe('');
  });
});

describe('eventsource', () => {
  it('sends events', async () => {
    const url = echo + freshPath();
    const { head, http } = await stream('GET', `${url}/eventsource`);
    expect(head.status).toBe(200);
    expectContentType(head, 'text/event-stream;charset=UTF-8');
    expectNotCached(head);
    expect(await http.chunk()).toBe('\r\n');
    expect(await http.chunk()).toBe('data: o\r\n\r\n');
    await send(url, '["x"]');
    expect(await http.chunk()).toBe('data: a["x"]\r\n\r\n');
    await send(url, String.raw`["  \u0000\n\r "]`);
    expect(await http.chunk()).toBe(`${String.raw`data: a["  \u0000\n\r "]`}\r\n\r\n`);
    http.close();
  });

  it('says per cent in a way that decoding as an address leaves alone, for sockjs-client does that', async () => {
    const url = echo + freshPath();
    const { http } = await stream('GET', `${url}/eventsource`);
    await http.chunk();
    await http.chunk();
    for (const text of ['100%', '%41', '\\%25"%']) {
      await send(url, JSON.stringify([text]));
      const event = decodeURI((await http.chunk()).trimEnd());
      expect(JSON.parse(event.slice('data: a'.length))).toEqual([text]);
    }
    http.close();
  });

  it('ends a response at the limit', async () => {
    const url = echo + freshPath();
    const { http } = await stream('GET', `${url}/eventsource`);
    await http.chunk();
    expect(await http.chunk()).toBe('data: o\r\n\r\n');
    const message = `"${'x'.repeat(4096)}"`;
    await send(url, `[${message}]`);
    expect(await http.chunk()).toBe(`data: a[${message}]\r\n\r\n`);
    expect(await http.chunk()).toBe('');
  });
});

describe('htmlfile', () => {
  const page = (callback: string): string => `<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.${callback};
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>`;
  const frame = (inside: string): string => `<script>\np("${inside}");\n</script>\r\n`;

  it('sends a page that grows by a script for each frame', async () => {
    const url = echo + freshPath();
    const { head, http } = await stream('GET', `${url}/htmlfile?c=%63allback`);
    expect(head.status).toBe(200);
    expectContentType(head, 'text/html;charset=UTF-8');
    expectNotCached(head);
    const begin = await http.chunk();
    expect(begin.trim()).toBe(page('callback'));
    expect(begin.length).toBeGreaterThan(1024);
    expect(await http.chunk()).toBe(frame('o'));
    await send(url, '["x"]');
    expect(await http.chunk()).toBe(frame(String.raw`a[\"x\"]`));
    http.close();
  });

  it('lets no message end its script', async () => {
    const url = echo + freshPath();
    const { http } = await stream('GET', `${url}/htmlfile?c=callback`);
    await http.chunk();
    await http.chunk();
    await send(url, '["</script><script>alert(1)"]');
    expect(await http.chunk()).toBe(frame(String.raw`a[\"\u003c/script>\u003cscript>alert(1)\"]`));
    http.close();
  });

  it('ends a response at the limit', async () => {
    const url = echo + freshPath();
    const { http } = await stream('GET', `${url}/htmlfile?c=callback`);
    await http.chunk();
    await http.chunk();
    await send(url, `["${'x'.repeat(4096)}"]`);
    expect(await http.chunk()).toBe(frame(String.raw`a[\"${'x'.repeat(4096)}\"]`));
    expect(await http.chunk()).toBe('');
  });
});

describe('a streaming receiver', () => {
  const begin = async (url: string): Promise<RawHttp> => {
    const { http } = await stream('POST', `${url}/xhr_streaming`);
    await http.chunk();
    return http;
  };

  it('is told why the session ended, and so is the next one', async () => {
    const url = `${services}/close${freshPath()}`;
    const first = await begin(url);
    expect(await first.chunk()).toBe('o\n');
    expect(await first.chunk()).toBe('c[3000,"Go away!"]\n');
    const second = await begin(url);
    expect(await second.chunk()).toBe('c[3000,"Go away!"]\n');
    expect(await first.chunk()).toBe('');
    expect(await second.chunk()).toBe('');
  });

  it('is refused while another one is open', async () => {
    const url = echo + freshPath();
    const first = await begin(url);
    expect(await first.chunk()).toBe('o\n');
    const second = await begin(url);
    expect(await second.chunk()).toBe('c[2010,"Another connection still open"]\n');
    expect(await second.chunk()).toBe('');
    await send(url, '["still"]');
    expect(await first.chunk()).toBe('a["still"]\n');
    first.close();
  });
});
