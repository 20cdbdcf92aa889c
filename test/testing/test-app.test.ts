// A whole application under the test kit: frames, failures that say why, time that the test turns.
import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Interceptor, type Server, StompError } from '../../src/index.ts';
import { startTestApp, type TestApp, type TestAppParts } from '../../src/testing.ts';

let kit: TestApp;
afterEach(() => kit.close());

const start = async (
  define: (server: Server) => unknown = () => {},
  parts?: TestAppParts,
): Promise<TestApp> => (kit = await startTestApp(define, parts));

const echo = ({ app }: Server): void => {
  app.message('/echo', { sendTo: '/topic/echo' }, ({ body }) => body);
};

const failureOf = (what: Promise<unknown>): Promise<string> =>
  what.then(
    () => 'nothing failed',
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe('an application under test', () => {
  it('speaks through the whole line: handler, broker, subscription', async () => {
    await start(echo);
    const [ann, bob] = [await kit.connect({ login: 'ann' }), await kit.connect()];
    expect([ann.name, bob.name]).toEqual(['ann', 'guest-1']);
    const heard = await bob.subscribe('/topic/echo');
    await ann.send('/app/echo', { a: 1 }, { 'content-type': 'application/json' });
    await ann.send('/app/echo', 'text');
    await ann.send('/topic/echo', Buffer.of(255), { colour: 'red' });
    expect((await heard.next()).body).toEqual({ a: 1 });
    expect((await heard.next()).body).toBe('text');
    expect(await heard.next()).toMatchObject({ body: Buffer.of(255), headers: { colour: 'red' } });
    await heard.expectNothing();
  });

  it('opens no port', async () => {
    const listen = vi.spyOn((await import('node:net')).Server.prototype, 'listen');
    const connect = vi.spyOn(Socket.prototype, 'connect');
    await start(echo, { options: { ops: '127.0.0.1:0', stompPort: 0 } });
    await (await kit.connect()).send('/app/echo', 1);
    expect([listen.mock.calls, connect.mock.calls]).toEqual([[], []]);
    vi.restoreAllMocks();
    const { statusCode } = await kit.server.http.inject('/health/ready');
    expect(statusCode).toBe(200);
  });

  it('keeps proven users, roles and guests apart', async () => {
    await start(
      ({ rules, users, app }) => {
        rules.allow.send('/app/secret', { roles: ['admin'], reason: 'admins only' });
        app.message('/secret', () => undefined);
        app.message(
          '/names',
          () =>
            void users.sendToUser(
              'ann',
              '/queue/names',
              [...users].map((one) => one.name),
            ),
        );
      },
      { options: { denial: 'keep' } },
    );
    const ann = await kit.connect({ login: 'ann', roles: ['admin'] });
    const bob = await kit.connect({ login: 'bob' });
    await kit.connect();
    const names = await ann.subscribe('/user/queue/names');
    await ann.send('/app/secret');
    await expect(bob.send('/app/secret')).rejects.toMatchObject({ code: 'denied' });
    await bob.send('/app/names');
    expect((await names.next()).body).toEqual(['ann', 'bob']);
  });

  it('takes what fits and leaves the rest to who asks next', async () => {
    await start();
    const ann = await kit.connect();
    const heard = await ann.subscribe('/topic/*');
    const late = heard.next({ matching: { body: { n: 3 } } });
    for (const n of [1, 2, 3]) await kit.server.publish('/topic/n', { n, more: true });
    expect((await late).body).toEqual({ n: 3, more: true });
    expect((await heard.next({ matching: ({ text }) => text.includes('2') })).body).toMatchObject({ n: 2 });
    expect((await heard.next()).body).toMatchObject({ n: 1 });
  });

  it('ends a subscription when the server has', async () => {
    await start();
    const ann = await kit.connect();
    const news = await ann.subscribe('/topic/news');
    await news.unsubscribe();
    await kit.server.publish('/topic/news', 'late');
    await news.expectNothing();
  });

  it('closes twice, and takes nobody afterwards', async () => {
    await start();
    const ann = await kit.connect();
    await kit.close();
    await kit.close();
    expect(await ann.ending()).toMatchObject({ code: 1012 });
    await expect(kit.connect()).rejects.toThrow('takes no clients');
  });
});

describe('a failure', () => {
  it('says what was expected when nothing came', async () => {
    await start();
    const news = await (await kit.connect()).subscribe('/topic/news');
    const next = news.next({ matching: { body: { a: 1 } }, within: 1 });
    expect(await failureOf(next)).toBe(
      'ExpectationError: expected a message on /topic/news with { body: { a: 1 } }: ' +
        'nothing like it came within 1 ms; nothing came',
    );
  });

  it('says what came instead', async () => {
    await start();
    const ann = await kit.connect();
    const news = await ann.subscribe('/topic/news');
    await kit.server.publish('/topic/news', { a: 2 });
    await kit.server.publish('/topic/news', { a: [1] });
    await ann.fence(); // both have come
    const failure = await failureOf(news.next({ matching: { body: { a: 1 } }, within: 1 }));
    expect(failure).toContain(
      'what came instead:\n  MESSAGE /topic/news {"a":2}\n  MESSAGE /topic/news {"a":[1]}',
    );
  });

  it('shows the function that nothing satisfied', async () => {
    await start();
    const news = await (await kit.connect()).subscribe('/topic/news');
    const failure = await failureOf(news.next({ matching: ({ text }) => text === 'gold', within: 1 }));
    expect(failure).toContain(
      'for which ({ text }) => text === "gold"'.replaceAll('"', failure.includes('"gold"') ? '"' : "'"),
    );
  });

  it('comes at once when the session ends, with the ERROR that ended it', async () => {
    await start(({ app }) => {
      app.message('/ban', () => {
        throw new StompError('you are banned');
      });
    });
    const ann = await kit.connect();
    const news = await ann.subscribe('/topic/news');
    const waiting = failureOf(news.next({ within: 60_000 }));
    expect(await failureOf(ann.send('/app/ban'))).toBe(
      'Refusal: SEND to /app/ban was refused (ended-by-application): you are banned',
    );
    expect(await waiting).toContain('the session ended with 1008 you are banned after ERROR');
    expect(await ann.ending()).toMatchObject({
      code: 1008,
      error: { headers: { code: 'ended-by-application' } },
    });
    expect(await failureOf(ann.send('/topic/x'))).toContain('the session ended with 1008');
    expect(await failureOf(news.expectNothing())).toContain('the session ended with 1008');
  });

  it('lists what came where nothing was expected', async () => {
    await start();
    const news = await (await kit.connect()).subscribe('/topic/news');
    await kit.server.publish('/topic/news', 'surprise');
    expect(await failureOf(news.expectNothing())).toBe(
      'ExpectationError: expected nothing on /topic/news; what came:\n  MESSAGE /topic/news surprise',
    );
  });

  it('names the frame that was not answered', async () => {
    const never: Interceptor<unknown> = () => new Promise(() => {});
    await start(
      (server) => server.intercept((frame, next) => (frame.command === 'SEND' ? never(frame, next) : next())),
      // What never ends is not waited for in the end.
      { within: 300, options: { drainTimeout: 100 } },
    );
    const ann = await kit.connect();
    expect(await failureOf(ann.send('/topic/x'))).toBe(
      'ExpectationError: expected an answer to SEND to /topic/x: none came within 300 ms',
    );
  });

  it('is the refusal of a CONNECT', async () => {
    const authenticator = { proves: true, authenticate: () => Promise.reject(new Error('no')) };
    await start(undefined, { authenticator });
    expect(await failureOf(kit.connect({ login: 'ann' }))).toContain('Refusal: CONNECT was refused');
  });

  it('is what an exception handler answered', async () => {
    await start(({ app }) => {
      app.onError(RangeError, ({ message }) => ({ reason: message }));
      app.message('/far', () => {
        throw new RangeError('too far');
      });
    });
    const ann = await kit.connect();
    const refused = ann.send('/app/far');
    await expect(refused).rejects.toMatchObject({ body: { reason: 'too far' }, code: undefined });
    await ann.errors.expectNothing();
    ann.say('SEND', { destination: '/app/far' });
    expect((await ann.errors.next()).body).toEqual({ reason: 'too far' });
  });
});

describe('time', () => {
  it('stands still until it is turned', async () => {
    await start(undefined, { options: { heartbeatReceive: 1000, heartbeatSend: 1000, heartbeatGrace: 2 } });
    const ann = await kit.connect({ heartBeat: [1000, 1000] });
    await kit.advance(1500);
    expect(ann.heartBeats).toBeGreaterThan(0);
    ann.beat();
    await kit.advance(1980);
    await ann.fence();
    await kit.advance(2100);
    expect(await ann.ending()).toMatchObject({
      code: 1002,
      error: { headers: { code: 'heart-beat-timeout' } },
    });
  });

  it('reaches the time limits of handlers and the expiry of credentials', async () => {
    const authenticator = {
      proves: true,
      authenticate: () => ({ name: 'ann', authenticated: true, roles: [], expiresAt: Date.now() + 600_000 }),
    };
    await start(({ app }) => void app.message('/never', { timeout: 5000 }, () => new Promise(() => {})), {
      authenticator,
    });
    const ann = await kit.connect();
    const told = expect(ann.send('/app/never')).rejects.toMatchObject({ code: 'handler-timeout' });
    await kit.advance(5100);
    await told;
    await kit.advance(660_000);
    expect((await ann.ending()).error?.headers.code).toBe('credentials-expired');
  });
});

describe('a client', () => {
  it('says whatever a test wants to be refused', async () => {
    await start();
    const ann = await kit.connect({ address: '10.0.0.9', headers: { 'accept-version': '1.1' } });
    expect(ann.connected.headers.version).toBe('1.1');
    ann.sayBytes('HELLO\n\n\0');
    const { error } = await ann.ending();
    expect(error).toMatchObject({ command: 'ERROR', headers: { code: 'unknown-command' } });
    expect(ann.frames.at(-1)).toBe(error);
  });

  it('says goodbye, or is cut off', async () => {
    const ends: number[] = [];
    await start((server) => server.on('disconnect', ({ code }) => ends.push(code)));
    await (await kit.connect()).disconnect();
    (await kit.connect()).cut();
    expect(ends).toEqual([1000, 1006]);
  });

  it('listens to its error queue only if it shall', async () => {
    await start(undefined, { within: 300 });
    const ann = await kit.connect({ hearsErrors: false });
    await expect(ann.send('/app/nowhere')).rejects.toThrow('expected an answer to SEND to /app/nowhere');
  });

  it('waits its turn when the session has too much to do', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    await start(
      ({ app }) => void app.message('/slow', { sendTo: '/topic/slow' }, ({ body }) => gate.then(() => body)),
      {
        options: { waitingBytes: 1024 },
      },
    );
    const ann = await kit.connect();
    const heard = await ann.subscribe('/topic/slow');
    const sends = Array.from({ length: 40 }, (_, n) => ann.send('/app/slow', `${n}`.padEnd(200)));
    open();
    await Promise.all(sends);
    for (let n = 0; n < 40; n++) expect((await heard.next()).text.trim()).toBe(`${n}`);
  });
});
