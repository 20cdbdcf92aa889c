// Signed tokens say who a client is, and rules say what it may do.
import { createServer } from 'stompwire';

const server = createServer({
  port: Number(process.env.PORT ?? 8080),
  stompPort: 'off',
  auth: 'jwt',
  jwtSecret: process.env.TOKEN_SECRET ?? 'at least thirty-two bytes of secret',
});

// the first rule that names a destination decides, and what none of them names is denied
server.rules.default('deny');
server.rules.allow.subscribe('/topic/news');
server.rules.allow.subscribe('/topic/inbox/{owner}', ({ user, params }) => params.owner === user.name);
server.rules.allow.send('/app/news', { roles: ['editor'], reason: 'editors only' });

server.app.message('/news', { sendTo: '/topic/news' }, ({ body, user }) => ({
  headline: body,
  by: user.name,
}));

await server.start();
console.log(server.addresses.endpoints[0]);
process.once('SIGTERM', () => server.close());
