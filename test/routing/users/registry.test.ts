// Who is connected: found by id and by name, counted, limited, forgotten.
import { describe, expect, it } from 'vitest';
import { type Registered, UserRegistry } from '../../../src/routing/user-registry.ts';

function session(id: string, name?: string, authenticated = true): Registered {
  const user = name === undefined ? undefined : { name, authenticated, roles: [] };
  return { id, user } as Partial<Registered> as Registered;
}

const idsOf = (registry: UserRegistry, name: string): string[] =>
  Array.from(registry.sessionsOf(name), ({ id }) => id).toSorted();

describe('the registry', () => {
  it('knows the sessions of a user, be it one or many, until each has gone', () => {
    const registry = new UserRegistry();
    const [one, two, three] = ['1', '2', '3'].map((id) => session(id, 'ann')) as [
      Registered,
      Registered,
      Registered,
    ];
    registry.add(one);
    expect(idsOf(registry, 'ann')).toEqual(['1']);
    registry.add(two);
    registry.add(three);
    expect(idsOf(registry, 'ann')).toEqual(['1', '2', '3']);
    expect([registry.userCount, registry.sessionCount]).toEqual([1, 3]);
    registry.remove(one);
    registry.remove(one);
    expect(idsOf(registry, 'ann')).toEqual(['2', '3']);
    for (const gone of [two, three]) registry.remove(gone);
    expect(idsOf(registry, 'ann')).toEqual([]);
    expect([registry.userCount, registry.sessionCount]).toEqual([0, 0]);
  });

  it('takes nobody for a user who only says so', () => {
    const registry = new UserRegistry();
    registry.add(session('real', 'ann'));
    registry.add(session('guest', 'ann', false));
    expect(idsOf(registry, 'ann')).toEqual(['real']);
    expect(registry.session('guest')?.user?.name).toBe('ann');
    registry.remove(registry.session('guest')!);
    expect(idsOf(registry, 'ann')).toEqual(['real']);
  });

  it('holds a user to so many sessions, and takes one more when one has gone', () => {
    const registry = new UserRegistry(2);
    const first = session('1', 'ann');
    registry.add(first);
    registry.add(session('2', 'ann'));
    const third = session('3', 'ann');
    expect(() => registry.add(third)).toThrow(expect.objectContaining({ code: 'too-many-sessions' }));
    expect(registry.session('3')).toBeUndefined();
    registry.remove(third);
    expect(idsOf(registry, 'ann')).toEqual(['1', '2']);
    registry.add(session('4', 'bob'));
    registry.remove(first);
    registry.add(third);
    expect(idsOf(registry, 'ann')).toEqual(['2', '3']);
  });

  it('does not hold guests who claim one name to the limit of a user', () => {
    const registry = new UserRegistry(1);
    for (const id of ['1', '2', '3']) registry.add(session(id, 'ann', false));
    expect(registry.sessionCount).toBe(3);
  });

  it('is not confused by names that every object has', () => {
    const registry = new UserRegistry();
    for (const name of ['__proto__', 'constructor', 'toString']) expect(idsOf(registry, name)).toEqual([]);
    registry.add(session('1', '__proto__'));
    expect(idsOf(registry, '__proto__')).toEqual(['1']);
  });
});
