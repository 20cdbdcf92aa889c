// Event streams: sessions on HTTP responses, with all that holds for sessions.
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { type Heard, type Server, StompwireError, type StreamAsked } from '../../src/index.ts';
import { startTestApp, type TestApp, type TestAppParts } from '../../src/testing.ts';
import { EventReader } from '../event-reader.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

type Define = (server: Server) => unknown;

async function app(parts: TestAppParts = {}, define: Define = () => {}, asked: Partial<StreamAsked> = {}) {
  const kit = await startTestApp((server) => {
    server.policies.add({ pattern: '/topic/log/*' });
    define(server);
    addRoutes(server, asked);
  }, parts);
  open.push(kit);
  return kit;
}

function addRoutes({ http, streams }: Server, asked: Partial<StreamAsked>): void {
  http.get('/sse/*', { exposeHeadRoute: false }, async (request, reply) => {
    const { login, from } = request.query as { login?: string; from?: string };
    const destination = `/${(request.params as { '*': string })['*']}`;
    await streams.open(request, reply, { destination, login, resumeFrom: from, ...asked });
    return reply;
  });
  http.setErrorHandler((error: StompwireError, _request, reply) =>
    reply.code(400).send({ code: error.code }),
  );
}

async function stream(kit: TestApp, path: string, headers: Record<string, string> = {}) {
  const response = await kit.server.http.inject({
    url: `/sse${path}`,
    headers: { host: 'localhost', ...headers },
    payloadAsStream: true,
  });
  expect(response.statusCode).toBe(200);
  return { response, events: new EventReader(response.stream()) };
}

/** What a request is refused with. */
async function refused(kit: TestApp, path: string, headers: Record<string, string> = {}) {
  const response = await kit.server.http.inject({
    url: `/sse${path}`,
    headers: { host: 'localhost', ...headers },
  });
  return { status: response.statusCode, ...(response.json() as { code?: string }) };
}

