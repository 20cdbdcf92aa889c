// Where destinations lead: prefixes, handlers and their answers, user queues, and what is refused.
import { Buffer } from 'node:buffer';
import { Type } from 'typebox';
import { beforeEach, describe, expect, it } from 'vitest';
import { Headers } from '../../frames/index.ts';
import { Broker } from '../../src/broker/broker.ts';
import type { Soon } from '../../src/channel/channel.ts';
import type { SessionView } from '../../src/channel/inbound.ts';
import { StompwireError } from '../../src/errors.ts';
import { Message } from '../../src/message/message.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import { Application } from '../../src/routing/application.ts';
import { Router, type RouterOptions } from '../../src/routing/router.ts';
import { type Owner, ownAddress } from '../../src/routing/user-destinations.ts';
import { Gate } from '../broker/gate.ts';
import { Listener } from '../broker/listener.ts';

const usual: RouterOptions = {
  appPrefix: '/app',
  brokerPrefixes: ['/topic', '/queue'],
  userPrefix: '/user',
  separator: '/',
};

let app: Application;
let broker: Broker;
let router: Router;
let everything: Listener;
const session = {
  id: 'me',
  user: { name: 'Ann', authenticated: false },
  peer: { transport: 'tcp', address: '', secure: false },
  attributes: new Map(),
} as Partial<SessionView> as SessionView;

function open(options: Partial<RouterOptions> = {}): void {
  app = new Application(options.separator);
  broker = new Broker(new MemoryRelay(), options);
  void broker.start();
  let id = 0;
  router = new Router(broker, app, { ...usual, ...options }, () => String(id++));
  everything = new Listener('listener');
  void broker.subscribe('/**', everything);
}

beforeEach(() => open());

function send(
  destination: string,
  body: string | Buffer = '',
  headers: Record<string, string> = {},
): Soon<void> {
  const all = Headers.from({ destination, ...headers });
  return router.send({ command: 'SEND', destination, headers: all, body: Buffer.from(body), session });
}

const guest = (id: string): Owner => ({ id, user: undefined });

const heard = (): [string, string][] =>
  everything.messages.map(({ destination, body }) => [destination, body.toString()]);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof StompwireError) return error.code;
    throw error;
  }
  return 'none';
}

describe('a SEND to the broker', () => {
  it('becomes a message with the bytes, the type and the own headers of the sender', () => {
    void send('/topic/a', Buffer.of(1, 255), {
      'content-type': 'x/y',
      own: '1',
      login: 'secret',
      receipt: 'r',
    });
    expect(everything.messages).toMatchObject([
      {
        destination: '/topic/a',
        body: Buffer.of(1, 255),
        contentType: 'x/y',
        headers: ['own', '1'],
        id: '0',
      },
    ]);
    expect(everything.messages[0]!.excludes).toBeUndefined();
  });

  it('skips its sender only when it says exactly so', () => {
    const mine = new Listener('me');
    void broker.subscribe('/topic/a', mine);
    void send('/topic/a', '', { 'exclude-sender': 'true' });
    expect(mine.heard).toEqual([]);
    void send('/topic/a', '', { 'exclude-sender': 'yes' });
    expect(mine.heard).toEqual(['1']);
  });

  it.each([
    ['/topic/*', 'bad-destination'],
    ['/topic/a?', 'bad-destination'],
    ['/topic/**', 'bad-destination'],
    ['/topic/a\n', 'bad-destination'],
    ['/queue/a', 'not-supported'],
    ['/topic', 'unknown-destination'],
    ['/topical/a', 'unknown-destination'],
    ['/user/queue/a', 'unknown-destination'],
    ['/app', 'unknown-destination'],
    ['', 'unknown-destination'],
    ['session:other/queue/errors', 'unknown-destination'],
  ])('to %j is refused as %s', (destination, code) => {
    expect(codeOf(() => send(destination))).toBe(code);
    expect(heard()).toEqual([]);
  });

  it('is served under every prefix that is configured, and told which those are', () => {
    open({ brokerPrefixes: ['/news', '/rooms'], appPrefix: '/do' });
    void send('/rooms/a', '1');
    void send('/news/a', '2');
    expect(heard()).toEqual([
      ['/rooms/a', '1'],
      ['/news/a', '2'],
    ]);
    expect(() => send('/topic/a')).toThrow('served here: /news, /rooms, /do, /user/queue');
  });
});

