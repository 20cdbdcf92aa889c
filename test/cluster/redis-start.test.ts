// A Redis that will not do is refused when the service starts, with the reason and without the password.
import { createServer, type Server } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../servers/process.ts';
import { type OwnRedis, startRedis } from '../servers/redis-server.ts';
import { requires } from '../servers/requires.ts';
import { FollowingNode } from './nodes.ts';

const program = requires('redis-server');

/** How a start ends; what it leaves open would keep the tests from ending. */
async function startError(address: string): Promise<{ code: string; message: string }> {
  const node = new FollowingNode(address);
  try {
    await node.start();
  } catch (error) {
    return error as { code: string; message: string };
  } finally {
    await node.relay.close();
  }
  throw new Error('it started');
}

describe.runIf(program)('the start over a Redis', () => {
  let redis: OwnRedis;
  let commands: Redis;
  const at = (login: string, rest = ''): string => `redis://${login}127.0.0.1:${redis.port}${rest}`;

  beforeAll(async () => {
    redis = await startRedis(program!, { args: ['--requirepass', 'hunter2'] });
    commands = new Redis(at(':hunter2@'));
  });
  afterAll(async () => {
    commands.disconnect();
    await redis.stop();
  });

  it('takes the right password, percent-encoded where it must be', async () => {
    const node = await new FollowingNode(at(':h%75nter2@', '/3')).start('/topic/room/a');
    await node.append('/topic/room/a', 'x');
    await node.hears('/topic/room/a', 'x');
    await commands.select(3);
    expect(await commands.keys('*')).not.toEqual([]);
    await commands.select(0);
    await node.relay.close();
  });

  it.each(['', ':wrong-secret@', 'ann:wrong-secret@'])('refuses the login "%s"', async (login) => {
    const { code, message } = await startError(at(login));
    expect(code).toBe('bad-configuration');
    expect(message).toMatch(/WRONGPASS|NOAUTH/);
    expect(message).not.toContain('secret');
  });

  it('refuses a database that is not there', async () => {
    const { code, message } = await startError(at(':hunter2@', '/99'));
    expect(code).toBe('bad-configuration');
    expect(message).toMatch(/database 99 cannot be used/);
  });

  it('refuses a Redis that throws away what it has no room for', async () => {
    await commands.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { code, message } = await startError(at(':hunter2@'));
    await commands.config('SET', 'maxmemory-policy', 'noeviction');
    expect(code).toBe('bad-configuration');
    expect(message).toMatch(/maxmemory-policy is allkeys-lru.*CONFIG SET maxmemory-policy noeviction/);
  });

  it('refuses a replica, and a server that is no cluster', async () => {
    const replica = await startRedis(program!, { args: ['--replicaof', '127.0.0.1', '1'] });
    expect(await startError(replica.url)).toMatchObject({
      code: 'bad-configuration',
      message: expect.stringMatching(/this server is a replica/),
    });
    expect(await startError(replica.url.replace('redis:', 'redis+cluster:'))).toMatchObject({
      code: 'bad-configuration',
      message: expect.stringMatching(/not part of a cluster/),
    });
    await replica.stop();
  });

  it('refuses one server of a cluster that is named alone', async () => {
    const member = await startRedis(program!, {
      args: ['--cluster-enabled', 'yes', '--cluster-port', '0'],
    }).catch(async () =>
      startRedis(program!, {
        args: ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())],
      }),
    );
    expect(await startError(member.url)).toMatchObject({
      code: 'bad-configuration',
      message: expect.stringMatching(/part of a cluster; give redis\+cluster/),
    });
    await member.stop();
  });

  it('refuses a Redis that lacks commands which are needed, and names them', async () => {
    const args = ['--rename-command', 'SPUBLISH', '', '--rename-command', 'XADD', 'hidden'];
    const lacking = await startRedis(program!, { args });
    expect(await startError(lacking.url)).toMatchObject({
      code: 'bad-configuration',
      message: expect.stringMatching(/it has no SPUBLISH, XADD; take a Redis 7/),
    });
    await lacking.stop();
  });

  it.each([
    ['channels', ['~*', 'resetchannels'], /NOPERM.*channel/],
    ['keys', ['~other:*', '&*'], /NOPERM.*key/],
  ])('refuses a user who may not use our %s', async (_what, rights, reason) => {
    await commands.call('ACL', 'SETUSER', 'ann', 'reset', 'on', '>pw-of-ann', '+@all', ...rights);
    const { code, message } = await startError(at('ann:pw-of-ann@'));
    expect(code).toBe('bad-configuration');
    expect(message).toMatch(reason);
    expect(message).not.toContain('pw-of-ann');
  });

  it('refuses a Redis that is too old', async () => {
    const old = oldRedis().listen(0, '127.0.0.1');
    await new Promise((resolve) => old.once('listening', resolve));
    const { port } = old.address() as { port: number };
    expect(await startError(`redis://127.0.0.1:${port}`)).toMatchObject({
      code: 'bad-configuration',
      message: expect.stringMatching(/version 6\.2\.14 is too old; 7\.0 or newer/),
    });
    old.close();
  });

  it('gives up on a Redis that is not there', async () => {
    const { code, message } = await startError(`redis://:hunter2@127.0.0.1:${await freePort()}`);
    expect(code).toBe('relay-unavailable');
    expect(message).toMatch(/ECONNREFUSED/);
    expect(message).not.toContain('hunter2');
  });
});

/** Answers as an old server does, as far as a client asks before it is told off. */
function oldRedis(): Server {
  const info = 'redis_version:6.2.14\r\nrole:master\r\nloading:0\r\nmaxmemory_policy:noeviction\r\n';
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const [, command] of chunk.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        if (/hello/i.test(command!)) socket.write("-ERR unknown command 'HELLO'\r\n");
        else if (/info/i.test(command!)) socket.write(`$${info.length}\r\n${info}\r\n`);
        else socket.write('+OK\r\n');
      }
    });
  });
}
