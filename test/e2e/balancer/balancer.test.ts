// The balancer of docker-compose.yml before two nodes: WebSocket, SockJS, TCP, and a node that goes.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SockJsWay } from '../../contracts/sockjs-clients.ts';
import { requires } from '../../servers/requires.ts';
import { Stompit } from '../clients/stompit.ts';
import { StompJs } from '../clients/stompjs.ts';
import { StompOverSockJs } from '../sockjs/stomp-over-sockjs.ts';
import { Balanced, config } from './balanced.ts';

const haproxy = requires('haproxy');
const redis = requires('redis-server');

const ways: readonly SockJsWay[] = ['websocket', 'xhr_streaming', 'eventsource', 'xhr'];

describe.runIf(haproxy && redis)('two nodes behind the balancer', () => {
  let balanced: Balanced;
  const clients: { drop(): void }[] = [];
  const kept = <C extends { drop(): void }>(client: C): C => {
    clients.push(client);
    return client;
  };
  const page = async (): Promise<StompJs> => {
    const client = kept(new StompJs(balanced.endpoint));
    await client.connected();
    return client;
  };

  beforeAll(async () => {
    balanced = await Balanced.start(haproxy!, redis!);
  });
  afterAll(async () => {
    for (const client of clients) client.drop();
    await balanced?.stop();
  });

  it('has a config that HAProxy takes as it stands in the tree', async () => {
    await promisify(execFile)(haproxy!, ['-c', '-q', '-f', config]);
  });

  it('spreads WebSockets over both, and all are in one room', async () => {
    const pages = await Promise.all(Array.from({ length: 6 }, page));
    const before = await balanced.metric('stompwire_sessions');
    expect(before.every((sessions) => sessions > 0)).toBe(true);
    const heard = await Promise.all(pages.map((one) => one.subscribe('/topic/balanced')));
    await pages[0]!.send('/topic/balanced', 'to all');
    for (const { messages } of heard) expect((await messages.count(1))[0]!.body).toBe('to all');
  });

  it.each(ways)('keeps each SockJS session on its node over %s', async (way) => {
    const sessions = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const client = kept(await StompOverSockJs.open(`${balanced.http}/ws`, way));
        await client.connect();
        await client.confirmed('SUBSCRIBE', { destination: `/topic/${way}`, id: '0' });
        return client;
      }),
    );
    await sessions[0]!.confirmed('SEND', { destination: `/topic/${way}` }, 'to all');
    await Promise.all(sessions.map((client) => client.next('MESSAGE')));
    for (const client of sessions) expect(client.bodies).toEqual(['to all']);
  });

  it('brings STOMP over TCP to them', async () => {
    const [one, other] = [await Stompit.open(balanced.stomp), await Stompit.open(balanced.stomp)];
    const messages = await one.subscribe('/topic/tcp');
    await other.send({ destination: '/topic/tcp' }, 'over TCP');
    expect(String((await messages.count(1))[0]!.body)).toBe('over TCP');
    await Promise.all([one.disconnect(), other.disconnect()]);
  });

  it('turns to the other one while a node drains, and refuses nobody', async () => {
    const answers: number[] = [];
    const leaving = balanced.nodes[0]!.process;
    let gone = false;
    leaving.signal('SIGTERM');
    const ended = leaving.ended.then(({ code }) => {
      gone = true;
      return code;
    });
    while (!gone) {
      answers.push(await balanced.ready());
      await page();
    }
    expect(await ended).toBe(0);
    expect([...new Set(answers)]).toEqual([200]);
  });
});
