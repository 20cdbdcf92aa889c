// A service that is asked over plain HTTP as SockJS clients ask, and that must be empty again after each test.
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Config } from '../../../src/index.ts';
import { type Asking, ask, type Response } from '../../transport/sockjs/raw-http.ts';
import { Service } from '../service.ts';

/** One service for the tests of a `describe`, and ways to ask it. */
export function serving(options: Partial<Config>) {
  let service: Service;
  let sessions = 0;
  beforeAll(async () => {
    service = await Service.start(options);
  });
  afterEach(async () => {
    await expect.poll(() => service.metric('stompwire_sessions'), { timeout: 10_000 }).toBe(0);
  });
  afterAll(() => service.close());
  const request = (method: string, path: string, asking: Asking = {}): Promise<Response> =>
    ask(method, service.addresses.http + path, asking);
  return {
    get: (path: string, headers: Asking['headers'] = {}) => request('GET', path, { headers }),
    post: (path: string, body = '', headers: Asking['headers'] = {}) =>
      request('POST', path, { body, headers }),
    /** How many were refused for a reason so far. */
    refused: (reason: string) => service.metric(`stompwire_sockjs_refused_total{reason="${reason}"}`),
    fresh: () => `/ws/000/session-${sessions++}`,
    sessions: () => service.metric('stompwire_sessions'),
    url: () => service.addresses.http,
  };
}
