// The service at SIGTERM with SockJS clients of every kind: each hears all, is told 1012, and the process ends in time.
import { afterEach, describe, expect, it } from 'vitest';
import type { SockJsWay } from '../../contracts/sockjs-clients.ts';
import { Executable } from '../executable.ts';
import { StompOverSockJs } from './stomp-over-sockjs.ts';

const ways: readonly SockJsWay[] = ['websocket', 'xhr_streaming', 'eventsource', 'htmlfile', 'xhr', 'jsonp'];
const topic = '/topic/until-the-end';

const running: Executable[] = [];
const clients: StompOverSockJs[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.drop();
  for (const service of running) service.signal('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});

async function start(...flags: string[]): Promise<[service: Executable, endpoint: string]> {
  const words = [
    'serve',
    '--port',
    '0',
    '--stomp-port',
    'off',
    '--data',
    'memory',
    '--sockjs-jsonp',
    ...flags,
  ];
  const service = new Executable(words);
  running.push(service);
  return [service, `${(await service.addresses())[0]!}/ws`];
}

async function subscriber(endpoint: string, way: SockJsWay): Promise<StompOverSockJs> {
  const client = await StompOverSockJs.open(endpoint, way);
  clients.push(client);
  await client.connect();
  await client.confirmed('SUBSCRIBE', { destination: topic, id: '0' });
  return client;
}

/** Ends with 0 within the bound. */
async function endsWithin(service: Executable, ms: number): Promise<void> {
  const begin = performance.now();
  service.signal('SIGTERM');
  expect((await service.ended).code).toBe(0);
  expect(performance.now() - begin).toBeLessThan(ms);
}

describe('SIGTERM', () => {
  it('lets clients of every kind hear what was confirmed, and tells them 1012', async () => {
    const [service, endpoint] = await start();
    const subscribers = await Promise.all(ways.map((way) => subscriber(endpoint, way)));
    const publisher = await subscriber(endpoint, 'websocket');
    const said = Array.from({ length: 200 }, (_, n) => `${n} `.padEnd(1000, 'x'));
    for (const body of said.slice(0, -1)) publisher.frame('SEND', { destination: topic }, body);
    await publisher.confirmed('SEND', { destination: topic }, said.at(-1));
    await endsWithin(service, 10_000);
    for (const [at, client] of subscribers.entries()) {
      expect(await client.ended(), ways[at]).toMatchObject({ code: 1012 });
      expect(client.bodies, ways[at]).toEqual(said);
    }
  });

  it('waits for who is between two polls, and comes back in time', async () => {
    const [service, endpoint] = await start('--close-timeout', '10000');
    const [polling, other] = [await subscriber(endpoint, 'xhr'), await subscriber(endpoint, 'websocket')];
    polling.pause();
    for (const body of ['in the poll that is open', 'while there is none']) {
      await other.confirmed('SEND', { destination: topic }, body);
    }
    const ended = endsWithin(service, 10_000);
    expect(await other.ended()).toMatchObject({ code: 1012 });
    polling.resume();
    expect(await polling.ended()).toMatchObject({ code: 1012 });
    expect(polling.bodies).toEqual(['in the poll that is open', 'while there is none']);
    await ended;
  });

  it.each(ways)('does not wait for ever for a client over %s that reads nothing', async (way) => {
    const [service, endpoint] = await start('--drain-timeout', '1000', '--close-timeout', '700');
    const [deaf, other] = [await subscriber(endpoint, way), await subscriber(endpoint, 'websocket')];
    deaf.pause();
    for (let n = 0; n < 20; n++) await other.confirmed('SEND', { destination: topic }, 'x'.repeat(50_000));
    await endsWithin(service, 4000);
  });
});
