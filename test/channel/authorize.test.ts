// The rules: the first that matches decides, and no pattern reaches around one.
import { Buffer } from 'node:buffer';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ClientCommand, Headers } from '../../frames/index.ts';
import type { User } from '../../src/auth/authenticator.ts';
import { Rules } from '../../src/channel/authorize.ts';
import { Channel } from '../../src/channel/channel.ts';
import type { Inbound } from '../../src/channel/inbound.ts';
import { Policies } from '../../src/message/policies.ts';

const kim: User = { name: 'kim', authenticated: true, roles: ['member', 'editor'] };
const guest: User = { name: 'kim', authenticated: false, roles: [] };

function inboundOf(command: ClientCommand, destination: string, user = kim): Inbound {
  const session = { id: 's', user, attributes: new Map() } as Partial<Inbound['session']>;
  return {
    command,
    destination,
    headers: new Headers(),
    body: Buffer.alloc(0),
    session: session as Inbound['session'],
  };
}

function outcomeOf(rules: Rules, command: ClientCommand, destination: string, user?: User): string {
  let passed = 'dropped';
  try {
    const inbound = inboundOf(command, destination, user);
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
    const rules = new Rules('/').deny.send('/topic/room/**', 'rooms are read only');
    expect(outcomeOf(rules, 'SEND', '/topic/room/1')).toBe('rooms are read only');
    expect(outcomeOf(rules, 'SEND', '/topic/room')).toBe('rooms are read only');
    expect(outcomeOf(rules, 'SEND', '/topic/rooms/1')).toBe('passed');
    expect(() => rules.interceptor(inboundOf('SEND', '/topic/room/1'), () => {})).toThrow(
      expect.objectContaining({ code: 'denied' }),
    );
  });

  it('speak of one command each', () => {
    const rules = new Rules('/').deny.send('/topic/**', 'no');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/a')).toBe('passed');
  });

  it('are asked in their order, and the first that matches decides', () => {
    const open = new Rules('/').allow.send('/topic/open/*').deny.send('/topic/**', 'no');
    expect(outcomeOf(open, 'SEND', '/topic/open/a')).toBe('passed');
    expect(outcomeOf(open, 'SEND', '/topic/other')).toBe('no');
    const closed = new Rules('/').deny.send('/topic/**', 'no').allow.send('/topic/open/*');
    expect(outcomeOf(closed, 'SEND', '/topic/open/a')).toBe('no');
  });

  it('count segments by the separator of the server', () => {
    const rules = new Rules('.').deny.send('/topic/room.*', 'no');
    expect(outcomeOf(rules, 'SEND', '/topic/room.a')).toBe('no');
    expect(outcomeOf(rules, 'SEND', '/topic/room.a.b')).toBe('passed');
  });

  it.each(['/topic/**', '/topic/*', '/topic/s*', '/topic/?ecret', '/topic/*/**', '/topic/secret/*'])(
    'hold against a subscription to %s, which would hear what is denied',
    (pattern) => {
      const rules = new Rules('/').deny.subscribe('/topic/secret/**', 'secret');
      expect(outcomeOf(rules, 'SUBSCRIBE', pattern)).toBe('secret');
      expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/p*')).toBe('passed');
    },
  );

  it('allow a pattern only where they allow all that it matches', () => {
    const rules = new Rules('/').allow.subscribe('/topic/open/**').deny.subscribe('/**', 'no');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/open/*')).toBe('passed');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/**')).toBe('no');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/*/a')).toBe('no');
  });
});

describe('the default', () => {
  const closed = (): Rules => new Rules('/').default('deny');

  it('of deny refuses what no rule names, and says so', () => {
    expect(outcomeOf(closed(), 'SEND', '/topic/a')).toBe("no rule allows SEND to '/topic/a'");
    expect(outcomeOf(closed(), 'SUBSCRIBE', '/topic/a')).toContain('no rule allows SUBSCRIBE');
    expect(outcomeOf(closed().allow.any('/topic/a'), 'SUBSCRIBE', '/topic/a')).toBe('passed');
  });

  it('of deny lets a session come, go, hear its errors and show fresh credentials', () => {
    for (const command of ['CONNECT', 'UNSUBSCRIBE', 'DISCONNECT'] as const)
      expect(outcomeOf(closed(), command, '')).toBe('passed');
    expect(outcomeOf(closed(), 'SUBSCRIBE', '/user/queue/errors')).toBe('passed');
    expect(outcomeOf(closed(), 'SEND', '/app/$auth')).toBe('passed');
    const strict = closed().deny.any('/**', 'nothing at all');
    expect(outcomeOf(strict, 'SUBSCRIBE', '/user/queue/errors')).toBe('nothing at all');
  });

  it('of deny refuses patterns that no rule covers', () => {
    const rules = closed().allow.subscribe('/topic/open/**');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/open/*')).toBe('passed');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/*/a')).toContain('no rule allows');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/user/queue/*')).toContain('no rule allows');
  });
});

