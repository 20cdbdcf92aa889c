// Keys that come again after an upgrade must be known as they were: what is kept in logs names them.
import { expect, it } from 'vitest';
import { Headers } from '../../frames/index.ts';
import { type KeyScope, scopedKey } from '../../src/message/idempotency-key.ts';
import { OwnSending } from '../../src/routing/own-sending.ts';
import { sendingOf } from '../../src/session/sending.ts';

const known: readonly (readonly [KeyScope, string | undefined, string])[] = [
  ['user', 'kim', 'rt62p33mjzBzBKMw4qkwp_VEOPF'],
  ['token', 't', 'mL6NRnAhwUYQQ3Y6pkFBs8W4xQ7'],
  ['token', undefined, 'TLUame-IbUE6WonNMaAFyu6wZpL'],
  ['program', undefined, 'cbNOh9zumAeVrDs4gkpQzMQlm9W'],
  ['program', 'kim', 'Njq6yHQS1C6T-gW-PSKEyJbUsEX'],
];

it.each(known)('the key of a %s, %s, is what it always was', (scope, sender, is) => {
  expect(scopedKey(scope, sender, '/topic/a', 'k')).toBe(is);
});

it('a SEND and a program are known by those', () => {
  const headers = Headers.from({ 'idempotency-key': 'k' });
  const kim = { name: 'kim', authenticated: true, roles: [] };
  const sent = (sender: Parameters<typeof sendingOf>[0]) => sendingOf(sender, headers, '/topic/a', true)?.key;
  const own = (sender?: string) => new OwnSending('/topic/a', { idempotencyKey: 'k', sender }).nextKey();
  const guest = { ...kim, authenticated: false };
  expect([
    sent({ user: kim, clientToken: 't' }),
    sent({ user: guest, clientToken: 't' }),
    sent({ user: undefined, clientToken: undefined }),
    own(),
    own('kim'),
  ]).toEqual(known.map(([, , key]) => key));
});
