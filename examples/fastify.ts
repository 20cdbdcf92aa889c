// STOMP in an application of your own: its server, its log, and its session cookie, which says who a client is.
import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyRequest } from 'fastify';
import { stompwire } from 'stompwire/fastify';

declare module 'fastify' {
  interface FastifyRequest {
    member: string | undefined;
  }
}

const sessions = new Map<string, string>();
const application = Fastify({ logger: { level: 'warn' } });

// what a session plugin does: every request, and every handshake, knows its member
application.decorateRequest('member', undefined);
application.addHook('onRequest', async (request) => {
  const [, id = ''] = /(?:^|; )sid=([^;]+)/.exec(request.headers.cookie ?? '') ?? [];
  request.member = sessions.get(id);
});

application.post('/login', async ({ body }: FastifyRequest<{ Body: { name: string } }>, reply) => {
  const id = randomUUID();
  sessions.set(id, body.name); // a real one looks at a password first
  return reply.header('set-cookie', `sid=${id}; Path=/; HttpOnly; SameSite=Lax`).send({ name: body.name });
});

await application.register(stompwire, {
  authenticate: ({ member }) =>
    member === undefined ? undefined : { name: member, authenticated: true, roles: [] },
});

application.post(
  '/orders/:id/shipped',
  async ({ params, member }: FastifyRequest<{ Params: { id: string } }>) => {
    await application.stompwire.publish('/topic/orders', { id: params.id, state: 'shipped', by: member });
    return { told: true };
  },
);

const address = await application.listen({ port: Number(process.env.PORT ?? 8080), host: '127.0.0.1' });
console.log(address);
process.once('SIGTERM', () => application.close());
