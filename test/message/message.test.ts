// A message: what it holds when parts are left out.
import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';

it('a message of the least parts has no headers, no content-type and excludes nobody', () => {
  const body = Buffer.from('hi');
  const message = new Message({ destination: '/topic/a', body, id: '1' });
  expect(message).toMatchObject({ destination: '/topic/a', id: '1', headers: [] });
  expect(message.body).toBe(body);
  expect(message.contentType).toBeUndefined();
  expect(message.excludes).toBeUndefined();
});
