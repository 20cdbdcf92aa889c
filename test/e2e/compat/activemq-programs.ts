// What clients of ActiveMQ do in everyday use, written for ActiveMQ and for nobody else.
import type { RawClient } from '../clients/raw-client.ts';
import type { Program } from './stage.ts';

const send = (client: RawClient, destination: string, body: string, headers: Record<string, string> = {}) =>
  client.confirmed('SEND', { destination, ...headers }, body);

const subscribe = (client: RawClient, destination: string, headers: Record<string, string> = {}) =>
  client.confirmed('SUBSCRIBE', { id: '0', destination, ...headers });

const heard =
  (pattern: string, ...names: string[]): Program =>
  async (stage) => {
    const client = await stage.raw();
    await subscribe(client, pattern.replaceAll('U', stage.u));
    for (const name of names) await send(client, name.replaceAll('U', stage.u), name);
    return stage.all(client);
  };

export const rawPrograms: Readonly<Record<string, Program>> = {
  CONNECTED: async (stage) =>
    stage.seen(await (await stage.raw({ 'accept-version': '1.1' })).next('CONNECTED')),
  'a word of a topic': heard('/topic/U.*.c', '/topic/U.a.c', '/topic/U.c', '/topic/U.a.b.c'),
  'whatever follows': heard('/topic/U.>', '/topic/U', '/topic/U.a', '/topic/U.a.b.c', '/topic/other'),
  'both wildcards': heard('/topic/U.*.>', '/topic/U', '/topic/U.a', '/topic/U.a.b.c'),
  'queues that fit a pattern': async (stage) => {
    const [sender, client] = [await stage.raw(), await stage.raw()];
    await subscribe(client, `/queue/${stage.u}.>`);
    for (const name of ['.a', '.b.c', '']) await send(sender, `/queue/${stage.u}${name}`, `body${name}`);
    for (const name of ['.a', '.b.c', '']) await client.message(`body${name}`);
    return (await stage.all(client)).map((one) => JSON.stringify(one)).sort();
  },
  'a bound over queues that fit a pattern': async (stage) => {
    const client = await stage.raw();
    const one = { ack: 'client-individual', 'activemq.prefetchSize': '1' };
    await subscribe(client, `/queue/${stage.u}.*`, one);
    for (const name of ['a', 'b']) await send(client, `/queue/${stage.u}.${name}`, name);
    const { headers } = await client.message('a');
    const first = await stage.bodies(client);
    await client.confirmed('ACK', { id: headers.ack! });
    await client.message('b');
    return { first, later: await stage.bodies(client) };
  },
  'a destination without a slash is a queue': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, stage.u);
    await send(client, `/queue/${stage.u}`, '1');
    await send(client, stage.u, '2');
    await client.message('2');
    return stage.all(client);
  },
  'options of a destination': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/queue/${stage.u}?consumer.prefetchSize=1`, { ack: 'client' });
    for (const body of ['1', '2']) await send(client, `/queue/${stage.u}`, body);
    await client.message('1');
    return stage.bodies(client);
  },
  'activemq.prefetchSize': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/queue/${stage.u}`, { ack: 'client-individual', 'activemq.prefetchSize': '2' });
    for (const body of ['1', '2', '3']) await send(client, `/queue/${stage.u}`, body);
    await client.message('2');
    return stage.bodies(client);
  },
  'activemq.noLocal': async (stage) => {
    const [client, other] = [await stage.raw(), await stage.raw()];
    await subscribe(client, `/topic/${stage.u}.*`, { 'activemq.noLocal': 'true' });
    await send(client, `/topic/${stage.u}.a`, 'own');
    await send(other, `/topic/${stage.u}.a`, 'other');
    await client.message('other');
    return stage.bodies(client);
  },
  'activemq.noLocal, and another subscription': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/topic/${stage.u}`, { 'activemq.noLocal': 'true' });
    await client.confirmed('SUBSCRIBE', { id: '1', destination: `/topic/${stage.u}` });
    await send(client, `/topic/${stage.u}`, 'own');
    return stage.bodies(client);
  },
  'headers that steer the broker': async (stage) => {
    const client = await stage.raw();
    const steering = {
      'activemq.dispatchAsync': 'true',
      'activemq.exclusive': 'false',
      'activemq.maximumPendingMessageLimit': '10',
      'activemq.priority': '5',
      'activemq.retroactive': 'false',
    };
    await subscribe(client, `/queue/${stage.u}`, steering);
    await send(client, `/queue/${stage.u}`, '1');
    await client.message('1');
    return stage.bodies(client);
  },
  'headers of a message': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/queue/${stage.u}`);
    const headers = {
      persistent: 'true',
      priority: '7',
      'correlation-id': 'c',
      'amq-msg-type': 'text',
      own: 'x',
    };
    await send(client, `/queue/${stage.u}`, '1', headers);
    await client.message('1');
    return stage.all(client);
  },
  expires: async (stage) => {
    const [sender, client] = [await stage.raw(), await stage.raw()];
    await send(sender, `/queue/${stage.u}`, 'late', { expires: '1000' });
    await send(sender, `/queue/${stage.u}`, 'in time', { expires: String(Date.now() + 600_000) });
    await send(sender, `/queue/${stage.u}`, 'never', { expires: '0' });
    await subscribe(client, `/queue/${stage.u}`);
    await client.message('never');
    return stage.bodies(client);
  },
  'what was not acknowledged goes to the next': async (stage) => {
    const [one, two] = [await stage.raw(), await stage.raw()];
    await subscribe(one, `/queue/${stage.u}`, { ack: 'client' });
    for (const body of ['1', '2', '3']) await send(one, `/queue/${stage.u}`, body);
    const { headers } = await one.message('2');
    await one.confirmed('ACK', { id: headers.ack! });
    one.frame('DISCONNECT');
    await one.ended;
    await subscribe(two, `/queue/${stage.u}`);
    await two.message('3');
    return stage.all(two);
  },
  'a durable subscription': async (stage) => {
    const durable = { id: '0', 'activemq.subscriptionName': 'mine', destination: `/topic/${stage.u}.>` };
    const known = { 'client-id': stage.u };
    const other = await stage.raw();
    const first = await stage.raw(known);
    await first.confirmed('SUBSCRIBE', durable);
    await send(other, `/topic/${stage.u}.a`, '1');
    await first.message('1');
    first.frame('DISCONNECT');
    await first.ended;
    await send(other, `/topic/${stage.u}.b`, '2');
    const second = await stage.raw(known);
    await second.confirmed('SUBSCRIBE', durable);
    const kept = await second.message('2');
    await second.confirmed('UNSUBSCRIBE', { id: '0' });
    await second.confirmed('UNSUBSCRIBE', { 'activemq.subscriptionName': 'mine', id: 'mine' });
    await send(other, `/topic/${stage.u}.c`, '3');
    await second.confirmed('SUBSCRIBE', durable);
    await send(other, `/topic/${stage.u}.d`, '4');
    await second.message('4');
    return { kept: stage.seen(kept), all: await stage.bodies(second) };
  },
  'request and reply': async (stage) => {
    const [asking, answering] = [await stage.raw(), await stage.raw()];
    await subscribe(answering, `/queue/${stage.u}`);
    await subscribe(asking, '/temp-queue/answers');
    await send(asking, `/queue/${stage.u}`, 'what?', { 'reply-to': '/temp-queue/answers' });
    const { headers } = await answering.message('what?');
    await send(answering, headers['reply-to']!, 'that');
    return String((await asking.message('that')).body);
  },
  'a transaction': async (stage) => {
    const client = await stage.raw();
    await subscribe(client, `/queue/${stage.u}`);
    await client.confirmed('BEGIN', { transaction: 't' });
    for (const body of ['1', '2'])
      client.frame('SEND', { destination: `/queue/${stage.u}`, transaction: 't' }, body);
    const before = await stage.bodies(client);
    await client.confirmed('COMMIT', { transaction: 't' });
    await client.message('2');
    return { before, after: await stage.bodies(client) };
  },
  'UNSUBSCRIBE of nothing': async (stage) =>
    stage.refuses(await stage.raw(), 'UNSUBSCRIBE', { id: 'nothing' }),
  'stompit: a queue': async (stage) => {
    const client = await stage.stompit();
    const one = { ack: 'client-individual', 'activemq.prefetchSize': '1' };
    const messages = await client.subscribe(`/queue/${stage.u}`, one);
    for (const body of ['1', '2']) await client.send({ destination: `/queue/${stage.u}` }, body);
    const [first] = await messages.count(1);
    client.client.ack(first!);
    await messages.count(2);
    return messages.all.map((message) => stage.seen(message));
  },
};
