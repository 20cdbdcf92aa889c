// Keys from the address of a JWKS: fetched once, asked for again within bounds, and what a bad answer does.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JwtOptions, jwt } from '../../src/auth/jwt.ts';
import { addressKeys } from '../../src/auth/token-keys.ts';
import { Clock, Log } from './folder.ts';
import { shown } from './shown.ts';
import { epoch, jwkOf, keySet, otherRsa, rsa, signed } from './tokens.ts';

const clock = new Clock();
const options: JwtOptions = {
  jwtIssuer: undefined,
  jwtAudiences: [],
  jwtAlgorithms: [],
  jwtClockSkew: 0,
  jwtNameClaim: 'sub',
  jwtRolesClaim: 'roles',
};
const tokenWith = (kid: string, pair = rsa): Promise<string> =>
  signed({ sub: 'kim', exp: epoch(clock, 60) }, pair.privateKey, { alg: 'RS256', kid });

let server: Server;
let asked: number;
let answer: (response: ServerResponse) => void;
let log: Log;

beforeEach(async () => {
  asked = 0;
  log = new Log();
  answer = (response) => response.end(keySet(jwkOf(rsa, { kid: 'a' })));
  server = createServer((_request, response) => {
    asked++;
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

function tokens(): { login(token: string): Promise<unknown>; start(): Promise<void> } {
  const { port } = server.address() as AddressInfo;
  const keys = addressKeys(new URL(`http://127.0.0.1:${port}/jwks?key=hunter2`), log);
  const authenticator = jwt(options, keys, clock.read);
  return {
    start: async () => authenticator.start?.(),
    login: async (token) => authenticator.authenticate(shown({ Authorization: `Bearer ${token}` })),
  };
}

describe('the address of a JWKS', () => {
  it('is asked once, at start, for all who come', async () => {
    const { start, login } = tokens();
    await start();
    const token = await tokenWith('a');
    expect(await Promise.all([login(token), login(token)])).toMatchObject([{ name: 'kim' }, { name: 'kim' }]);
    expect(asked).toBe(1);
  });

  it('is not asked again for each token with a made-up key', async () => {
    const { start, login } = tokens();
    await start();
    for (const kid of ['b', 'c', 'd'])
      await expect(login(await tokenWith(kid, otherRsa))).rejects.toThrow(
        'the credentials were not accepted',
      );
    expect(asked).toBe(1);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['is away', (response) => response.destroy()],
    ['has an error', (response) => response.writeHead(500).end('hunter2')],
    [
      'sends somebody elsewhere',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
    ['answers something else', (response) => response.end('hunter2')],
    ['answers without end', (response) => response.end(`{"keys": [], "pad": "${'x'.repeat(300_000)}"}`)],
  ])(
    'that %s at start is warned of; clients are told to come back, and get in once it answers',
    async (_, bad) => {
      const honest = answer;
      answer = bad;
      const { start, login } = tokens();
      await start();
      expect(log.lines).toHaveLength(1);
      await expect(login(await tokenWith('a'))).rejects.toThrow(
        expect.objectContaining({ code: 'authentication-unavailable' }),
      );
      expect(log.lines.join()).not.toContain('hunter2');
      answer = honest;
      expect(await login(await tokenWith('a'))).toMatchObject({ name: 'kim' });
    },
  );
});
