// Which authenticator the options choose, and what a server says of options that cannot be started with.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseAuthenticator } from '../../src/auth/choose.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { createServer } from '../../src/index.ts';
import { Folder, Log } from './folder.ts';
import { pemOf, rsa, secret } from './tokens.ts';

const quiet = { port: 0, stompPort: 'off', logLevel: 'silent' } as const;

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

describe('the options', () => {
  it('choose who proves names, and who does not', () => {
    const log = new Log();
    const usersFile = folder.file('users.json');
    expect(chooseAuthenticator(resolveConfig({}), log).proves).toBe(false);
    expect(chooseAuthenticator(resolveConfig({ auth: 'users', usersFile }), log).proves).toBe(true);
    expect(chooseAuthenticator(resolveConfig({ auth: 'jwt', jwtSecret: secret }), log).proves).toBe(true);
  });

  it('without an audience for public keys are warned of', () => {
    const log = new Log();
    const jwtKeys = folder.file('key.pem', pemOf(rsa));
    chooseAuthenticator(resolveConfig({ auth: 'jwt', jwtKeys, jwtAudiences: ['chat'] }), log);
    expect(log.lines).toEqual([]);
    chooseAuthenticator(resolveConfig({ auth: 'jwt', jwtKeys }), log);
    expect(log.lines.join()).toContain('--jwt-audience');
  });
});

describe('a server', () => {
  it('that authenticates may listen beyond loopback, one that does not may not', () => {
    const host = '0.0.0.0';
    expect(() => createServer({ ...quiet, host })).toThrow('--auth');
    createServer({ ...quiet, host, auth: 'jwt', jwtSecret: secret });
  });

  it.each([
    ['usersFile', { auth: 'users' }, '--users-file'],
    ['jwtKeys', { auth: 'jwt' }, '--jwt-keys'],
  ] as const)(
    'without its %s does not start, and names the mend before a port is open',
    async (key, auth, flag) => {
      const server = createServer({ ...quiet, ...auth, [key]: folder.file('gone') });
      await expect(server.start()).rejects.toThrow(
        expect.objectContaining({ code: 'bad-configuration', message: expect.stringContaining(flag) }),
      );
      expect(server.http.server.listening).toBe(false);
    },
  );

  it('takes an authenticator of its own, but not two', () => {
    const authenticator = {
      proves: true,
      authenticate: () => ({ name: 'kim', authenticated: true, roles: [] }),
    };
    createServer({ ...quiet, host: '0.0.0.0' }, { authenticator });
    expect(() => createServer({ ...quiet, auth: 'jwt', jwtSecret: secret }, { authenticator })).toThrow(
      'leave one of them out',
    );
  });
});
