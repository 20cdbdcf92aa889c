// Back-end services with stompit take work from a queue: acknowledged, refused, moved on in a transaction.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Served } from './served.ts';

let served: Served;

beforeAll(async () => {
  served = await Served.start();
});
afterEach(() => served.dropClients());
afterAll(() => served.stop());

const individually = { ack: 'client-individual' };

it('a worker acknowledges what it has done, and another gets what it refuses', async () => {
  const [page, worker] = [await served.page(), await served.stompit()];
  const work = await worker.subscribe('/queue/work', individually);
  await page.send('/queue/work', 'easy');
  await page.send('/queue/work', 'hard');
  const [easy, hard] = await work.count(2);
  worker.client.ack(easy!);
  const other = await (await served.stompit()).subscribe('/queue/work', individually);
  worker.client.nack(hard!);
  worker.drop();
  const [again] = await other.count(1);
  expect([String(again!.body), again!.headers.redelivered]).toEqual(['hard', 'true']);
});

it('a worker takes, works and passes on in one transaction', async () => {
  const [page, worker] = [await served.page(), await served.stompit()];
  const { messages: results } = await page.subscribe('/queue/results');
  const work = await worker.subscribe('/queue/tasks', individually);
  await page.send('/queue/tasks', '6 x 7');
  const [task] = await work.count(1);
  const given = worker.client.begin();
  given.send({ destination: '/queue/results' }).end('wrong');
  given.abort();
  const taken = worker.client.begin();
  worker.client.ack(task!, { transaction: String(taken.id) });
  taken.send({ destination: '/queue/results' }).end('42');
  await new Promise<void>((resolve, reject) => taken.commit({ onReceipt: resolve, onError: reject }));
  expect((await results.count(1)).map(({ body }) => body)).toEqual(['42']);
  worker.drop();
  const next = await served.stompit();
  const left = await next.subscribe('/queue/tasks');
  await page.send('/queue/tasks', 'the next');
  expect(String((await left.count(1))[0]!.body)).toBe('the next');
});
