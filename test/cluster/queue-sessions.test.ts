// Clients of two nodes that share queues: durable subscriptions that move, transactions that are whole everywhere.
import { beforeEach, describe, expect, it } from 'vitest';
import { Keys } from '../../src/relay/redis/keys.ts';
import type { RawTcp } from '../e2e/clients/raw-tcp.ts';
import { requires } from '../servers/requires.ts';
import { bodiesOf, onOwnRedis, type UserNodes } from './user-nodes.ts';

const program = requires('redis-server');
const keys = new Keys({ prefix: 'any', partitions: 4 });

/** A destination that begins so and lies where another does, or elsewhere. */
function near(begin: string, isThere = true, place = '/queue/in'): string {
  for (let at = 0; ; at++)
    if ((keys.partitionOf(`${begin}${at}`) === keys.partitionOf(place)) === isThere) return `${begin}${at}`;
}

describe.runIf(program)('clients of two nodes', () => {
  let nodes: UserNodes;
  beforeEach(async () => {
    const own = await onOwnRedis(program!);
    ({ nodes } = own);
    return own.stop;
  });

  const send = (client: RawTcp, destination: string, body: string, more = {}): Promise<unknown> =>
    client.confirmed('SEND', { destination, ...more }, body);
  const begin = (client: RawTcp): Promise<unknown> => client.confirmed('BEGIN', { transaction: 't' });
  const within = (client: RawTcp, destination: string, body: string): void =>
    client.frame('SEND', { destination, transaction: 't' }, body);
  const commit = (client: RawTcp): Promise<unknown> => client.confirmed('COMMIT', { transaction: 't' });

  it.each(['/topic/news', '/topic/**'])(
    'find on one node what they missed of %s on another',
    async (source) => {
      const [a, b] = [await nodes.node(), await nodes.node()];
      const durable = { durable: 'true', id: 'news', ack: 'client-individual', destination: source };
      const [phone, publisher] = [await nodes.enter(a, 'ann'), await nodes.enter(b)];
      await phone.confirmed('SUBSCRIBE', durable);
      await send(publisher, '/topic/news', '1');
      await phone.message('1');
      phone.drop();
      await send(publisher, '/topic/news', '2', { 'exclude-sender': 'true' });
      await a.publish('/topic/news', '3');
      const laptop = await nodes.enter(b, 'ann');
      await laptop.confirmed('SUBSCRIBE', durable);
      const last = await laptop.message('3');
      const own = laptop.messages.filter(({ headers }) => headers.subscription === 'news');
      expect([...new Set(own.map(({ body }) => String(body)))].sort()).toEqual(['1', '2', '3']);
      expect(last.headers.destination).toBe('/topic/news');
      for (const { headers } of own) await laptop.confirmed('ACK', { id: headers.ack! });
      await laptop.confirmed('DISCONNECT');
      await (await nodes.enter(a, 'ann')).confirmed('UNSUBSCRIBE', { id: 'news', durable: 'true' });
      await send(publisher, '/topic/news', 'lost');
      const again = await nodes.enter(a, 'ann');
      await again.confirmed('SUBSCRIBE', durable);
      await send(publisher, '/topic/news', '4');
      await again.message('4');
      expect(bodiesOf(again)).toEqual(['4']);
    },
  );

  it('see all of a transaction or nothing, and it can be done again when there is room', async () => {
    const few = { queueCount: 2 };
    const [a, b] = [await nodes.node(few), await nodes.node(few)];
    const [worker, watcher] = [await nodes.enter(a, 'ann'), await nodes.enter(b)];
    const [topic, out] = [near('/topic/'), near('/queue/out')];
    await watcher.subscribe(topic, 'topic');
    await worker.confirmed('SUBSCRIBE', { id: 'in', destination: '/queue/in', ack: 'client-individual' });
    await send(watcher, '/queue/in', 'work');
    const work = await worker.message('work');
    const both = (): void => {
      within(worker, topic, 'told');
      within(worker, out, 'one');
      within(worker, out, 'two');
      worker.frame('ACK', { id: work.headers.ack!, transaction: 't' });
    };
    await send(watcher, out, 'in the way');
    await begin(worker);
    both();
    worker.frame('COMMIT', { transaction: 't', receipt: 'refused' });
    const refused = await worker.next('MESSAGE', ({ headers }) => headers['receipt-id'] === 'refused');
    expect(JSON.parse(String(refused.body))).toMatchObject({ code: 'queue-full' });
    await watcher.confirmed('SUBSCRIBE', { id: 'out', destination: out, ack: 'client' });
    const blocking = await watcher.message('in the way');
    await watcher.confirmed('ACK', { id: blocking.headers.ack! });
    expect(bodiesOf(watcher)).toEqual(['in the way']);
    await begin(worker);
    both();
    await commit(worker);
    await Promise.all(['told', 'one', 'two'].map((body) => watcher.message(body)));
    expect(bodiesOf(watcher).sort()).toEqual(['in the way', 'one', 'told', 'two']);
    worker.frame('ACK', { id: work.headers.ack! });
    expect((await worker.next('ERROR')).headers.code).toBe('unknown-delivery');
  });

  it('see nothing of a transaction that spans two partitions, or whose node is gone', async () => {
    const [a, b] = [await nodes.node(), await nodes.node()];
    const [worker, watcher] = [await nodes.enter(a), await nodes.enter(b)];
    const [topic, far] = [near('/topic/'), near('/topic/', false)];
    for (const one of [topic, far]) await watcher.subscribe(one, one);
    await begin(worker);
    within(worker, topic, 'no');
    within(worker, far, 'no');
    worker.frame('COMMIT', { transaction: 't', receipt: 'r' });
    const { headers } = await worker.next('ERROR');
    expect(headers).toMatchObject({ code: 'transaction-too-wide', 'receipt-id': 'r' });
    expect(headers.message).toContain(far);
    const other = await nodes.enter(a);
    await begin(other);
    within(other, topic, 'no');
    await a.close();
    for (const one of [topic, far]) await send(watcher, one, `end ${one}`);
    await Promise.all([topic, far].map((one) => watcher.message(`end ${one}`)));
    expect(bodiesOf(watcher)).toEqual([`end ${topic}`, `end ${far}`]);
  });

  it('say what a queue is like, for the clients of all nodes, as RabbitMQ has it', async () => {
    const rabbitmq = { compat: 'rabbitmq' } as const;
    const [a, b] = [await nodes.node(rabbitmq), await nodes.node(rabbitmq)];
    const [ann, bob, cid] = [await nodes.open(a), await nodes.open(b), await nodes.open(b)];
    for (const [client, login] of [
      [ann, 'ann'],
      [bob, 'bob'],
      [cid, 'cid'],
    ] as const)
      await client.connect({ login });
    const few = { 'x-max-length': '1', 'prefetch-count': '1', ack: 'client' };
    await ann.confirmed('SUBSCRIBE', { id: 'q', destination: '/queue/in', exclusive: 'true', ...few });
    await send(cid, '/queue/in', '1');
    const first = await ann.message('1');
    for (const body of ['2', '3']) await send(cid, '/queue/in', body);
    await ann.confirmed('ACK', { id: first.headers.ack! });
    await ann.message('3');
    bob.frame('SUBSCRIBE', { id: 'q', destination: '/queue/in', receipt: 'r' });
    expect((await bob.next('ERROR')).headers).toMatchObject({ code: 'denied', 'receipt-id': 'r' });
    await ann.confirmed('UNSUBSCRIBE', { id: 'q' });
    await send(cid, '/queue/in', '4');
    await cid.confirmed('SUBSCRIBE', { id: 'q', destination: '/queue/in' });
    await cid.message('4');
    expect([bodiesOf(ann), bodiesOf(cid)]).toEqual([['1', '3'], ['4']]);
  });

  it('say what the queue of a topic is like, and share it by its name, as RabbitMQ has it', async () => {
    const rabbitmq = { compat: 'rabbitmq' } as const;
    const [a, b] = [await nodes.node(rabbitmq), await nodes.node(rabbitmq)];
    const enter = async (node: typeof a): Promise<RawTcp> => {
      const client = await nodes.open(node);
      await client.connect({ login: 'ann' });
      return client;
    };
    const [one, two, publisher] = [await enter(a), await enter(b), await enter(b)];
    const named = {
      id: 't',
      'x-queue-name': 'mine',
      'x-max-length': '2',
      destination: '/exchange/amq.topic/a.*',
    };
    const individually = { ...named, ack: 'client-individual', 'prefetch-count': '1' };
    const acknowledge = async (body: string): Promise<void> => {
      const { headers } = await two.message(body);
      await two.confirmed('ACK', { id: headers.ack! });
    };
    for (const client of [one, two]) await client.confirmed('SUBSCRIBE', individually);
    for (const body of ['1', '2']) await send(publisher, '/topic/a.b', body);
    const [, second] = await Promise.all([one.next('MESSAGE'), two.next('MESSAGE')]);
    for (const body of ['3', '4', '5']) await send(publisher, '/topic/a.b', body);
    await acknowledge(String(second.body));
    await two.message('4');
    await one.confirmed('UNSUBSCRIBE', { id: 't' });
    for (const body of ['4', bodiesOf(one)[0]!, '5']) await acknowledge(body);
    expect(bodiesOf(one)).toHaveLength(1);
    publisher.frame('SUBSCRIBE', { ...named, 'x-max-length': '3' });
    expect((await publisher.next('ERROR')).headers.code).toBe('bad-header');
    // the last of them leaves, and the queue is gone with it
    await two.confirmed('UNSUBSCRIBE', { id: 't' });
    const three = await enter(a);
    await three.confirmed('SUBSCRIBE', { ...named, 'x-max-length': '3' });
    await send(three, '/topic/a.b', '6');
    await three.message('6');
    expect(bodiesOf(three)).toEqual(['6']);
  });

  it('take by pattern from queues of all nodes, as ActiveMQ has it', async () => {
    const activemq = { compat: 'activemq' } as const;
    const [a, b] = [await nodes.node(activemq), await nodes.node(activemq)];
    const [worker, sender] = [await nodes.open(a), await nodes.open(b)];
    for (const client of [worker, sender]) await client.connect({ login: 'ann' });
    await send(sender, '/queue/work.x', 'x1');
    const asked = { id: 'w', destination: '/queue/work.>', ack: 'client-individual' };
    await worker.confirmed('SUBSCRIBE', { ...asked, 'activemq.prefetchSize': '2' });
    await send(sender, '/queue/work.y.z', 'y1');
    const [x1, y1] = [await worker.message('x1'), await worker.message('y1')];
    await send(sender, '/queue/work.x', 'x2');
    await send(sender, '/queue/elsewhere', 'no');
    worker.frame('NACK', { id: x1.headers.ack! });
    await worker.next('MESSAGE', ({ headers }) => headers.redelivered === 'true');
    expect(bodiesOf(worker)).toEqual(['x1', 'y1', 'x1']);
    await worker.confirmed('ACK', { id: y1.headers.ack! });
    await worker.message('x2');
    await worker.confirmed('UNSUBSCRIBE', { id: 'w' });
    await sender.confirmed('SUBSCRIBE', { ...asked, destination: '/queue/work.x' });
    await sender.message('x2');
    expect(bodiesOf(sender)).toEqual(['x1', 'x2']);
    expect(sender.messages[0]!.headers['delivery-count']).toBe('3');
  });

  it('acknowledge in a transaction what came by pattern, with what lies where its queue does', async () => {
    const a = await nodes.node({ compat: 'activemq' });
    const [worker, watcher] = [await nodes.open(a), await nodes.open(a)];
    for (const client of [worker, watcher]) await client.connect({ login: 'ann' });
    const work = near('/queue/work.', false, '/queue/work.**');
    const [out, far] = [near('/queue/out', true, work), near('/queue/out', false, work)];
    await worker.confirmed('SUBSCRIBE', { id: 'w', destination: '/queue/work.>', ack: 'client-individual' });
    await watcher.confirmed('SUBSCRIBE', { id: 'out', destination: '/queue/*' });
    await send(watcher, work, '1');
    const { headers } = await worker.message('1');
    const acknowledge = (): void => worker.frame('ACK', { id: headers.ack!, transaction: 't' });
    await begin(worker);
    acknowledge();
    within(worker, out, 'done');
    await commit(worker);
    await watcher.message('done');
    await send(watcher, work, '2');
    const second = await worker.message('2');
    await begin(worker);
    worker.frame('ACK', { id: second.headers.ack!, transaction: 't' });
    within(worker, far, 'no');
    worker.frame('COMMIT', { transaction: 't', receipt: 'r' });
    expect((await worker.next('ERROR')).headers.code).toBe('transaction-too-wide');
    expect(bodiesOf(watcher)).toEqual(['done']);
  });

  it('run handlers behind a transaction that is done, and not at all when it is not', async () => {
    const ran: string[] = [];
    const a = await nodes.node({ queueCount: 1 }, (server) =>
      server.app.message('/note', ({ body }) => {
        ran.push(String(body));
      }),
    );
    const worker = await nodes.enter(a);
    const text = { 'content-type': 'text/plain' };
    const note = (body: string): void =>
      worker.frame('SEND', { destination: '/app/note', transaction: 't', ...text }, body);
    await begin(worker);
    note('no');
    for (const body of ['1', '2']) within(worker, '/queue/in', body);
    worker.frame('COMMIT', { transaction: 't', receipt: 'refused' });
    await worker.next('MESSAGE', ({ headers }) => headers['receipt-id'] === 'refused');
    await begin(worker);
    note('yes');
    within(worker, '/queue/in', '1');
    await commit(worker);
    expect(ran).toEqual(['yes']);
  });
});
