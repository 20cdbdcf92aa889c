// The command hash-password: entries of a users file, and a password that is asked for unseen.
import { describe, expect, it } from 'vitest';
import { isPassword, parsePasswordHash } from '../../src/auth/password-hash.ts';
import { parseUsers } from '../../src/auth/users-text.ts';
import { World } from './world.ts';

interface Entry {
  readonly name: string;
  readonly password: string;
  readonly roles: readonly string[];
}

const entryOf = ({ out }: World): Entry => JSON.parse(out) as Entry;
const holds = ({ password }: Entry, text: string): Promise<boolean> =>
  isPassword(text, parsePasswordHash(password)!);

/** Runs the command with something piped in. */
async function piped(line: string, input: string): Promise<[World, number]> {
  const world = new World();
  world.stdin.end(input);
  return [world, await world.run(line)];
}

/** Runs the command at a terminal, with keys as they are typed. */
async function typed(keys: readonly string[]): Promise<[World, number, readonly boolean[]]> {
  const world = new World();
  const raw: boolean[] = [];
  Object.assign(world.stdin, { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
  const code = world.run('hash-password kim');
  for (const key of keys) world.stdin.write(key);
  return [world, await code, raw];
}

describe('stompwire hash-password', () => {
  it('prints an entry that a users file takes, for a password from a pipe', async () => {
    const [world, code] = await piped('hash-password kim --role admin --role member', 'correct horse\n');
    expect([code, world.err]).toEqual([0, '']);
    expect(world.out).toMatch(/^\{.*\}\n$/);
    const entry = entryOf(world);
    expect(entry).toMatchObject({ name: 'kim', roles: ['admin', 'member'] });
    expect(await holds(entry, 'correct horse')).toBe(true);
    expect(parseUsers(JSON.stringify({ users: [entry] })).byName.has('kim')).toBe(true);
  });

  it.each(['correct horse', 'correct horse\r\n', 'correct horse\nanother line\n'])(
    'takes one line, and its end for no part of the password: %j',
    async (input) => {
      const [world] = await piped('hash-password kim', input);
      expect(await holds(entryOf(world), 'correct horse')).toBe(true);
    },
  );

  it.each([
    ['a short password', 'hash-password kim', 'hunter2\n', 'the password has 7 characters; give 8 to 1024'],
    ['no password', 'hash-password kim', '', 'the password has 0 characters'],
    ['an endless password', 'hash-password kim', 'x'.repeat(1025), 'the password has 1025 characters'],
    ['a name with a control character', 'hash-password a\u0007', 'correct horse', 'the name holds a control'],
    ['no name', 'hash-password', 'correct horse', "missing required argument 'name'"],
  ])('refuses %s with 1, and shows no password', async (_, line, input, told) => {
    const [world, code] = await piped(line, input);
    expect(code).toBe(1);
    expect(world.err).toContain(told);
    expect(world.out).toBe('');
    expect(world.err).not.toContain('hunter2');
  });
});

describe('at a terminal', () => {
  it('asks twice without an echo, and lets keys be taken back', async () => {
    const [world, code, raw] = await typed(['correct', ' horse\r', 'correct horze\u007f\bse\n']);
    expect([code, raw]).toEqual([0, [true, false]]);
    expect(world.err).toBe('Password: \nAgain: \n');
    expect(await holds(entryOf(world), 'correct horse')).toBe(true);
  });

  it('refuses two passwords that differ', async () => {
    const [world, code, raw] = await typed(['correct horse\r', 'correct house\r']);
    expect([code, raw, world.out]).toEqual([1, [true, false], '']);
    expect(world.err).toContain('stompwire: the two passwords differ; nothing was hashed\n');
  });

  it.each([[['\u0003']], [['correct horse\r', 'cor\u0003']]])('ends with 130 at Ctrl-C: %j', async (keys) => {
    const [world, code, raw] = await typed(keys);
    expect([code, raw, world.out]).toEqual([130, [true, false], '']);
  });
});
