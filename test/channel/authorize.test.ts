// The rules: the first that matches decides, and no pattern reaches around one.
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { type ClientCommand, Headers } from '../../frames/index.ts';
import { Rules } from '../../src/channel/authorize.ts';
import { Channel } from '../../src/channel/channel.ts';
import type { Inbound } from '../../src/channel/inbound.ts';

function outcomeOf(rules: Rules, command: ClientCommand, destination: string): string {
  const session = { id: 's', user: undefined, attributes: new Map() } as Partial<Inbound['session']>;
  const inbound: Inbound = {
    command,
    destination,
    headers: new Headers(),
    body: Buffer.alloc(0),
    session: session as Inbound['session'],
  };
  let passed = 'dropped';
  try {
    void new Channel<Inbound>().use(rules.interceptor).run(inbound, () => void (passed = 'passed'));
  } catch (error) {
    return (error as Error).message;
  }
  return passed;
}

describe('the rules', () => {
  it('let pass what none of them names', () => {
    expect(outcomeOf(new Rules('/'), 'SEND', '/topic/a')).toBe('passed');
  });

  it('refuse with their reason, and the code denied', () => {
    const rules = new Rules('/').deny('SEND', '/topic/room/**', 'rooms are read only');
    expect(outcomeOf(rules, 'SEND', '/topic/room/1')).toBe('rooms are read only');
    expect(outcomeOf(rules, 'SEND', '/topic/room')).toBe('rooms are read only');
    expect(outcomeOf(rules, 'SEND', '/topic/rooms/1')).toBe('passed');
    expect(() =>
      rules.interceptor({ command: 'SEND', destination: '/topic/room/1' } as Inbound, () => {}),
    ).toThrow(expect.objectContaining({ code: 'denied' }));
  });

  it('speak of one command each', () => {
    const rules = new Rules('/').deny('SEND', '/topic/**', 'no');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/a')).toBe('passed');
  });

  it('are asked in their order, and the first that matches decides', () => {
    const open = new Rules('/').allow('SEND', '/topic/open/*').deny('SEND', '/topic/**', 'no');
    expect(outcomeOf(open, 'SEND', '/topic/open/a')).toBe('passed');
    expect(outcomeOf(open, 'SEND', '/topic/other')).toBe('no');
    const closed = new Rules('/').deny('SEND', '/topic/**', 'no').allow('SEND', '/topic/open/*');
    expect(outcomeOf(closed, 'SEND', '/topic/open/a')).toBe('no');
  });

  it('count segments by the separator of the server', () => {
    const rules = new Rules('.').deny('SEND', '/topic/room.*', 'no');
    expect(outcomeOf(rules, 'SEND', '/topic/room.a')).toBe('no');
    expect(outcomeOf(rules, 'SEND', '/topic/room.a.b')).toBe('passed');
  });

  it.each(['/topic/**', '/topic/*', '/topic/s*', '/topic/?ecret', '/topic/*/**', '/topic/secret/*'])(
    'hold against a subscription to %s, which would hear what is denied',
    (pattern) => {
      const rules = new Rules('/').deny('SUBSCRIBE', '/topic/secret/**', 'secret');
      expect(outcomeOf(rules, 'SUBSCRIBE', pattern)).toBe('secret');
      expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/p*')).toBe('passed');
    },
  );

  it('allow a pattern only where they allow all that it matches', () => {
    const rules = new Rules('/').allow('SUBSCRIBE', '/topic/open/**').deny('SUBSCRIBE', '/**', 'no');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/open/*')).toBe('passed');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/**')).toBe('no');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/*/a')).toBe('no');
  });
});
