// What the options of the plain endpoint may not be together.
import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';

it('the plain endpoint has a path of its own', () => {
  for (const plainEndpoint of ['/ws', '/ws/plain', '/ws/websocket'])
    expect(() => resolveConfig({ plainEndpoint })).toThrow(/plainEndpoint .*lies within "\/ws" of endpoints/);
  for (const plainEndpoint of ['/room', '/wss', '/w'])
    expect(resolveConfig({ plainEndpoint })).toMatchObject({ plainEndpoint });
});

it('its manners are nothing without it', () => {
  expect(() => resolveConfig({ plainPrefix: 'x' })).toThrow(/plainPrefix .*no effect without plainEndpoint/);
  expect(() => resolveConfig({ plainEcho: false })).toThrow(/plainEcho .*no effect without plainEndpoint/);
  const all = { plainEndpoint: '/room', plainPrefix: 'Server received: ', plainEcho: false };
  expect(resolveConfig(all)).toMatchObject(all);
  const long = { ...all, plainPrefix: 'x'.repeat(200) };
  expect(resolveConfig(long)).toMatchObject(long);
});
