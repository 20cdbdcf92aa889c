// Rules hold for destinations and patterns as clients of other brokers write them.
import { afterEach, expect, it } from 'vitest';
import { createServer, type Server } from '../../../src/index.ts';
import { RawTcp } from '../clients/raw-tcp.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function started(compat: 'rabbitmq' | 'activemq', prepare: (server: Server) => void): Promise<Server> {
  const server = createServer({ compat, port: 0, stompPort: 0, logLevel: 'silent' });
  prepare(server);
  await server.start();
  open.push(server);
  return server;
}

/** `RECEIPT`, or the code of the ERROR, or of the refusal that the session outlives. */
async function answerTo(server: Server, command: string, destination: string): Promise<string> {
  const client = await RawTcp.open(server.addresses.stomp!);
  open.push({ close: () => client.drop() });
  await client.connect();
  client.frame(command, { destination, id: '0', receipt: 'r' });
  const { command: answer, headers } = await client.frames.first(
    (one) => one.command !== 'CONNECTED',
    'an answer',
  );
  return headers.code ?? answer;
}

it('what a rule denies is denied by every name that RabbitMQ has for it, and by the patterns that reach it', async () => {
  const server = await started('rabbitmq', ({ rules }) => {
    rules.deny.subscribe('/topic/secret.**').deny.send('/topic/secret.**').deny.subscribe('/queue/wages');
  });
  for (const destination of [
    '/topic/secret',
    '/topic/secret.a.b',
    '/topic/#',
    '/topic/*.a',
    '/topic/#.a',
    '/topic/*.#.a',
    '/exchange/amq.topic/secret.#',
    '/amq/queue/wages',
    'wages',
  ])
    expect([destination, await answerTo(server, 'SUBSCRIBE', destination)]).toEqual([destination, 'denied']);
  for (const destination of ['/topic/secret.a', '/exchange/amq.topic/secret.a'])
    expect([destination, await answerTo(server, 'SEND', destination)]).toEqual([destination, 'denied']);
  for (const destination of ['/topic/open.#', '/topic/secrets', '/topic/open.*.secret', '/queue/other'])
    expect([destination, await answerTo(server, 'SUBSCRIBE', destination)]).toEqual([destination, 'RECEIPT']);
});

it('a pattern over queues reaches none that is denied', async () => {
  const server = await started('activemq', ({ rules }) => rules.deny.subscribe('/queue/pay.wages'));
  for (const destination of [
    '/queue/pay.wages',
    '/queue/pay.*',
    '/queue/>',
    'pay.wages',
    '/queue/pay.wages?consumer.x=1',
  ])
    expect([destination, await answerTo(server, 'SUBSCRIBE', destination)]).toEqual([destination, 'denied']);
  expect(await answerTo(server, 'SUBSCRIBE', '/queue/other.>')).toBe('RECEIPT');
});
