// Contestant: our server with three interceptors, a schema and a handler before the topic.
import { Type } from 'typebox';
import { createServer } from '../../../src/index.ts';

const server = createServer({
  port: Number(process.argv[2]),
  stompPort: 'off',
  ops: 'off',
  logLevel: 'error',
});
const seen = { SEND: 0, other: 0 };
const Post = Type.Object({ content: Type.String({ minLength: 1, maxLength: 10_000 }) });

server
  .intercept(({ command }, next) => {
    seen[command === 'SEND' ? 'SEND' : 'other']++;
    return next();
  })
  .intercept(({ session, destination }, next) => {
    session.attributes.set('last', destination);
    return next();
  })
  .intercept((inbound, next) => {
    if (inbound.body.length > 100_000) throw new Error('too long');
    return next();
  });
server.app.message(
  '/chat-room/{roomId}/send',
  { body: Post, sendTo: '/topic/chat-room/{roomId}' },
  ({ params, body, user }) => ({ roomId: params.roomId, sender: user.name, content: body.content }),
);
await server.start();
