// The connection of whoever writes: what it lives through while sentinels promote, hang, or say nothing.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RedisConnection } from '../../src/redis/connection.ts';
import { type Answer, list, push, ScriptedRedis, type Speaking, text } from './scripted-redis.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listening(answer: Answer): Promise<ScriptedRedis> {
  const server = await ScriptedRedis.listen(answer);
  closing.push(() => server.close());
  return server;
}

const primary = (): Promise<ScriptedRedis> =>
  listening(([command = '']) => (/^info$/i.test(command) ? text('role:master\r\nloading:0') : '+OK\r\n'));

function connected(sentinels: readonly ScriptedRedis[]): RedisConnection {
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const connection = new RedisConnection(`redis+sentinel://${hosts}/group`, {
    base: 1,
    max: 10,
    silence: 300,
  });
  closing.push(() => connection.close());
  return connection;
}

const isSubscribe = ([command = '']: readonly string[]): boolean => /^subscribe$/i.test(command);
const isQuestion = ([command = '']: readonly string[]): boolean => /^sentinel$/i.test(command);

describe('a connection under Sentinel', () => {
  it('comes back when it is told of a promotion while it asks who the primary is', async () => {
    const redis = await primary();
    const named = list(text('127.0.0.1'), text(String(redis.port)));
    let hears: Speaking | undefined;
    let lost = false;
    const sentinel = await listening((words, to) => {
      if (isSubscribe(words)) {
        hears = to;
        return push(text('subscribe'), text('+switch-master'), ':1\r\n');
      }
      if (!isQuestion(words)) return '+OK\r\n';
      if (!lost) return named;
      lost = false;
      // it has heard of the promotion when it hears nothing more of this sentinel, and only then has its answer
      hears!.socket.on('close', () => to.say(named));
      hears!.say(push(text('message'), text('+switch-master'), text('group')));
      return undefined;
    });
    const connection = connected([sentinel]);
    expect(String(await connection.call('PING'))).toBe('OK');
    await vi.waitUntil(() => hears !== undefined, { timeout: 20_000 });
    lost = true;
    redis.cut();
    await vi.waitUntil(() => connection.call('PING').then(Boolean, () => false), { timeout: 20_000 });
    expect(connection.away).toBeUndefined();
  });

  it('asks the next sentinel when one takes the question and says nothing', async () => {
    const redis = await primary();
    const hung = await listening((words) => (isQuestion(words) ? undefined : '+OK\r\n'));
    const sentinel = await listening((words) =>
      isQuestion(words) ? list(text('127.0.0.1'), text(String(redis.port))) : '+OK\r\n',
    );
    const connection = connected([hung, sentinel]);
    expect(String(await connection.call('PING'))).toBe('OK');
  });
});
