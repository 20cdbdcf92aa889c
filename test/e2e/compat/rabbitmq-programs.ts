// What clients of RabbitMQ do in everyday use, written for RabbitMQ and for nobody else.
import type { RawClient } from '../clients/raw-client.ts';
import type { Program } from './stage.ts';

const send = (client: RawClient, destination: string, body: string, headers: Record<string, string> = {}) =>
  client.confirmed('SEND', { destination, ...headers }, body);

const subscribe = (client: RawClient, destination: string, headers: Record<string, string> = {}) =>
  client.confirmed('SUBSCRIBE', { id: '0', destination, ...headers });

/** Says goodbye, and is gone. Over WebSocket RabbitMQ answers no receipt of a DISCONNECT. */
async function leave(client: RawClient): Promise<void> {
  client.frame('DISCONNECT');
  await client.ended;
}

/** ACK or NACK of the message with this body, in STOMP 1.2. */
async function settle(
  client: RawClient,
  command: string,
  body: string,
  headers: Record<string, string> = {},
) {
  const { headers: of } = await client.message(body);
  await client.confirmed(command, { id: of.ack!, ...headers });
}

/** A receives; B sends to each key; what A hears. */
const heard =
  (pattern: string, ...keys: string[]): Program =>
  async (stage) => {
    const client = await stage.raw();
    await subscribe(client, pattern.replaceAll('U', stage.u));
    for (const key of keys) await send(client, key.replaceAll('U', stage.u), key);
    return stage.all(client);
  };

/** A SEND makes its queue the session's own. */
const ownBySend =
  (headers: Record<string, string>): Program =>
  async (stage) => {
    const [one, two, destination] = [await stage.raw(), await stage.raw(), `/queue/${stage.u}`];
    await send(one, destination, '1', headers);
    const refused = await stage.refuses(two, 'SUBSCRIBE', { id: '0', destination, ...headers });
    await subscribe(one, destination, headers);
    await one.message('1');
    return [refused, ...(await stage.bodies(one))];
  };

