// All sessions of a server: their ids, their limits, and the end of all of them.
import { describe, expect, it, vi } from 'vitest';
import { FakeConnection } from './fake-connection.ts';
import { World } from './world.ts';

const from = (address: string): FakeConnection => new FakeConnection(undefined, address);

describe('the sessions of a server', () => {
  it('have ids of their own, which begin with the name of the node', async () => {
    const world = new World();
    const ids = Array.from({ length: 50 }, () => world.client().session.id);
    expect(new Set(ids).size).toBe(50);
    expect(ids.every((id) => id.startsWith('node-'))).toBe(true);
  });

  it('are as many as they may be; one more is told so, and place is made by who leaves', async () => {
    const world = new World({ maxSessions: 2 });
    const [first] = [world.client(), world.client()];
    const third = world.client();
    expect(await third.ended()).toMatchObject({
      code: 'too-many-sessions',
      close: 1013,
      frame: { headers: { message: 'the server has maxSessions=2 sessions; try again later' } },
    });
    third.connection.end();
    first.connection.end();
    expect(world.client().connection.closes).toEqual([]);
    expect(world.sessions.size).toBe(2);
  });

  it('are as many per address as they may be, whoever is refused or gone', async () => {
    const world = new World({ maxSessionsPerAddress: 2 });
    const mine = Array.from({ length: 3 }, () => world.client(from('10.0.0.1')));
    expect(mine.map(({ connection }) => connection.closes.length)).toEqual([0, 0, 1]);
    expect(world.client(from('10.0.0.2')).connection.closes).toEqual([]);
    for (const { connection } of mine) connection.end();
    const again = [
      world.client(from('10.0.0.1')),
      world.client(from('10.0.0.1')),
      world.client(from('10.0.0.1')),
    ];
    expect(again.map(({ connection }) => connection.closes.length)).toEqual([0, 0, 1]);
  });

  it('that are over the limit are not heard', async () => {
    const world = new World({ maxSessions: 1 });
    world.client();
    const client = world.client().say('CONNECT', { 'accept-version': '1.2' });
    expect((await client.heard()).map(({ command }) => command)).toEqual(['ERROR']);
  });
});

describe('the end of all sessions', () => {
  it('is told to each, behind what waits for it, and is over when all have gone', async () => {
    const world = new World();
    const clients = [await world.connected(), await world.connected(), world.client()];
    clients[0]!
      .say('SUBSCRIBE', { id: '0', destination: '/topic/a' })
      .say('SEND', { destination: '/topic/a' });
    let over = false;
    const end = world.sessions
      .drain({ within: 60_000, rate: 0, retryAfter: 800, random: () => 0.5 })
      .then(() => {
        over = true;
      });
    expect((await clients[0]!.heard()).map(({ command }) => command)).toEqual(['MESSAGE', 'ERROR']);
    const bye = { code: 1012, reason: 'the server is shutting down; retry-after=400' };
    for (const { connection } of clients) expect(connection.closes).toEqual([bye]);
    for (const { connection } of clients.slice(1)) connection.end();
    await world.settled();
    expect(over).toBe(false);
    clients[0]!.connection.end();
    await end;
    expect(over).toBe(true);
  });

  it('tells over TCP by an ERROR when to come back, and elsewhere by the close alone', async () => {
    const world = new World();
    const tcp = await world.connected();
    const page = await world.connected();
    Object.defineProperty(page.connection, 'peer', {
      value: { ...page.session.peer, transport: 'websocket' },
    });
    void world.sessions.drain({ within: 60_000, rate: 0, retryAfter: 800, random: () => 0.25 });
    const [error] = await tcp.heard();
    expect(error).toMatchObject({
      command: 'ERROR',
      headers: { code: 'going-away', 'retry-after': '200' },
    });
    expect(await page.heard()).toEqual([]);
    expect(page.connection.closes).toEqual([
      { code: 1012, reason: 'the server is shutting down; retry-after=200' },
    ]);
  });

  it('waits for what was taken to be answered, takes no more, and then says goodbye', async () => {
    const world = new World();
    let release = (): void => {};
    const began: string[] = [];
    world.app.message('/slow/{n}', {}, ({ params }) => {
      began.push(params.n);
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const client = await world.connected();
    client
      .say('SEND', { destination: '/app/slow/1', receipt: 'r1' })
      .say('SEND', { destination: '/app/slow/2', receipt: 'r2' });
    await world.settled();
    void world.sessions.drain({ within: 60_000, rate: 0, retryAfter: 0 });
    await world.settled();
    expect(client.connection.closes).toEqual([]);
    release();
    await world.settled();
    const told = (await client.heard()).map(({ command, headers }) => [command, headers['receipt-id']]);
    expect(told).toEqual([
      ['RECEIPT', 'r1'],
      ['ERROR', undefined],
    ]);
    expect(client.connection.closes).toHaveLength(1);
    expect(began).toEqual(['1']);
  });

  it('says goodbye in time to who still waits for an answer', async () => {
    const world = new World();
    world.app.message('/stuck', {}, () => new Promise(() => {}));
    const client = await world.connected();
    client.say('SEND', { destination: '/app/stuck', receipt: 'r' });
    await world.settled();
    client.connection.destroy = () => client.connection.end(1006);
    await world.sessions.drain({ within: 200, rate: 0, retryAfter: 0 });
    expect((await client.heard()).map(({ command }) => command)).toEqual(['ERROR']);
  });

  it('comes at a pace, which is higher where the time would not do', async () => {
    const toldAfter = async (
      rate: number,
      within: number,
      ...times: readonly number[]
    ): Promise<number[]> => {
      const world = new World();
      const clients = await Promise.all(Array.from({ length: 100 }, () => world.connected()));
      vi.useFakeTimers({
        toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
      });
      try {
        void world.sessions.drain({ within, rate, retryAfter: 0 });
        return times.map((time, at) => {
          vi.advanceTimersByTime(time - (times[at - 1] ?? 0));
          return clients.filter(({ connection }) => connection.closes.length > 0).length;
        });
      } finally {
        vi.useRealTimers();
      }
    };
    expect(await toldAfter(50, 60_000, 0, 1000, 1980, 5000)).toEqual([10, 60, 100, 100]);
    expect(await toldAfter(1, 2000, 0, 500, 980)).toEqual([10, 60, 100]);
    expect(await toldAfter(0, 60_000, 0)).toEqual([100]);
  });

  it('is over at once when there are none', async () => {
    await new World().sessions.drain({ within: 60_000, rate: 0, retryAfter: 0 });
  });

  it('cuts who is still there when the time is up', async () => {
    const world = new World();
    const client = await world.connected();
    client.connection.destroy = () => client.connection.end(1006);
    await world.sessions.drain({ within: 0, rate: 0, retryAfter: 0 });
    expect(client.session.state).toBe('closed');
  });
});
