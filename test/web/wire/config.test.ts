// The page's configuration, with a service that answers well, badly or not at all.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, fetchConfig, readConfig, socketAddress } from '../../../src/web/wire/config.ts';

let stop: (() => void) | undefined;
afterEach(() => stop?.());

async function fetchedFrom(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  stop = () => server.close();
  const { port } = server.address() as AddressInfo;
  return fetchConfig(fetch, `http://127.0.0.1:${port}/stompwire.json`);
}

describe('the configuration', () => {
  it('is what the service says', async () => {
    const given = { endpoint: '/stomp', appPrefix: '/a', topicPrefix: '/t', userPrefix: '/u', resume: true };
    expect(await fetchedFrom((_, response) => response.end(JSON.stringify(given)))).toEqual({
      ...DEFAULT_CONFIG,
      ...given,
    });
  });

  it('is nothing that the page does not know', () => {
    const given = { features: ['edit', 'telepathy', 7], signIn: 'dance', open: 0, api: '//evil.example' };
    expect(readConfig(given)).toEqual({ ...DEFAULT_CONFIG, features: new Set(['edit']) });
    expect(readConfig({ signIn: 'token', open: false, api: '/api/chat' })).toMatchObject({
      ...{ signIn: 'token', open: false, api: '/api/chat' },
    });
    expect(readConfig({ features: 'edit' }).features.size).toBe(0);
    const times = [300_000, 0, -1, 1.5, '5', null, Number.MAX_VALUE];
    expect(times.map((awayAfter) => readConfig({ awayAfter }).awayAfter)).toEqual([
      300_000, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it('is the default when the service has none, or answers nonsense', async () => {
    expect(await fetchedFrom((_, response) => response.writeHead(404).end('{"endpoint":"/no"}'))).toEqual(
      DEFAULT_CONFIG,
    );
    stop?.();
    expect(await fetchedFrom((_, response) => response.end('<html>'))).toEqual(DEFAULT_CONFIG);
  });

  it('is the default when nobody answers', async () => {
    expect(await fetchedFrom((request) => request.socket.destroy())).toEqual(DEFAULT_CONFIG);
  });

  it('never leads to another host', () => {
    for (const endpoint of ['//evil.example/ws', 'ws://evil.example', '', 7, '/']) {
      expect(readConfig({ endpoint }).endpoint).toBe('/ws');
    }
    expect(readConfig({ endpoint: '/stomp', resume: 'yes' })).toEqual({
      ...DEFAULT_CONFIG,
      endpoint: '/stomp',
    });
  });
});

describe('the address of the socket', () => {
  it('is on the page’s own host, encrypted where the page is', () => {
    expect(socketAddress({ protocol: 'http:', host: 'a.example:8080' }, '/ws')).toBe(
      'ws://a.example:8080/ws',
    );
    expect(socketAddress({ protocol: 'https:', host: 'a.example' }, '/ws')).toBe('wss://a.example/ws');
  });
});
