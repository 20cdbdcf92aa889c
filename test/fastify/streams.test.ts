// Event streams on the routes of an application that has the server as a plugin.
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { stompwire } from '../../src/fastify.ts';
import { EventReader } from '../event-reader.ts';

const open: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((application) => application.close()));
});

async function served(): Promise<FastifyInstance> {
  const application = Fastify();
  open.push(application);
  await application.register(stompwire, { allowAnonymous: true, logged: ['/topic/orders'], retryAfter: 100 });
  application.addHook(
    'onRequest',
    async (_request, reply) => void reply.header('x-of-the-application', 'yes'),
  );
  application.get('/orders', { exposeHeadRoute: false }, async (request, reply) => {
    await application.stompwire.streams.open(request, reply, { destination: '/topic/orders', login: 'kim' });
    return reply;
  });
  await application.ready();
  return application;
}

describe('an event stream on a route of an application', () => {
  it('passes its hooks, whose headers go along, and ends when the application does', async () => {
    const application = await served();
    const response = await application.inject({ url: '/orders', payloadAsStream: true });
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-of-the-application': 'yes',
    });
    const events = new EventReader(response.stream());
    await events.comment('subscribed');
    await application.stompwire.publish('/topic/orders', { state: 'paid' });
    expect(await events.next()).toMatchObject({ name: 'message', data: '{"state":"paid"}' });
    await application.close();
    await events.end();
    expect(events.retry).toBeLessThanOrEqual(100);
  });

  it('is not there before the start, nor after the end', async () => {
    const application = Fastify();
    open.push(application);
    await application.register(stompwire, { allowAnonymous: true });
    const { streams } = application.stompwire;
    const request = {} as never;
    await expect(streams.open(request, request, { destination: '/topic/a' })).rejects.toMatchObject({
      code: 'going-away',
    });
    await application.ready();
    await application.close();
    await expect(streams.userOf(request)).rejects.toMatchObject({ code: 'going-away' });
  });
});
