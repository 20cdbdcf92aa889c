// A handler called alone: what it returns, what was published, how it failed.

import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { StompwireError } from '../../src/errors.ts';
import { Application } from '../../src/routing/application.ts';
import { callHandler, callSubscribeHandler } from '../../src/testing.ts';

const app = (): Application => new Application();

describe('a handler alone', () => {
  it('is given what the test says', async () => {
    const one = app().message('/room/{id}', ({ params, body, user, headers, attributes, destination }) => {
      attributes.set('seen', true);
      return { ...params, body, user, colour: headers.get('colour'), destination };
    });
    const attributes = new Map<string, unknown>();
    const user = { name: 'ann', roles: ['admin'] };
    const { result } = await callHandler(one, '/room/7', {
      body: [1],
      user,
      headers: { colour: 'red' },
      attributes,
    });
    expect(result).toEqual({
      id: '7',
      body: [1],
      user: { name: 'ann', authenticated: true, roles: ['admin'] },
      colour: 'red',
      destination: '/app/room/7',
    });
    expect(attributes.get('seen')).toBe(true);
  });

  it('shows everything that it sent, and where its result went', async () => {
    const one = app().message('/a', { sendTo: '/topic/a', exceptSender: true }, async (context) => {
      await context.send('/topic/b', 'text', { headers: { colour: 'red' } });
      await context.sendToUser('bob', '/queue/c', { c: 1 });
      await context.sendToUser('bob', '/queue/c', 2, { session: 's' });
      await context.reply(3);
      return Buffer.of(1);
    });
    const headers = { 'reply-to': '/topic/r', 'correlation-id': 'x' };
    const { published } = await callHandler(one, '/a', { headers });
    expect(published).toMatchObject([
      { destination: '/topic/b', body: 'text', headers: { colour: 'red' } },
      { destination: '/user/queue/c', body: { c: 1 }, user: 'bob' },
      { destination: '/user/queue/c', user: 'bob', onlyThisSession: true },
      { destination: '/topic/r', body: 3, headers: { 'correlation-id': 'x' } },
      { destination: '/topic/a', body: Buffer.of(1), exceptSender: true },
    ]);
    expect(published[3]!.headers).toEqual({ 'correlation-id': 'x' });
  });

  it('tells answers to the user from answers to the session', async () => {
    const one = app()
      .message('/all', { sendToUser: '/queue/q' }, () => 1)
      .message('/one', { sendToUser: '/queue/q', onlyThisSession: true }, () => 1)
      .subscribe('/now', () => 'now');
    expect((await callHandler(one, '/all', { user: 'ann' })).published).toMatchObject([{ user: 'ann' }]);
    expect((await callHandler(one, '/one')).published).toMatchObject([{ onlyThisSession: true }]);
    const { result, published } = await callSubscribeHandler(one, '/now');
    expect([result, published]).toMatchObject(['now', [{ destination: '/app/now', body: 'now' }]]);
  });

  it('is held to its schema and passes its hooks', async () => {
    const one = app().group('/g', (group) => {
      group.use(({ user }, next) => {
        if (user.name === 'eve') throw new StompwireError('denied', 'not you');
        return next();
      });
      group.message('/n', { body: Type.Integer() }, ({ body }) => body + 1);
    });
    expect((await callHandler(one, '/g/n', { body: 1 })).result).toBe(2);
    await expect(callHandler(one, '/g/n', { body: 'x' })).rejects.toMatchObject({ code: 'bad-payload' });
    await expect(callHandler(one, '/g/n', { body: 1, user: 'eve' })).rejects.toMatchObject({
      code: 'denied',
    });
    await expect(callHandler(one, '/g/m')).rejects.toMatchObject({ code: 'no-handler' });
  });

  it('fails with what it threw, or as its exception handler answers', async () => {
    const thrown = new TypeError('mine');
    const one = app().message('/f', () => {
      throw thrown;
    });
    await expect(callHandler(one, '/f')).rejects.toBe(thrown);
    one.onError(TypeError, ({ message }) => ({ message }));
    const called = await callHandler(one, '/f');
    expect(called).toMatchObject({ result: undefined, failure: thrown });
    expect(called.published).toMatchObject([
      { destination: '/user/queue/errors', body: { message: 'mine' } },
    ]);
  });
});
