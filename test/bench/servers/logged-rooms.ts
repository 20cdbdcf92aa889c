// Contestant: our server as one of several nodes, with logged rooms and a handler before them. Arguments: port, TCP port or off, address of the Redis.
import { Type } from 'typebox';
import { createServer } from '../../../src/index.ts';

const [port, stompPort, broker] = process.argv.slice(2) as [string, string, string];
const server = createServer({
  port: Number(port),
  stompPort: stompPort === 'off' ? 'off' : Number(stompPort),
  ops: 'off',
  logLevel: 'error',
  history: 'off',
  broker,
  logged: ['/topic/chat-room/*'],
});
const Post = Type.Object({ content: Type.String({ minLength: 1, maxLength: 10_000 }) });

server.app.message(
  '/chat-room/{roomId}/send',
  { body: Post, sendTo: '/topic/chat-room/{roomId}' },
  ({ params, body, user }) => ({ roomId: params.roomId, sender: user.name, content: body.content }),
);
await server.start();
