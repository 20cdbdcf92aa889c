// Keeping a connection: when it is opened again, how soon, when not at all, and who the client says it is.
import { beforeEach, describe, expect, it } from 'vitest';
import { ClientError, type ClientOptions, type Phase, type StompwireClient } from '../../src/client/index.ts';
import { steadyAfter } from '../../src/client/keeper.ts';
import { PlainStorage, ScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
let phases: Phase[];
const phase = (): Phase | undefined => phases.at(-1);
const client = (options: ClientOptions = {}): StompwireClient =>
  server.client({ ...options, onPhase: (one) => phases.push(one) });

beforeEach(() => {
  server = new ScriptedServer();
  phases = [];
});

describe('a kept connection', () => {
  it('says what it is about, and the name that the server gives', () => {
    client();
    expect(phase()).toEqual({ phase: 'connecting', attempt: 0 });
    server.open({ 'user-name': 'Ann' });
    expect(phase()).toEqual({ phase: 'online', user: 'Ann' });
    server.newest.end();
    expect(phase()).toEqual({ phase: 'waiting', attempt: 1, until: 1_000 });
  });

  it('is opened again later each time it fails, soon again only after one that held', () => {
    client();
    const waitAfter = (held: number): number => {
      server.open();
      server.time += held;
      server.newest.end();
      const { wait } = server;
      server.ring();
      return wait;
    };
    const waits = [0, 0, steadyAfter - 1, steadyAfter].map(waitAfter);
    expect(waits).toEqual([1_000, 2_000, 4_000, 1_000]);
  });

  it('waits as long as the server asks, with all of the jitter behind it', () => {
    client();
    server.newest.end(1013, new ClientError('too-many-sessions', 'full', { retryAfter: 7_000 }));
    expect(server.wait).toBe(8_000);
  });

  it('comes back exactly when it was told goodbye for, and as usual when nobody is there yet', () => {
    client();
    server.open();
    server.newest.end(1012, undefined, 345);
    expect(server.wait).toBe(345);
    server.ring();
    server.newest.end();
    expect(server.wait).toBe(2_000);
  });

  it.each([1002, 1008])('is not tried again by itself after %i, but when its user asks', (code) => {
    const errors: string[] = [];
    const kept = client({ onServerError: ({ message }) => errors.push(message) });
    server.newest.end(code, new ClientError('denied', 'this name is taken'));
    expect(phase()).toEqual({ phase: 'stopped', reason: 'this name is taken' });
    expect(errors).toEqual(['this name is taken']);
    expect(server.timers).toEqual([]);
    kept.retryNow();
    server.newest.end(code);
    kept.activate();
    expect(server.sessions).toHaveLength(3);
  });

  it('is opened at once when its user does not want to wait, and once only', () => {
    const kept = client();
    server.newest.end();
    kept.retryNow();
    kept.retryNow();
    kept.activate();
    expect(server.sessions).toHaveLength(2);
    expect(server.timers).toEqual([]);
  });

  it('is given up at once when the network is known to be gone, and opened again when it is back', async () => {
    const kept = client();
    kept.lose();
    expect(phase()).toEqual({ phase: 'waiting', attempt: 1, until: 1_000 });
    kept.lose();
    expect(phases).toHaveLength(2);
    kept.retryNow();
    const session = server.open();
    const sent = kept.send('/app/a', 'hi');
    kept.lose();
    expect([session.isClosed, phase()?.phase]).toEqual([true, 'waiting']);
    kept.retryNow();
    server.open();
    const [first, again] = [session.sent[0], server.newest.sent[0]];
    expect(again?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    server.newest.receipt(again!.headers.receipt!);
    await sent;
    expect(server.newest.sent).toHaveLength(1);
  });

  it('is closed when the client is deactivated, and none is opened after', async () => {
    const kept = client();
    server.open();
    await kept.deactivate();
    await kept.deactivate();
    kept.retryNow();
    expect(server.sessions.map(({ isClosed }) => isClosed)).toEqual([true]);
    expect(phase()).toEqual({ phase: 'idle' });
  });

  it('is not opened by a wait that was called off, nor by who was told of the end', async () => {
    const kept = client();
    server.newest.end();
    await kept.deactivate();
    expect(server.timers).toEqual([]);
    const stopping = server.client({ onServerError: () => void stopping.deactivate() });
    server.newest.end(1013, new ClientError('x', 'x'));
    expect(server.timers).toEqual([]);
  });
});

describe('what is told on the error queue', () => {
  it('is heard, but for what is about a subscription that was ended here meanwhile', () => {
    const told: string[] = [];
    const kept = client({ onServerError: ({ code }) => told.push(code) });
    const session = server.open();
    const subscription = kept.subscribe('/topic/a', () => {});
    const { id } = session.of('/topic/a').headers;
    subscription.unsubscribe();
    session.tell('no-access', { 'subscription-id': id! });
    session.tell('rate-limited', {});
    expect(told).toEqual(['rate-limited']);
  });
});

describe('CONNECT', () => {
  it('has headers that are made anew for each attempt', async () => {
    let tokens = 0;
    client({ connectHeaders: async () => ({ passcode: `token-${++tokens}` }) });
    server.newest.end();
    server.ring();
    const shown = await Promise.all(server.sessions.map(({ connect }) => connect));
    expect(shown).toEqual([{ passcode: 'token-1' }, { passcode: 'token-2' }]);
  });

  it('shows the token that a guest was given, over page loads too', async () => {
    const storage = new PlainStorage();
    client({ connectHeaders: { login: 'ann' }, storage });
    server.open({ 'client-token': 'a-token' });
    server.reopen();
    client({ storage });
    const shown = await Promise.all(server.sessions.map(({ connect }) => connect));
    expect(shown).toEqual([
      { login: 'ann' },
      { login: 'ann', 'client-token': 'a-token' },
      { 'client-token': 'a-token' },
    ]);
  });

  it('is possible somewhere only', () => {
    expect(() => server.client({ openSession: undefined as never })).toThrow('one of brokerURL');
  });
});