describe('a handler', () => {
  it('gets the parameters, the body, the headers and who sent it', () => {
    let got: unknown;
    app.message('/room/{id}/send', { body: Type.Object({ a: Type.Number() }) }, (context) => {
      const { params, body, destination, user, headers } = context;
      got = { params, body, destination, user: user.name, own: headers.get('own'), session: context.session };
    });
    void send('/app/room/7/send', '{"a":1}', { own: 'x' });
    expect(got).toEqual({
      params: { id: '7' },
      body: { a: 1 },
      destination: '/app/room/7/send',
      user: 'Ann',
      own: 'x',
      session,
    });
    expect(heard()).toEqual([]);
  });

  it('answers to /topic and its destination, to one place, or to several', () => {
    app.message('/greet/{name}', {}, ({ params }) => `hi ${params.name}`);
    app.message('/to/{a}/{b}', { sendTo: '/topic/{b}/{a}' }, () => ({ x: 1 }));
    app.message('/many', { sendTo: ['/topic/1', '/topic/2'] }, () => null);
    for (const destination of ['/app/greet/Bo', '/app/to/1/2', '/app/many']) void send(destination);
    expect(heard()).toEqual([
      ['/topic/greet/Bo', 'hi Bo'],
      ['/topic/2/1', '{"x":1}'],
      ['/topic/1', 'null'],
      ['/topic/2', 'null'],
    ]);
  });

  it('answers under the first prefix that fans out', () => {
    open({ brokerPrefixes: ['/queue', '/news'] });
    app.message('/greet', {}, () => 'hi');
    void send('/app/greet');
    expect(heard()).toEqual([['/news/greet', 'hi']]);
  });

  it.each(['{id}', '$&', '$1', '\\', 'a b'])('is given %j as it is, and answers to it', (text) => {
    app.message('/room/{id}', { sendTo: '/topic/room/{id}' }, ({ params }) => params.id);
    void send(`/app/room/${text}`);
    expect(heard()).toEqual([[`/topic/room/${text}`, text]]);
  });

  it.each(['*', 'a?', '**', 'a\nb'])('cannot be made to answer to %j, which is no destination', (text) => {
    app.message('/room/{id}', { sendTo: '/topic/room/{id}' }, () => 'x');
    expect(codeOf(() => send(`/app/room/${text}`))).toBe('bad-destination');
    expect(heard()).toEqual([]);
  });

  it('is done when its answer is published, however long it takes', async () => {
    const gate = new Gate<string>();
    app.message('/slow', {}, () => gate.opened);
    const done = send('/app/slow');
    expect(heard()).toEqual([]);
    gate.resolve('at last');
    await done;
    expect(heard()).toEqual([['/topic/slow', 'at last']]);
  });

  it('may answer with anything that can be waited for', async () => {
    // biome-ignore lint/suspicious/noThenProperty: query builders are such objects
    app.message('/query', {}, () => ({ then: (resolve: (rows: unknown) => void) => resolve(['row']) }));
    await send('/app/query');
    expect(heard()).toEqual([['/topic/query', '["row"]']]);
  });

  it('publishes by itself, in order', () => {
    app.message('/fan', {}, ({ send }) => {
      void send('/topic/1', { a: 1 });
      void send('/topic/2', 'text');
    });
    void send('/app/fan');
    expect(heard()).toEqual([
      ['/topic/1', '{"a":1}'],
      ['/topic/2', 'text'],
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret inside');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret inside'))],
    ['answers with what has no JSON', () => 1n],
    ['answers later with what has no JSON', async () => 1n],
  ])('that %s has failed, and tells nothing of its inside', async (_, handler: () => unknown) => {
    app.message('/bad', {}, handler);
    const failure = (async () => send('/app/bad'))();
    await expect(failure).rejects.toMatchObject({
      code: 'handler-failed',
      message: 'the handler failed',
      cause: expect.any(Error),
    });
  });

  it('tells the client what it throws on purpose, now or later', async () => {
    app.message('/now', {}, () => {
      throw new StompwireError('denied', 'members only');
    });
    app.message('/later', {}, () => Promise.reject(new StompwireError('denied', 'members only')));
    for (const destination of ['/app/now', '/app/later'])
      await expect((async () => send(destination))()).rejects.toMatchObject({
        code: 'denied',
        message: 'members only',
      });
  });

  it('is not called with a body that is not what it expects', () => {
    let called = false;
    app.message('/strict', { body: Type.Object({ a: Type.Number() }) }, () => {
      called = true;
    });
    expect(codeOf(() => send('/app/strict', '{"a":"b"}'))).toBe('bad-payload');
    expect(called).toBe(false);
  });

  it('that nobody wrote is told as such', () => {
    expect(codeOf(() => send('/app/none'))).toBe('no-handler');
    expect(codeOf(() => router.addressOf('/app/none', guest('me')))).toBe('no-handler');
  });
});

