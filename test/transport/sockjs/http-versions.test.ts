// What HTTP/1.0 and HTTP/1.1 get, as the protocol document tests it, and requests that do not wait for each other.
import { describe, expect, it } from 'vitest';
import { freshPath, protocolServer } from './endpoint.ts';
import { ask, RawHttp } from './raw-http.ts';

const { url: services } = await protocolServer();

describe('HTTP/1.0 and HTTP/1.1', () => {
  const keepAlive = { Connection: 'Keep-Alive' };

  it('each get a greeting of known length, and may ask again on the connection', async () => {
    for (const version of ['1.0', '1.1'] as const) {
      const http = new RawHttp(services);
      for (let i = 0; i < 2; i++) {
        const head = await http.request('GET', '/echo', { version, headers: keepAlive });
        expect(head.status).toBe(200);
        expect(head.headers['content-length']).toBe('19');
        expect(head.headers['transfer-encoding']).toBeUndefined();
        expect(head.headers.connection?.toLowerCase()).toBe('keep-alive');
        expect(await http.bytes(19)).toBe('Welcome to SockJS!\n');
      }
      http.close();
    }
  });

  it('1.0 streams without chunks until the connection is closed', async () => {
    const http = new RawHttp(services);
    const path = `/close${freshPath()}/xhr_streaming`;
    const head = await http.request('POST', path, { version: '1.0', headers: keepAlive });
    expect(head.status).toBe(200);
    expect(head.headers['transfer-encoding']).toBeUndefined();
    expect(head.headers['content-length']).toBeUndefined();
    expect(await http.rest()).toBe(`${'h'.repeat(2048)}\no\nc[3000,"Go away!"]\n`);
  });

  it('1.1 streams in chunks, and goes on with the connection', async () => {
    const http = new RawHttp(services);
    const head = await http.request('POST', `/close${freshPath()}/xhr_streaming`, { headers: keepAlive });
    expect(head.headers['transfer-encoding']).toBe('chunked');
    expect(head.headers['content-length']).toBeUndefined();
    expect((await http.chunk())[0]).toBe('h');
    expect(await http.chunk()).toBe('o\n');
    expect(await http.chunk()).toBe('c[3000,"Go away!"]\n');
    expect(await http.chunk()).toBe('');
    expect((await http.request('GET', '/echo')).status).toBe(200);
    http.close();
  });

  it('a response that is behind another one on its connection comes after it, whole', async () => {
    const http = new RawHttp(services);
    const path = `/echo${freshPath()}`;
    await http.body(await http.request('POST', `${path}/xhr`));
    http.send('POST', `${path}/xhr`);
    http.send('POST', `/close${freshPath()}/xhr_streaming`);
    await ask('POST', `${services + path}/xhr_send`, { body: '["first"]' });
    expect(await http.body(await http.head())).toBe('a["first"]\n');
    expect(await http.body(await http.head())).toBe(`${'h'.repeat(2048)}\no\nc[3000,"Go away!"]\n`);
    http.close();
  });
});