/** Programs over raw connections: they are run over TCP and over WebSocket. */
export const rawPrograms: Readonly<Record<string, Program>> = {
  'CONNECTED without heart-beats': async (stage) => {
    const client = await stage.opened();
    client.frame('CONNECT', { 'accept-version': '1.2', host: '/', login: 'guest', passcode: 'guest' });
    return stage.seen(await client.next('CONNECTED'));
  },
  'CONNECTED with heart-beats': async (stage) => {
    const client = await stage.opened();
    client.frame('CONNECT', {
      'accept-version': '1.1,1.0',
      host: '/',
      login: 'guest',
      passcode: 'guest',
      'heart-beat': '5000,4000',
    });
    return stage.seen(await client.next('CONNECTED'));
  },
  'CONNECT without credentials is guest': async (stage) => {
    const client = await stage.opened();
    client.frame('CONNECT', { 'accept-version': '1.2', host: '/' });
    return stage.seen(await client.next('CONNECTED'));
  },
  'a wrong passcode': async (stage) => {
    const client = await stage.opened();
    client.frame('CONNECT', { 'accept-version': '1.2', host: '/', login: 'guest', passcode: 'no' });
    return (await client.next('ERROR')).command;
  },
  'a word of a key': heard('/topic/U.*.c', '/topic/U.a.c', '/topic/U.c', '/topic/U.a.b.c', '/topic/U..c'),
  'any number of words': heard('/topic/U.#', '/topic/U', '/topic/U.a', '/topic/U.a.b.c', '/topic/other'),
  'words before others': heard('/topic/#.U', '/topic/U', '/topic/a.U', '/topic/a.b.U', '/topic/U.a'),
  'words between others': heard(
    '/topic/U.#.z',
    '/topic/U.z',
    '/topic/U.a.b.z',
    '/topic/U.a.b',
    '/topic/U.z.a',
  ),
  'many words twice': heard('/topic/#.U.#', '/topic/U', '/topic/a.U.b', '/topic/U.U.U', '/topic/a.b'),
  'a word that holds wildcards': heard('/topic/U#.*', '/topic/U#.a', '/topic/U.a', '/topic/Ux.a'),
  'a slash within a key': heard('/topic/U%2Fa', '/topic/U%2Fa', '/topic/U%2Fb'),
  'a per cent sign within a key': heard('/topic/U%20a', '/topic/U%20a'),
  'a topic by its exchange': heard('/exchange/amq.topic/U.#', '/topic/U.a', '/exchange/amq.topic/U.b'),
  'a topic, published by its exchange': heard('/topic/U.*', '/exchange/amq.topic/U.b'),
  'a key of the direct exchange': heard(
    '/exchange/amq.direct/U.a',
    '/exchange/amq.direct/U.a',
    '/exchange/amq.direct/U.b',
    '/topic/U.a',
  ),
  'a key of the direct exchange is no pattern': heard(
    '/exchange/amq.direct/U.#',
    '/exchange/amq.direct/U.a',
    '/exchange/amq.direct/U.#',
  ),
  'the fan-out exchange': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/exchange/amq.fanout`);
    await client.confirmed('SUBSCRIBE', { id: '1', destination: '/exchange/amq.fanout/whatever' });
    await send(client, `/exchange/amq.fanout/${stage.u}`, `${stage.u} 1`);
    await send(client, '/exchange/amq.fanout', `${stage.u} 2`);
    return (await stage.all(client))
      .map((one) => JSON.stringify(one))
      .filter((one) => one.includes('U '))
      .sort();
  },
  'an exchange that is not there': async (stage) =>
    stage.refuses(await stage.raw(), 'SUBSCRIBE', { id: '0', destination: '/exchange/nobody.made.it/a' }),
  'a destination that is none': async (stage) =>
    stage.refuses(await stage.raw(), 'SUBSCRIBE', { id: '0', destination: '/nowhere/a' }),
  'an id twice': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/topic/${stage.u}`);
    return stage.refuses(client, 'SUBSCRIBE', { id: '0', destination: `/topic/${stage.u}` });
  },
  'a durable subscription without an id': async (stage) =>
    stage.refuses(await stage.raw(), 'SUBSCRIBE', { destination: `/topic/${stage.u}`, durable: 'true' }),
  'an ACK of nothing': async (stage) => stage.refuses(await stage.raw(), 'ACK', { id: 'nothing' }),
  'headers of a message': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/queue/${stage.u}`);
    client.frame(
      'SEND',
      {
        destination: `/queue/${stage.u}`,
        'content-type': 'text/plain;charset=utf-8',
        'correlation-id': 'c',
        persistent: 'true',
        priority: '5',
        expiration: '60000',
        'x-own': 'mine',
      },
      'gr\u00fc\u00dfe',
    );
    await client.next('MESSAGE');
    return stage.all(client);
  },
  'a queue by the names it has': async (stage) => {
    const client = await stage.raw();
    await send(client, `/queue/${stage.u}`, '1');
    await subscribe(client, `/amq/queue/${stage.u}`);
    await send(client, stage.u, '2');
    await send(client, `/amq/queue/${stage.u}`, '3');
    return stage.all(client);
  },
  'a queue with a slash in its name': heard('/queue/U%2Fa', '/queue/U%2Fa', '/amq/queue/U%2Fa'),
  'a queue that waits': async (stage) => {
    const [sender, taker] = [await stage.raw(), await stage.raw()];
    for (const body of ['1', '2', '3']) await send(sender, `/queue/${stage.u}`, body);
    await subscribe(taker, `/queue/${stage.u}`);
    await taker.message('3');
    return stage.all(taker);
  },
  'prefetch-count': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/queue/${stage.u}`, { ack: 'client-individual', 'prefetch-count': '2' });
    for (const body of ['1', '2', '3', '4']) await send(client, `/queue/${stage.u}`, body);
    const first = await stage.bodies(client);
    await settle(client, 'ACK', '2');
    await client.message('3');
    return { first, later: await stage.bodies(client) };
  },
  'no prefetch-count is no bound': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/queue/${stage.u}`, { ack: 'client' });
    for (let at = 0; at < 150; at++) client.frame('SEND', { destination: `/queue/${stage.u}` }, String(at));
    await client.message('149');
    return (await stage.bodies(client)).length;
  },
  'a queue in turns': async (stage) => {
    const [one, two] = [await stage.raw(), await stage.raw()];
    for (const client of [one, two]) await subscribe(client, `/queue/${stage.u}`, { 'prefetch-count': '1' });
    for (let at = 0; at < 10; at++) await send(one, `/queue/${stage.u}`, String(at));
    const [first, second] = [await stage.bodies(one), await stage.bodies(two)];
    return { all: [...first, ...second].sort(), each: [first.length, second.length] };
  },
  'NACK gives it again': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/queue/${stage.u}`, { ack: 'client-individual' });
    await send(client, `/queue/${stage.u}`, '1');
    await settle(client, 'NACK', '1');
    await client.next('MESSAGE', ({ headers }) => headers.redelivered === 'true');
    return stage.all(client);
  },
  'NACK with requeue:false does not': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/queue/${stage.u}`, { ack: 'client-individual', 'prefetch-count': '1' });
    await send(client, `/queue/${stage.u}`, '1');
    await send(client, `/queue/${stage.u}`, '2');
    await settle(client, 'NACK', '1', { requeue: 'false' });
    await client.message('2');
    return stage.all(client);
  },
  'what was not acknowledged goes to the next': async (stage) => {
    const [one, two] = [await stage.raw(), await stage.raw()];
    await subscribe(one, `/queue/${stage.u}`, { ack: 'client' });
    for (const body of ['1', '2', '3']) await send(one, `/queue/${stage.u}`, body);
    await settle(one, 'ACK', '2');
    await leave(one);
    await subscribe(two, `/queue/${stage.u}`);
    await two.message('3');
    return stage.all(two);
  },
  'ACK in STOMP 1.1 and 1.0': async (stage) => {
    const bodies: string[] = [];
    for (const version of ['1.1', '1.0']) {
      const client = await stage.raw({ 'accept-version': version });
      const headers = { ack: 'client', 'prefetch-count': '1' };
      await subscribe(client, `/queue/${stage.u}${version}`, headers);
      for (const body of ['1', '2']) await send(client, `/queue/${stage.u}${version}`, body);
      const { headers: of } = await client.message('1');
      const named = version === '1.0' ? {} : { subscription: '0' };
      await client.confirmed('ACK', { 'message-id': of['message-id']!, ...named });
      await client.message('2');
      bodies.push(...(await stage.bodies(client)));
    }
    return bodies;
  },
  'a transaction': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/queue/${stage.u}`, { ack: 'client-individual', 'prefetch-count': '1' });
    await client.confirmed('BEGIN', { transaction: 't' });
    client.frame('SEND', { destination: `/queue/${stage.u}`, transaction: 't' }, '1');
    client.frame('SEND', { destination: `/queue/${stage.u}`, transaction: 't' }, '2');
    const before = await stage.bodies(client);
    await client.confirmed('COMMIT', { transaction: 't' });
    await client.message('1');
    await client.confirmed('BEGIN', { transaction: 'u' });
    client.frame('SEND', { destination: `/queue/${stage.u}`, transaction: 'u' }, '3');
    await client.confirmed('ABORT', { transaction: 'u' });
    await settle(client, 'ACK', '1');
    await client.message('2');
    return { before, after: await stage.bodies(client) };
  },
  'request and reply': async (stage) => {
    const [asking, answering] = [await stage.raw(), await stage.raw()];
    await subscribe(answering, `/queue/${stage.u}`);
    asking.frame(
      'SEND',
      { destination: `/queue/${stage.u}`, 'reply-to': '/temp-queue/answers', 'correlation-id': '7' },
      'what?',
    );
    const { headers } = await answering.message('what?');
    await send(answering, headers['reply-to']!, 'that', { 'correlation-id': headers['correlation-id']! });
    const answer = await asking.message('that');
    const prefix = headers['reply-to']!.split('/').slice(0, 2).join('/');
    const { subscription, redelivered } = answer.headers;
    return [prefix, subscription!, redelivered!, answer.headers['correlation-id']!];
  },
  'a durable subscription': async (stage) => {
    const durable = { id: stage.u, durable: 'true', 'auto-delete': 'false' };
    const topic = `/topic/${stage.u}.*`;
    const [first, other] = [await stage.raw(), await stage.raw()];
    await first.confirmed('SUBSCRIBE', { ...durable, destination: topic });
    await send(other, `/topic/${stage.u}.a`, '1');
    await first.message('1');
    await leave(first);
    await send(other, `/topic/${stage.u}.b`, '2');
    const second = await stage.raw();
    await second.confirmed('SUBSCRIBE', { ...durable, destination: topic });
    const kept = await second.message('2');
    await second.confirmed('UNSUBSCRIBE', { id: stage.u, durable: 'true', destination: topic });
    await send(other, `/topic/${stage.u}.c`, '3');
    const third = await stage.raw();
    await third.confirmed('SUBSCRIBE', { ...durable, destination: topic });
    await send(other, `/topic/${stage.u}.d`, '4');
    await third.message('4');
    const after = await stage.bodies(third);
    await third.confirmed('UNSUBSCRIBE', { id: stage.u, durable: 'true', destination: topic });
    return { kept: stage.seen(kept), after };
  },
  'durable subscriptions of the same id to other topics': async (stage) => {
    const client = await stage.raw();
    const durable = { id: stage.u, durable: 'true', 'auto-delete': 'false' };
    for (const topic of ['a', 'b']) {
      await client.confirmed('SUBSCRIBE', { ...durable, destination: `/topic/${stage.u}.${topic}` });
      await client.confirmed('UNSUBSCRIBE', { id: stage.u });
    }
    for (const topic of ['a', 'b']) await send(client, `/topic/${stage.u}.${topic}`, topic);
    await client.confirmed('SUBSCRIBE', { ...durable, destination: `/topic/${stage.u}.a` });
    await client.message('a');
    const bodies = await stage.bodies(client);
    for (const topic of ['a', 'b']) {
      const destination = `/topic/${stage.u}.${topic}`;
      if (topic === 'b') await client.confirmed('SUBSCRIBE', { ...durable, destination });
      await client.confirmed('UNSUBSCRIBE', { id: stage.u, durable: 'true', destination });
    }
    return bodies;
  },
  'x-queue-name shares a subscription': async (stage) => {
    const shared = { 'x-queue-name': stage.u, durable: 'false', 'auto-delete': 'true', exclusive: 'false' };
    const [one, two] = [await stage.raw(), await stage.raw()];
    for (const client of [one, two])
      await subscribe(client, `/topic/${stage.u}`, { ...shared, 'prefetch-count': '1' });
    for (let at = 0; at < 10; at++) await send(one, `/topic/${stage.u}`, String(at));
    return [...(await stage.bodies(one)), ...(await stage.bodies(two))].sort();
  },
  'x-max-length keeps the youngest': async (stage) => {
    const client = await stage.raw();
    const limits = { 'x-max-length': '2', 'prefetch-count': '1', ack: 'client-individual' };
    await subscribe(client, `/queue/${stage.u}`, limits);
    await send(client, `/queue/${stage.u}`, '1');
    await client.message('1');
    for (const body of ['2', '3', '4', '5']) await send(client, `/queue/${stage.u}`, body);
    await settle(client, 'ACK', '1');
    await settle(client, 'ACK', '4');
    await client.message('5');
    return stage.bodies(client);
  },
  'x-message-ttl drops what waits for longer': async (stage) => {
    const client = await stage.raw();
    const limits = { 'x-message-ttl': '30', 'prefetch-count': '1', ack: 'client-individual' };
    await subscribe(client, `/queue/${stage.u}`, limits);
    await send(client, `/queue/${stage.u}`, 'given');
    await send(client, `/queue/${stage.u}`, 'late');
    const sent = Date.now();
    while (Date.now() < sent + 100) await stage.settled(client);
    await settle(client, 'ACK', 'given');
    await send(client, `/queue/${stage.u}`, 'last');
    await client.message('last');
    return stage.bodies(client);
  },
  'auto-delete ends a queue with its last consumer': async (stage) => {
    const passing = { 'auto-delete': 'true', 'prefetch-count': '1', ack: 'client-individual' };
    const first = await stage.raw();
    await subscribe(first, `/queue/${stage.u}`, passing);
    for (const body of ['1', '2']) await send(first, `/queue/${stage.u}`, body);
    await first.message('1');
    await leave(first);
    const second = await stage.raw();
    await subscribe(second, `/queue/${stage.u}`, passing);
    await send(second, `/queue/${stage.u}`, '3');
    await second.message('3');
    return stage.bodies(second);
  },
  'exclusive is for one session': async (stage) => {
    const own = { exclusive: 'true', 'auto-delete': 'true' };
    const [one, two] = [await stage.raw(), await stage.raw()];
    await subscribe(one, `/queue/${stage.u}`, own);
    await send(one, `/queue/${stage.u}`, '1');
    await one.message('1');
    const destination = `/queue/${stage.u}`;
    return [
      ...(await stage.bodies(one)),
      await stage.refuses(two, 'SUBSCRIBE', { id: '0', destination, ...own }),
    ];
  },
  'exclusive of a SEND is for one session': ownBySend({ exclusive: 'true' }),
  'durable:false of a SEND is for one session': ownBySend({ durable: 'false' }),
  'UNSUBSCRIBE ends it': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/topic/${stage.u}`);
    await send(client, `/topic/${stage.u}`, '1');
    await client.message('1');
    await client.confirmed('UNSUBSCRIBE', { id: '0' });
    await send(client, `/topic/${stage.u}`, '2');
    return stage.bodies(client);
  },
  'UNSUBSCRIBE of nothing': async (stage) =>
    stage.refuses(await stage.raw(), 'UNSUBSCRIBE', { id: 'nothing' }),
  'an empty body': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/topic/${stage.u}`);
    await send(client, `/topic/${stage.u}`, '');
    return stage.all(client);
  },
  'a key with wildcards, sent to': heard('/topic/U.*', '/topic/U.*'),
  'two segments of a path': async (stage) =>
    stage.refuses(await stage.raw(), 'SUBSCRIBE', { id: '0', destination: `/topic/${stage.u}/b` }),
  'SUBSCRIBE to a temporary queue': async (stage) =>
    stage.refuses(await stage.raw(), 'SUBSCRIBE', { id: '0', destination: `/temp-queue/${stage.u}` }),
  'SEND with a message-id': async (stage) =>
    stage.refuses(await stage.raw(), 'SEND', { 'message-id': '1', destination: `/queue/${stage.u}` }),
  'a refused message': async (stage) => {
    const [client, other] = [await stage.raw(), await stage.raw()];
    await other.confirmed('SUBSCRIBE', { id: '0', destination: '/queue/dead-letter' });
    await subscribe(client, `/queue/${stage.u}`, { ack: 'client-individual' });
    await send(client, `/queue/${stage.u}`, stage.u);
    await settle(client, 'NACK', stage.u, { requeue: 'false' });
    return (await stage.bodies(other)).filter((body) => body === stage.u).length;
  },
};