describe('a SUBSCRIBE', () => {
  it('to a topic or a pattern stands where it says', () => {
    expect(router.addressOf('/topic/a', guest('me'))).toBe('/topic/a');
    expect(router.addressOf('/topic/*/b/**', guest('me'))).toBe('/topic/*/b/**');
  });

  it("to a user queue is the session's own, and no client can name its address", () => {
    const address = router.addressOf('/user/queue/errors', guest('me'));
    expect(address).not.toBe(router.addressOf('/user/queue/errors', guest('you')));
    expect(address.startsWith('/')).toBe(false);
    expect(codeOf(() => router.addressOf(address, guest('you')))).toBe('bad-destination');
  });

  it('to a pattern of user queues hears all of the own, and nothing of another session', () => {
    const mine = new Listener();
    void broker.subscribe(router.addressOf('/user/queue/**', guest('me')), mine);
    for (const owner of ['me', 'you', 'me2', 'm']) {
      const address = ownAddress(guest(owner), '/queue/errors');
      broker.deliver(
        new Message({ destination: '/user/queue/errors', address, body: Buffer.from(owner), id: '' }),
      );
    }
    expect(mine.messages.map(({ destination, body }) => [destination, body.toString()])).toEqual([
      ['/user/queue/errors', 'me'],
    ]);
  });

  it.each([
    ['/user/topic/x', 'denied'],
    ['/user/ann/queue/x', 'denied'],
    ['/user/queue', 'denied'],
    ['/user', 'unknown-destination'],
    ['/queue/*', 'bad-destination'],
    ['/reply-queue/x/y', 'unknown-destination'],
    ['/temp-queue/*', 'bad-destination'],
    ['/other/x', 'unknown-destination'],
    ['/*/x', 'unknown-destination'],
    ['/**', 'unknown-destination'],
    ['/topic/**/x', 'bad-destination'],
    ['/user/queue/**/x', 'bad-destination'],
    ['topic', 'bad-destination'],
    ['', 'bad-destination'],
  ])('to %j is refused as %s', (destination, code) => {
    expect(codeOf(() => router.addressOf(destination, guest('me')))).toBe(code);
  });
});

describe('a payload of the server', () => {
  it('is published anywhere, but not to a pattern nor to what is no destination', () => {
    void router.publisher.publish('/anything/at/all', { a: 1 });
    expect(heard()).toEqual([['/anything/at/all', '{"a":1}']]);
    expect(codeOf(() => router.publisher.publish('/topic/*', 1))).toBe('bad-destination');
    expect(codeOf(() => router.publisher.publish('topic', 1))).toBe('bad-destination');
  });
});
