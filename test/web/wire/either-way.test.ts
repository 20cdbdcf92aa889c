// The two ways to the service: which one is tried when, what is remembered, and what is told of it.
import { describe, expect, it } from 'vitest';
import { ClientError, type Dial, type OpenSession, type SessionEnd } from '../../../src/client/index.ts';
import { openEitherWay, type Way, type WaysWorld } from '../../../src/web/wire/either-way.ts';
import { ScriptedSession } from '../../client/scripted-server.ts';

const dials: Record<Way, Dial> = { websocket: { brokerURL: 'ws://x' }, sockjs: { brokerURL: 'sockjs' } };

class World implements WaysWorld {
  way: Way | undefined;
  offered: readonly Way[] = ['websocket', 'sockjs'];
  readonly tried: Dial[] = [];
  readonly sessions: ScriptedSession[] = [];
  readonly told: string[] = [];
  readonly ends: SessionEnd[] = [];

  readonly dial = async (way: Way): Promise<Dial | undefined> =>
    this.offered.includes(way) ? dials[way] : undefined;

  readonly openBy =
    (dial: Dial): OpenSession =>
    (connectHeaders, events) => {
      this.tried.push(dial);
      const session = new ScriptedSession(connectHeaders(), events);
      this.sessions.push(session);
      return session;
    };

  readonly remembered = (): Way | undefined => this.way;
  readonly remember = (way: Way | undefined): void => {
    this.way = way;
  };

  start(): ReturnType<OpenSession> {
    return openEitherWay(this)(async () => ({ login: 'ann' }), {
      opened: (headers) => this.told.push(`opened ${headers['user-name']}`),
      receipt: (headers) => this.told.push(`receipt ${headers['receipt-id']}`),
      refused: (id, { message }) => this.told.push(`refused ${id} ${message}`),
      ended: (end) => this.ends.push(end),
    });
  }

  /** The session that was opened last, once all that was to happen has happened. */
  async newest(): Promise<ScriptedSession> {
    await settled();
    return this.sessions.at(-1)!;
  }

  async ended(code: number, error?: ClientError): Promise<void> {
    (await this.newest()).events.ended({ code, error });
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the ways to the service', () => {
  it('are WebSocket first, and nothing else when that leads there', async () => {
    const world = new World();
    world.start();
    (await world.newest()).events.opened({ 'user-name': 'ann' });
    await world.ended(1006);
    expect(world).toMatchObject({
      tried: [dials.websocket],
      told: ['opened ann'],
      ends: [{ code: 1006 }],
      way: 'websocket',
    });
  });

  it.each([1006, 4001])('are SockJS when WebSocket ends with %i and nothing was heard', async (code) => {
    const world = new World();
    const session = world.start();
    await world.ended(code);
    expect(world.ends).toEqual([]);
    const second = await world.newest();
    second.events.opened({ 'user-name': 'ann' });
    session.send('/app/x', 'hello', { receipt: 'r-1' });
    session.subscribe('/topic/x', () => {}, { id: 'sub-1' })();
    second.receipt('r-1');
    second.events.refused('r-2', new ClientError('denied', 'no'));
    expect(world).toMatchObject({
      tried: [dials.websocket, dials.sockjs],
      told: ['opened ann', 'receipt r-1', 'refused r-2 no'],
      way: 'sockjs',
    });
    expect(second.sent).toEqual([{ destination: '/app/x', body: 'hello', headers: { receipt: 'r-1' } }]);
    expect(second.subscribed).toHaveLength(1);
    expect(await second.connect).toEqual({ login: 'ann' });
  });

  it('are what led there before, on the same visit', async () => {
    const world = new World();
    world.way = 'sockjs';
    world.start();
    await world.newest();
    expect(world.tried).toEqual([dials.sockjs]);
  });

  it.each([1002, 1006, 2000])(
    'are forgotten when SockJS ends with %i: next time it is WebSocket',
    async (code) => {
      const world = new World();
      world.way = 'sockjs';
      world.start();
      await world.ended(code);
      expect(world).toMatchObject({ way: undefined, ends: [{ code: 1006 }] });
      world.start();
      await world.newest();
      expect(world.tried).toEqual([dials.sockjs, dials.websocket]);
    },
  );

  it('both lead nowhere when the service is down, and that is told as one loss', async () => {
    const world = new World();
    world.offered = ['websocket'];
    world.start();
    await world.ended(1006);
    expect(world).toMatchObject({ tried: [dials.websocket], ends: [{ code: 1006 }], way: undefined });
  });

  it.each([
    ['an ERROR', 1006, new ClientError('authentication-failed', 'bad credentials')],
    ['a code of its own', 1008, undefined],
  ])('are not changed when the service answered with %s', async (_what, code, error) => {
    const world = new World();
    world.start();
    await world.ended(code, error);
    expect(world).toMatchObject({ tried: [dials.websocket], ends: [{ code, error }] });
  });

  it('are not gone any more once the session was closed', async () => {
    const world = new World();
    const session = world.start();
    const first = await world.newest();
    session.close();
    expect(first.isClosed).toBe(true);
    const early = new World();
    early.start().close();
    await settled();
    expect(early.tried).toEqual([]);
  });
});
