// What clients of ActiveMQ write, as this server has it.
import { describe, expect, it } from 'vitest';
import { type ClientCommand, Headers } from '../../../frames/index.ts';
import { profileOf } from '../../../src/session/profile.ts';

/** One session of a server. */
function session() {
  const translate = profileOf({ compat: 'activemq', patterns: 'activemq', aliases: [] }).translate!;
  const of = { id: 's', version: '1.2' as const };
  return (command: ClientCommand, headers: Readonly<Record<string, string>>): Record<string, string> => {
    const frame = { command, headers: Headers.from(headers), body: Buffer.alloc(0) };
    translate(frame, of);
    return frame.headers.toObject();
  };
}

describe('a destination of ActiveMQ', () => {
  it.each([
    ['/topic/a.*.>', '/topic/a.*.**'],
    ['/queue/a.>', '/queue/a.**'],
    ['a.b', '/queue/a.b'],
    ['/queue/a?consumer.prefetchSize=1&consumer.exclusive=true', '/queue/a'],
  ])('of a SUBSCRIBE, %s, is %s', (destination, own) => {
    expect(session()('SUBSCRIBE', { destination, id: '0' }).destination).toBe(own);
  });

  it('of a SEND without a slash is a queue', () => {
    expect(session()('SEND', { destination: 'a.b' }).destination).toBe('/queue/a.b');
  });
});
