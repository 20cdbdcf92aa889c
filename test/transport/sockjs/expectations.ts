// What the protocol document checks again and again.
import { expect } from 'vitest';
import { ask, type Head, type Response } from './raw-http.ts';

const longLived = /max-age=[1-9][0-9]{6}/;

export function expectNotAllowed({ status, headers, body }: Response): void {
  expect(status).toBe(405);
  expect(headers['content-type']).toBeUndefined();
  expect(headers.allow).toBeTruthy();
  expect(body).toBe('');
}

export function expectContentType({ headers }: Head, type: string): void {
  expect(headers['content-type']?.replaceAll(' ', '')).toBe(type);
}

export function expectNoCookie({ headers }: Head): void {
  expect(headers['set-cookie']).toBeUndefined();
}

/** A page of the origin may read the answer, with its cookies. */
export function expectCors({ headers }: Head, origin = '*'): void {
  expect(headers['access-control-allow-origin']).toBe(origin);
  expect(headers['access-control-allow-credentials']).toBe('true');
}

export function expectNotCached({ headers }: Head): void {
  expect(headers['cache-control']).toBe('no-store, no-cache, must-revalidate, max-age=0');
  expect(headers.expires).toBeUndefined();
  expect(headers['last-modified']).toBeUndefined();
}

export function expectCachedForLong({ headers }: Head): void {
  expect(headers['cache-control']).toMatch(/public/);
  expect(headers['cache-control']).toMatch(longLived);
  expect(headers.expires).toBeTruthy();
}

/** A browser that asks before it sends is told what it may do. */
export async function expectPreflight(url: string, methods: string): Promise<void> {
  for (const origin of [undefined, 'test', 'null']) {
    const response = await ask('OPTIONS', url, { headers: origin === undefined ? {} : { Origin: origin } });
    expect(response.status).toBe(204);
    expectCachedForLong(response);
    expect(Number(response.headers['access-control-max-age'])).toBeGreaterThan(1_000_000);
    expect(response.headers['access-control-allow-methods']).toBe(methods);
    expect(response.body).toBe('');
    expectCors(response, origin === 'test' ? 'test' : '*');
  }
}
