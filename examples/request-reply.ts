// Questions and answers: a handler replies to the queue that the question names, and to nobody else.
import { createServer } from 'stompwire';

const server = createServer({ port: Number(process.env.PORT ?? 8080), stompPort: 'off' });
const prices = new Map([
  ['tea', 3],
  ['coffee', 4],
]);

// the client subscribes to /user/queue/answers, and sends
// `reply-to:/user/queue/answers` and a `correlation-id` that comes back with the answer
server.app.message('/price/{item}', ({ params, reply }) =>
  reply({ item: params.item, price: prices.get(params.item) ?? null }),
);

await server.start();
console.log(server.addresses.endpoints[0]);
process.once('SIGTERM', () => server.close());
