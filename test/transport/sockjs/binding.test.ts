// Whom a session belongs to, as its requests show it.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { Binding } from '../../../src/transport/sockjs/binding.ts';

const by = (headers: IncomingHttpHeaders): Binding => new Binding({ headers } as IncomingMessage);
const admits = (opened: IncomingHttpHeaders, later: IncomingHttpHeaders): boolean =>
  by(opened).admits(by(later));
const secret = 'session=c2VjcmV0LXNlY3JldA';

it('the same cookies and credentials in any order are the same client', () => {
  expect(admits({}, {})).toBe(true);
  expect(admits({ cookie: 'a=1; b=2' }, { cookie: 'b=2; a=1' })).toBe(true);
  expect(admits({ authorization: 'Bearer abc' }, { authorization: 'Bearer abc' })).toBe(true);
});

it('other short cookies, none, or other credentials are another client', () => {
  expect(admits({ cookie: 'lang=en; user=alice' }, { cookie: 'lang=en; user=mallory' })).toBe(false);
  expect(admits({ cookie: secret }, {})).toBe(false);
  expect(admits({}, { cookie: secret })).toBe(false);
  expect(admits({ authorization: 'Bearer abc' }, { authorization: 'Bearer abd' })).toBe(false);
});

it('one thing that nobody can guess is enough while other cookies change', () => {
  expect(admits({ cookie: `${secret}; visits=1` }, { cookie: `visits=2; ${secret}; new=3` })).toBe(true);
  expect(admits({ cookie: `${secret}; visits=1` }, { cookie: 'session=b3RoZXItc2VjcmV0cw; visits=1' })).toBe(
    false,
  );
});

it('the cookie of the balancer and the address do not count', () => {
  expect(
    admits({ cookie: 'JSESSIONID=dummy; a=1' }, { cookie: 'a=1; JSESSIONID=other-than-dummy-and-long' }),
  ).toBe(true);
  expect(
    admits(
      { cookie: 'JSESSIONID=a-long-and-shared-value; a=1' },
      { cookie: 'JSESSIONID=a-long-and-shared-value' },
    ),
  ).toBe(false);
});
