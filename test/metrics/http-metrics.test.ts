// What is counted of HTTP requests and handlers: by route and template, never by what a client makes up.
import { afterEach, expect, it } from 'vitest';
import type { PrometheusMetrics } from '../../src/metrics/prometheus.ts';
import { startTestApp, type TestApp } from '../../src/testing.ts';
import { type Family, parseMetrics } from './text-format.ts';

let kit: TestApp;
afterEach(() => kit.close());

const families = async (): Promise<Family[]> =>
  parseMetrics(await (kit.server.metrics as PrometheusMetrics).text());

async function figures(name: string): Promise<[Record<string, string>, number][]> {
  const family = (await families()).find((one) => one.name === name);
  const suffix = family?.type === 'histogram' ? '_count' : '';
  const samples = family?.samples.filter((one) => one.name === name + suffix) ?? [];
  return samples.map(({ labels, value }) => [labels, value]);
}

it('requests are counted by method and status, and timed by route', async () => {
  kit = await startTestApp(({ http }) => {
    http.get('/orders/:id', async () => ({}));
    http.get('/broken', async () => {
      throw new Error('broken');
    });
  });
  const headers = { host: 'localhost' };
  for (const url of ['/orders/1', '/orders/2?x=1', '/broken', '/made/up/1', '/made/up/2'])
    await kit.server.http.inject({ url, headers });
  await kit.server.http.inject({ url: '/orders/1', headers: { ...headers, origin: 'https://evil.example' } });
  expect(await figures('stompwire_http_requests_total')).toEqual([
    [{ method: 'GET', code: '200' }, 2],
    [{ method: 'GET', code: '500' }, 1],
    [{ method: 'GET', code: '404' }, 2],
    [{ method: 'GET', code: '403' }, 1],
  ]);
  expect(await figures('stompwire_http_request_duration_seconds')).toEqual([
    [{ route: '/orders/:id' }, 3],
    [{ route: '/broken' }, 1],
    [{ route: 'none' }, 2],
  ]);
});

it('handlers are timed by template, whether they answer, wait or fail', async () => {
  kit = await startTestApp(({ app }) => {
    app.message('/now/{id}', () => 'now');
    app.message('/later/{id}', async () => 'later');
    app.message('/broken', () => {
      throw new Error('broken');
    });
    app.message('/broken-later', async () => {
      throw new Error('broken');
    });
  });
  const client = await kit.connect();
  const destinations = ['/app/now/1', '/app/now/2', '/app/later/1', '/app/broken', '/app/broken-later'];
  await Promise.allSettled(destinations.map((destination) => client.send(destination, 'x')));
  expect(await figures('stompwire_handler_duration_seconds')).toEqual([
    [{ handler: '/now/{id}' }, 2],
    [{ handler: '/later/{id}' }, 1],
    [{ handler: '/broken' }, 1],
    [{ handler: '/broken-later' }, 1],
  ]);
});
