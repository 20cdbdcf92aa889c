// A server that goes: it says so to balancers first, serves on for a while, and lets every client hear what is left.
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Config, createServer, type Server } from '../src/index.ts';
import { RawTcp } from './e2e/clients/raw-tcp.ts';

const servers: Server[] = [];
const clients: RawTcp[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.drop();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: Partial<Config>, prepare?: (server: Server) => void): Promise<Server> {
  const server = createServer({ port: 0, stompPort: 0, logLevel: 'silent', ...options });
  prepare?.(server);
  servers.push(server);
  await server.start();
  return server;
}

async function enter(server: Server): Promise<RawTcp> {
  const client = await RawTcp.open(server.addresses.stomp!);
  clients.push(client);
  await client.connect();
  return client;
}

const readiness = async ({ addresses }: Server): Promise<unknown> => {
  const answer = await fetch(`${addresses.http}/health/ready`);
  return [answer.status, ((await answer.json()) as { reason?: string }).reason];
};

describe('a server that goes', () => {
  it('is not ready first, and serves who comes all the same while drainDelay lasts', async () => {
    const server = await start({ drainDelay: 1500, retryAfter: 0 });
    const early = await enter(server);
    expect(await readiness(server)).toEqual([200, undefined]);
    const closed = server.close();
    expect(await readiness(server)).toEqual([503, 'draining']);
    const late = await enter(server);
    await late.subscribe('/topic/a', 'a');
    await early.confirmed('SEND', { destination: '/topic/a' }, 'still');
    await late.message('still');
    for (const client of [early, late]) {
      const { headers } = await client.next('ERROR');
      expect([headers.code, headers['retry-after']]).toEqual(['going-away', '0']);
      expect((await client.ended).code).toBe(1000);
    }
    await closed;
  });

  it('answers what it took before its goodbye, to whoever waits for it', async () => {
    let release = (): void => {};
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const server = await start({}, ({ app }) =>
      app.message('/slow', { sendTo: '/topic/done' }, async ({ body }) => {
        begin();
        await new Promise<void>((go) => {
          release = go;
        });
        return body;
      }),
    );
    const client = await enter(server);
    await client.subscribe('/topic/done', 'done');
    client.frame('SEND', { destination: '/app/slow', receipt: 'r' }, 'kept');
    await begun;
    const closed = server.close();
    release();
    await client.ended;
    const told = client.frames.all.slice(2).map(({ command }) => command);
    expect(told.toSorted()).toEqual(['ERROR', 'MESSAGE', 'RECEIPT']);
    expect(told.at(-1)).toBe('ERROR');
    await closed;
  });

  it('tells pages by the close code alone, each a moment within retryAfter', async () => {
    const server = await start({ retryAfter: 5000 });
    const pages = Array.from(
      { length: 20 },
      () => new WebSocket(server.addresses.endpoints[0]!, ['v12.stomp']),
    );
    await Promise.all(pages.map((page) => once(page, 'open')));
    const heard: string[] = [];
    for (const page of pages) page.on('message', (data) => heard.push(String(data)));
    const closes = Promise.all(pages.map((page) => once(page, 'close')));
    await server.close();
    const times = (await closes).map(([code, reason]) => {
      const [, after] = /^the server is shutting down; retry-after=(\d+)$/.exec(String(reason))!;
      expect(code).toBe(1012);
      return Number(after);
    });
    expect(heard).toEqual([]);
    expect(Math.max(...times)).toBeLessThanOrEqual(5000);
    expect(new Set(times).size).toBeGreaterThan(10);
  });
});