/** The same application on a socket of its own, for what only a real connection shows. */
async function listening(kit: TestApp): Promise<number> {
  const http: FastifyInstance = kit.server.http;
  const server: HttpServer = createServer((request, response) => http.routing(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

describe('an event stream', () => {
  it('brings what is published, as events, and says in its head what it is', async () => {
    const kit = await app();
    const { response, events } = await stream(kit, '/topic/news');
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-store, no-transform',
      'x-content-type-options': 'nosniff',
    });
    await kit.server.publish('/topic/news', { headline: 'it runs' });
    expect(await events.next()).toEqual({ name: 'message', id: '', data: '{"headline":"it runs"}' });
  });

  it('keeps the lines of a body apart, whatever ends them, and every character', async () => {
    const kit = await app();
    const { events } = await stream(kit, '/topic/news');
    for (const text of ['a\nb', 'a\r\nb', 'a\rb']) {
      await kit.server.publish('/topic/news', text);
      expect((await events.next()).data).toBe('a\nb');
    }
    for (const text of [
      '',
      ' blank',
      'data: x',
      ':',
      '\n',
      '\n\nevent: error\ndata: forged\n\n',
      '안녕 🎉\u2028',
    ]) {
      await kit.server.publish('/topic/news', text);
      expect(await events.next()).toMatchObject({ name: 'message', data: text });
    }
  });

  it('is encoded once for all streams of one kind, and shaped by the program once', async () => {
    let shaped = 0;
    const data = ({ number, body }: Heard): string => {
      shaped++;
      return `${typeof number} ${body}`;
    };
    const kit = await app({}, () => {}, { data });
    const streams = await Promise.all(Array.from({ length: 5 }, () => stream(kit, '/topic/log/a')));
    await kit.server.publish('/topic/log/a', 'hello');
    for (const { events } of streams) expect((await events.next()).data).toBe('number hello');
    expect(shaped).toBe(1);
  });

  it('goes on behind the last event that its client saw, and says so', async () => {
    const kit = await app();
    const first = await stream(kit, '/topic/log/a');
    for (const text of ['1', '2', '3']) await kit.server.publish('/topic/log/a', text);
    const { id } = await first.events.next();
    expect(id).toMatch(/^[\w-]{12}\.\d+-1$/);
    const { events } = await stream(kit, '/topic/log/a', { 'last-event-id': id });
    expect(await events.next()).toEqual({ name: 'resume', id, data: '{"resume":"complete"}' });
    expect([(await events.next()).data, (await events.next()).data]).toEqual(['2', '3']);
    await kit.server.publish('/topic/log/a', '4');
    expect((await events.next()).data).toBe('4');
  });

  it('knows its place from the begin: who is cut off before anything was said misses nothing', async () => {
    const kit = await app();
    await kit.server.publish('/topic/log/a', 'before');
    const first = await stream(kit, '/topic/log/a');
    await first.events.comment('subscribed');
    expect(first.events.events).toEqual([]);
    const id = first.events.lastId;
    expect(id).toMatch(/^[\w-]{12}\.\d+-1$/);
    first.response.stream().destroy();
    await kit.server.publish('/topic/log/a', 'meanwhile');
    const { events } = await stream(kit, '/topic/log/a', { 'last-event-id': id });
    expect(await events.next()).toEqual({ name: 'resume', id, data: '{"resume":"complete"}' });
    await kit.server.publish('/topic/log/a', 'after');
    expect([(await events.next()).data, (await events.next()).data]).toEqual(['meanwhile', 'after']);
    const nothingYet = await stream(kit, '/topic/log/b');
    await nothingYet.events.comment('subscribed');
    const begin = { 'last-event-id': nothingYet.events.lastId };
    await kit.server.publish('/topic/log/b', 'the very first');
    const again = await stream(kit, '/topic/log/b', begin);
    expect(await again.events.next()).toMatchObject({ name: 'resume', data: '{"resume":"complete"}' });
    expect((await again.events.next()).data).toBe('the very first');
  });

  it('misses nothing that is said while it begins, and hears nothing twice', async () => {
    const kit = await app();
    let said = 0;
    const say = () => void kit.server.publish('/topic/log/a', String(++said));
    const streams = [];
    for (let n = 0; n < 30; n++) {
      say();
      const begun = said;
      const opening = stream(kit, '/topic/log/a');
      say();
      setImmediate(say);
      streams.push({ begun, events: (await opening).events });
    }
    await new Promise(setImmediate);
    void kit.server.publish('/topic/log/a', 'end');
    for (const { begun, events } of streams) {
      const heard: string[] = [];
      while (heard.at(-1) !== 'end') heard.push((await events.next('message')).data);
      const first = Number(heard[0]);
      expect(first).toBeGreaterThan(begun);
      const rest = Array.from({ length: said - first + 1 }, (_, n) => String(first + n));
      expect(heard).toEqual([...rest, 'end']);
    }
  });

  it('begins where it is asked to, and what its client brings goes before that', async () => {
    const kit = await app();
    for (const text of ['1', '2', '3']) await kit.server.publish('/topic/log/a', text);
    const { events } = await stream(kit, '/topic/log/a?from=last-2');
    await events.next('resume');
    const { id, data } = await events.next();
    expect(data).toBe('2');
    const again = await stream(kit, '/topic/log/a?from=first', { 'last-event-id': id });
    await again.events.next('resume');
    expect((await again.events.next()).data).toBe('3');
  });

  it('of a destination that is not logged has no ids, and comes back without one', async () => {
    const kit = await app();
    const { events, response } = await stream(kit, '/topic/news', { 'last-event-id': 'whatever' });
    expect(response.statusCode).toBe(200);
    await kit.server.publish('/topic/news', 'now');
    expect(await events.next()).toEqual({ name: 'message', id: '', data: 'now' });
  });

  it('is refused before it begins, with what a session would be', async () => {
    const kit = await app({ options: { maxStreamsPerUser: 2 } }, ({ rules }) => {
      rules.deny.subscribe('/topic/secret');
    });
    expect(await refused(kit, '/topic/secret')).toEqual({ status: 400, code: 'denied' });
    expect(await refused(kit, '/topic/a%0Ab')).toMatchObject({ status: 400 });
    expect(await refused(kit, '/queue/x?from=first')).toEqual({ status: 400, code: 'bad-resume' });
    const other = 'AAAAAAAAAAAA.1-1';
    expect(await refused(kit, '/topic/log/a', { 'last-event-id': other })).toEqual({
      status: 400,
      code: 'bad-resume',
    });
    for (const bad of ['x'.repeat(300), '1', '-']) {
      const { code } = await refused(kit, '/topic/log/a', { 'last-event-id': bad });
      expect(code, bad).toBe('bad-resume');
    }
  });

  it('is bounded per name, and its place is free when it ends', async () => {
    const kit = await app({ options: { maxStreamsPerUser: 2 } });
    const both = [await stream(kit, '/topic/a?login=kim'), await stream(kit, '/topic/b?login=kim')];
    expect(await refused(kit, '/topic/c?login=kim')).toEqual({ status: 400, code: 'too-many-sessions' });
    await stream(kit, '/topic/c?login=lee');
    await kit.server.users.disconnectUser('kim', 'enough');
    for (const { events } of both) await events.end();
    await stream(kit, '/topic/c?login=kim');
  });

  it('gives its place back when it was refused', async () => {
    const kit = await app({ options: { maxStreamsPerUser: 1 } }, ({ rules }) => {
      rules.deny.subscribe('/topic/secret');
    });
    for (let i = 0; i < 3; i++)
      expect(await refused(kit, '/topic/secret?login=kim')).toEqual({ status: 400, code: 'denied' });
    await stream(kit, '/topic/a?login=kim');
  });

  it('passes interceptors, is a session with a user, and is told of as every one', async () => {
    const seen: string[] = [];
    const kit = await app({}, (server) => {
      server.intercept((frame, next) => {
        seen.push(`${frame.command} ${frame.session.user?.name} ${frame.session.peer.transport}`);
        return next();
      });
      server.on('subscribed', ({ subscription }) => seen.push(`subscribed ${subscription.destination}`));
      server.on('disconnect', ({ session }) => seen.push(`gone ${session.user?.name}`));
    });
    const { events } = await stream(kit, '/topic/a?login=kim');
    expect(seen).toEqual(['CONNECT kim http', 'SUBSCRIBE kim http', 'subscribed /topic/a']);
    expect(kit.server.users.find('kim')?.sessions[0]?.subscriptions).toMatchObject([
      { destination: '/topic/a' },
    ]);
    await kit.server.users.disconnectUser('kim', 'your account was closed');
    await events.end();
    expect(seen.slice(3)).toEqual(['gone kim', 'DISCONNECT kim http']);
  });

  it('ends with an event that says why, and nothing comes after', async () => {
    const kit = await app();
    const { events } = await stream(kit, '/topic/a?login=kim');
    const [session] = kit.server.users.find('kim')!.sessions;
    session!.unsubscribe(session!.subscriptions[0]!.id, new StompwireError('no-access', 'you were sent out'));
    await kit.server.publish('/topic/a', 'among us');
    await events.end();
    expect(events.events).toEqual([
      { name: 'error', id: '', data: '{"code":"no-access","message":"you were sent out"}' },
    ]);
  });

  it('beats in comments, from the one clock, and does not count as idle', async () => {
    const kit = await app({ options: { heartbeatSend: 5000, idleTimeout: 20_000 } });
    const { events } = await stream(kit, '/topic/a');
    await kit.advance(4900);
    await events.comment('');
    await kit.advance(60_000);
    await kit.server.publish('/topic/a', 'still here');
    expect((await events.next()).data).toBe('still here');
    expect(events.comments.filter((text) => text === '').length).toBeGreaterThan(10);
  });

  it('is told when to come back by a server that goes, and no error', async () => {
    const kit = await app({ options: { retryAfter: 10_000 } });
    const { events } = await stream(kit, '/topic/a');
    await kit.server.drain();
    await events.end();
    expect(events.retry).toBeGreaterThanOrEqual(0);
    expect(events.retry).toBeLessThanOrEqual(10_000);
    expect(events.events).toEqual([]);
    expect((await refused(kit, '/topic/a')).code).toBe('going-away');
  });

  it('ends when the credentials run out', async () => {
    const expiresAt = Date.now() + 30_000;
    const user = { name: 'kim', authenticated: true, roles: [], expiresAt };
    const kit = await app({}, () => {}, { user });
    const { events } = await stream(kit, '/topic/a');
    await kit.advance(31_000);
    expect(JSON.parse((await events.next('error')).data)).toMatchObject({ code: 'credentials-expired' });
    await events.end();
    const stale = { ...user, expiresAt: Date.now() - 1 };
    const late = await app({}, () => {}, { user: stale });
    expect(await refused(late, '/topic/a')).toEqual({ status: 400, code: 'authentication-failed' });
  });

  it('is given up by a client that does not read: slow, counted, and the server lives', async () => {
    const kit = await app({ options: { outboxBytes: 300_000 } });
    const port = await listening(kit);
    const socket = connect(port, '127.0.0.1');
    open.push({ close: () => socket.destroy() });
    socket.write('GET /sse/topic/a?login=slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    const ending = new Promise<string | undefined>((resolve) => {
      kit.server.on('disconnect', ({ error }) => resolve(error));
    });
    const text = 'x'.repeat(64 * 1024);
    let gone = false;
    void ending.then(() => {
      gone = true;
    });
    for (let i = 0; i < 2000 && !gone; i++) {
      await kit.server.publish('/topic/a', text);
      await new Promise(setImmediate);
      // the socket of the client takes what the machine's buffers hold
      if (i % 50 === 49) await kit.advance(250);
    }
    await kit.advance(600_000);
    expect(await ending).toBe('slow-client');
  });

  it('is over for the server when its client goes, with a real socket, HTTP/1.0 and 1.1', async () => {
    const kit = await app();
    const port = await listening(kit);
    for (const version of ['1.0', '1.1']) {
      const socket = connect(port, '127.0.0.1');
      const events = new EventReader(socket);
      socket.write(`GET /sse/topic/a?login=kim HTTP/${version}\r\nHost: localhost\r\n\r\n`);
      await events.comment('subscribed');
      await kit.server.publish('/topic/a', `over ${version}`);
      await expect.poll(() => events.text).toContain(`event: message\ndata: over ${version}\n\n`);
      expect(events.text).not.toContain('chunked');
      const gone = new Promise((resolve) => kit.server.on('disconnect', resolve));
      socket.destroy();
      await gone;
      expect(kit.server.users.find('kim')).toBeUndefined();
    }
  });

  it('shows credentials as requests do: Basic, and whom it may name', async () => {
    const authenticator = {
      proves: true,
      authenticate: ({
        login = '',
        passcode,
      }: {
        login: string | undefined;
        passcode: string | undefined;
      }) => {
        if (passcode !== 'p:w') throw new StompwireError('authentication-failed');
        return { name: login, authenticated: true, roles: [] };
      },
    };
    const kit = await app({ authenticator });
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    await stream(kit, '/topic/a', basic('kim:p:w'));
    expect(kit.server.users.find('kim')).toBeDefined();
    for (const bad of [basic('kim:no'), basic('kim'), {}, { authorization: 'Basic %%%' }])
      expect(await refused(kit, '/topic/a', bad)).toEqual({ status: 400, code: 'authentication-failed' });
  });
});
