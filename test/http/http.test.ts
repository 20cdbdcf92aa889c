// The HTTP side: health, the guard before every route, and the operator's listener.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';
import { createHttp } from '../../src/http/http.ts';
import { startOps } from '../../src/http/ops.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus.ts';
import { originGuard } from '../../src/transport/origins.ts';

function open(state: { reason: string | undefined } = { reason: undefined }) {
  const config = resolveConfig({ origins: ['https://chat.example'], trustProxy: true });
  const guard = originGuard(config.origins, config.host);
  const health = { notReady: () => state.reason };
  const http = createHttp(config, pino({ level: 'silent' }), guard, health, () => false);
  http.get('/page', async () => 'the page');
  return http;
}

const textOf = async (url: string, headers: Record<string, string> = {}): Promise<[number, string]> => {
  const { statusCode, body } = await open().inject({ url, headers: { host: 'localhost', ...headers } });
  return [statusCode, body];
};

describe('health', () => {
  it('is ready while clients are taken, and says why when not', async () => {
    const state: { reason: string | undefined } = { reason: 'draining' };
    const http = open(state);
    const busy = await http.inject('/health/ready');
    expect([busy.statusCode, busy.json()]).toEqual([503, { status: 'not ready', reason: 'draining' }]);
    state.reason = undefined;
    const ready = await http.inject('/health/ready');
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ready' }]);
  });

  it('is live whether it is ready or not', async () => {
    const { statusCode, body } = await open({ reason: 'starting' }).inject('/health/live');
    expect([statusCode, body]).toEqual([200, '{"status":"live"}']);
  });

  it('is told to a balancer that calls the server by any name', async () => {
    expect((await textOf('/health/ready', { host: 'pod-7.cluster' }))[0]).toBe(200);
  });
});

describe('the guard', () => {
  it('passes pages of our own and listed origins, and programs, which name none', async () => {
    for (const headers of [
      {},
      { origin: 'http://localhost' },
      { origin: 'https://chat.example' },
      { host: 'chat.example' },
      { 'x-forwarded-proto': 'https', origin: 'https://localhost' },
    ])
      expect(await textOf('/page', headers as Record<string, string>)).toEqual([200, 'the page']);
  });

  it('refuses other hosts and origins on every route, and on none that exists', async () => {
    expect(await textOf('/page', { host: 'evil.example' })).toEqual([
      403,
      "host 'evil.example' is neither an address, nor a loopback name, nor that of an origin that --origin lists\n",
    ]);
    expect((await textOf('/page', { origin: 'http://evil.example' }))[0]).toBe(403);
    expect((await textOf('/nowhere', { host: 'evil.example' }))[0]).toBe(403);
    expect((await textOf('/healthy', { host: 'evil.example' }))[0]).toBe(403);
  });
});

describe("the operator's listener", () => {
  it('shows health and figures, to who knows its address', async () => {
    const metrics = new PrometheusMetrics();
    metrics.counter('frames', 'Frames').add(7);
    const { http, address } = await startOps(
      { host: '127.0.0.1', port: 0 },
      { notReady: () => 'draining' },
      metrics,
    );
    try {
      const figures = await fetch(`${address}/metrics`);
      expect(figures.headers.get('content-type')).toBe(metrics.contentType);
      expect(await figures.text()).toContain('stompwire_frames_total 7');
      expect((await fetch(`${address}/health/ready`)).status).toBe(503);
      expect((await fetch(`${address}/health/live`)).status).toBe(200);
    } finally {
      await http.close();
    }
  });
});
