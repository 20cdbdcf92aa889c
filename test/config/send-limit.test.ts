// The options that limit how often clients send: one without the other would silently do nothing.
import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';

it('a burst without a rate is refused, and a rate without a burst is fine', () => {
  expect(() => resolveConfig({ sendBurst: 5 })).toThrow(/sendBurst .*no effect without sendsPerSecond/);
  expect(resolveConfig({ sendBurst: 5, sendsPerSecond: 2 })).toMatchObject({ sendBurst: 5 });
  expect(resolveConfig({ sendsPerSecond: 2 })).toMatchObject({ sendsPerSecond: 2, sendBurst: 0 });
});
