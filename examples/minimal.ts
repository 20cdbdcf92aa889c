// The smallest server: one handler, and whatever clients say to each other on `/topic`.
import { createServer } from 'stompwire';

const server = createServer({ port: Number(process.env.PORT ?? 8080), stompPort: 'off' });

// SEND to /app/greet/kim, and everybody who is subscribed to /topic/greetings hears of it
server.app.message('/greet/{name}', { sendTo: '/topic/greetings' }, ({ params, user }) => ({
  text: `Hello, ${params.name}`,
  from: user.name,
}));

await server.start();
console.log(server.addresses.endpoints[0]);
process.once('SIGTERM', () => server.close());