describe('a condition', () => {
  it('of roles asks for one of them', () => {
    const rules = new Rules('/').allow.send('/topic/a', { roles: ['admin', 'editor'] });
    rules.allow.send('/topic/b', { roles: ['admin'], reason: 'admins only' }).allow.send('/**');
    expect(outcomeOf(rules, 'SEND', '/topic/a')).toBe('passed');
    expect(outcomeOf(rules, 'SEND', '/topic/b')).toBe('admins only');
    expect(outcomeOf(rules, 'SEND', '/topic/a', guest)).toBe("SEND to '/topic/a' is not allowed");
  });

  it('of a proven name lets nobody pass who only says it', () => {
    const rules = new Rules('/').allow.send('/topic/a', { authenticated: true, reason: 'sign in' });
    expect(outcomeOf(rules, 'SEND', '/topic/a')).toBe('passed');
    expect(outcomeOf(rules, 'SEND', '/topic/a', guest)).toBe('sign in');
  });

  it('that denies speaks only of whom it names: of others later rules decide', () => {
    const rules = new Rules('/').deny.send('/topic/**', { roles: ['editor'], reason: 'editors only read' });
    rules.deny.send('/topic/{room}', ({ params }) => params.room === 'b' && 'closed');
    expect(outcomeOf(rules, 'SEND', '/topic/a')).toBe('editors only read');
    expect(outcomeOf(rules, 'SEND', '/topic/a', guest)).toBe('passed');
    expect(outcomeOf(rules, 'SEND', '/topic/b', guest)).toBe('closed');
  });

  it('is asked with what the variables stand for, typed by the template', () => {
    const seen: unknown[] = [];
    const rules = new Rules('/').allow.subscribe('/topic/room-{id}/by/{who}', ({ params, user, command }) => {
      expectTypeOf(params).toEqualTypeOf<{ readonly id: string; readonly who: string }>();
      seen.push({ ...params, user: user.name, command });
      return params.id === '7';
    });
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/room-7/by/x')).toBe('passed');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/room-8/by/x')).toContain('not allowed');
    expect(seen).toEqual([
      { id: '7', who: 'x', user: 'kim', command: 'SUBSCRIBE' },
      { id: '8', who: 'x', user: 'kim', command: 'SUBSCRIBE' },
    ]);
  });

  it('that refuses says why in its own words, and ends the matter', () => {
    const rules = new Rules('/').allow.send('/topic/a', () => 'members only').allow.send('/**');
    expect(outcomeOf(rules, 'SEND', '/topic/a')).toBe('members only');
  });

  it('may take its time, and what fails lets nobody pass', async () => {
    const ways: Record<string, () => Promise<boolean | string>> = {
      yes: async () => true,
      no: async () => false,
      why: async () => 'too late',
      fails: () => Promise.reject(new Error('database away')),
    };
    const rules = new Rules('/').allow.send('/topic/{way}', ({ params }) => ways[params.way]!());
    const outcomes = Object.keys(ways).map(async (way) => {
      let passed = 'dropped';
      try {
        await rules.interceptor(inboundOf('SEND', `/topic/${way}`), () => void (passed = 'passed'));
      } catch (error) {
        return (error as Error).message;
      }
      return passed;
    });
    expect(await Promise.all(outcomes)).toEqual([
      'passed',
      "SEND to '/topic/no' is not allowed",
      'too late',
      'database away',
    ]);
  });

  it('that denies and takes its time leaves others to the rules behind it', async () => {
    const rules = new Rules('/').default('deny');
    rules.deny.send('/topic/**', async ({ user }) => user.name === 'troll').allow.send('/topic/**');
    let passed = false;
    await rules.interceptor(inboundOf('SEND', '/topic/a'), () => void (passed = true));
    expect(passed).toBe(true);
    const nobodyElse = new Rules('/').default('deny').deny.send('/topic/**', async () => false);
    await expect(nobodyElse.interceptor(inboundOf('SEND', '/topic/a'), () => {})).rejects.toThrow('no rule');
    const troll = inboundOf('SEND', '/topic/a', { ...kim, name: 'troll' });
    await expect(rules.interceptor(troll, () => {})).rejects.toThrow('not allowed');
  });

  it.each(['/topic/**', '/topic/room/*', '/topic/*/7', '/topic/room/?', '/**'])(
    'cannot be asked about all that a subscription to %s would hear: it is refused',
    (pattern) => {
      const rules = new Rules('/').allow.subscribe('/topic/room/{id}', {
        when: () => true,
        reason: 'room by room',
      });
      expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/room/7')).toBe('passed');
      expect(outcomeOf(rules, 'SUBSCRIBE', pattern)).toBe('room by room');
      expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/other/room/*')).toBe('passed');
    },
  );

  it('of roles alone can be: the pattern is for whoever has one', () => {
    const rules = new Rules('/').default('deny').allow.subscribe('/topic/**', { roles: ['editor'] });
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/room/*')).toBe('passed');
    expect(outcomeOf(rules, 'SUBSCRIBE', '/topic/room/*', guest)).toContain('not allowed');
  });
});

describe('a SEND to a user', () => {
  const mail = '/user/lee/queue/mail';

  it('is denied until a rule for users allows it', () => {
    expect(outcomeOf(new Rules('/'), 'SEND', mail)).toBe(`no rule allows SEND to '${mail}'`);
    const everything = new Rules('/').default('allow').allow.send('/**');
    expect(outcomeOf(everything, 'SEND', mail)).toContain('no rule allows');
    const allowed = new Rules('/').allow.send('/user/{name}/queue/mail');
    expect(outcomeOf(allowed, 'SEND', mail)).toBe('passed');
    expect(outcomeOf(allowed, 'SEND', '/user/lee/queue/errors')).toContain('no rule allows');
  });

  it('is denied by rules for everything', () => {
    const rules = new Rules('/').deny.send('/**', 'read only').allow.send('/user/{name}/queue/mail');
    expect(outcomeOf(rules, 'SEND', mail)).toBe('read only');
  });

  it('is judged by the name as it is, not as it is encoded', () => {
    const rules = new Rules('/').allow.send('/user/{name}/queue/mail', ({ params }) => params.name === 'a/b');
    expect(outcomeOf(rules, 'SEND', '/user/a%2Fb/queue/mail')).toBe('passed');
  });
});

describe('a rule', () => {
  it.each(['topic/a', '/topic/{a}/{a}', '/topic/{a}*', '/topic/{}', '/topic/{a'])(
    'for %j is refused when it is made',
    (place) => {
      expect(() => new Rules('/').allow.send(place)).toThrow(TypeError);
    },
  );

  it('may mix variables and wildcards, with either separator', () => {
    const rules = new Rules('.').allow.send('/topic/a.{b}.**', ({ params }) => `b is ${params.b}`);
    expect(outcomeOf(rules, 'SEND', '/topic/a.x.y.z')).toBe('b is x');
    expect(outcomeOf(new Rules('.').deny.send('/{b}.c', 'no'), 'SEND', '/topic/a.c')).toBe('no');
  });
});

describe('a SEND straight to a logged destination', () => {
  const policies = new Policies().add({ pattern: '/topic/room/*' }).add({ pattern: '/topic/all/**' });
  const logged = (): Rules =>
    new Rules('/', { userPrefix: '/user', authDestination: '/app/$auth', policies });

  it('is denied, whatever else is allowed, until a rule lies within what is logged', () => {
    for (const rules of [logged(), logged().allow.send('/topic/**'), logged().allow.any('/**')])
      expect(outcomeOf(rules, 'SEND', '/topic/room/1')).toContain('no rule allows SEND');
    for (const place of ['/topic/room/{id}', '/topic/room/*', '/topic/room/1'] as const)
      expect(outcomeOf(logged().allow.send(place), 'SEND', '/topic/room/1')).toBe('passed');
    expect(outcomeOf(logged().allow.send('/topic/room/2'), 'SEND', '/topic/room/1')).toContain('no rule');
    expect(outcomeOf(logged().allow.send('/topic/all/**'), 'SEND', '/topic/all/a/b')).toBe('passed');
  });

  it('is denied for the reason of the first rule that denies, and to whom a rule does not allow it', () => {
    const rules = logged().deny.send('/topic/**', 'read only').allow.send('/topic/room/*');
    expect(outcomeOf(rules, 'SEND', '/topic/room/1')).toBe('read only');
    const editors = logged().allow.send('/topic/room/*', { roles: ['admin'], reason: 'admins only' });
    expect(outcomeOf(editors, 'SEND', '/topic/room/1')).toBe('admins only');
  });

  it('is another matter than subscribing there, and than what is plain', () => {
    expect(outcomeOf(logged(), 'SUBSCRIBE', '/topic/room/1')).toBe('passed');
    expect(outcomeOf(logged(), 'SEND', '/topic/news')).toBe('passed');
  });
});
