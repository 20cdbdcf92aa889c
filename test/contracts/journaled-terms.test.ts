// What was said of queues, over a restart.
import { afterAll, expect, it } from 'vitest';
import { newJournal, queuesOver, removeJournals } from './journal-folder.ts';
import { messageOf, Taker } from './queues.ts';

afterAll(removeJournals);
const at = '/queue/a';

it('holds after a restart, with what waits', async () => {
  const file = newJournal();
  const before = await queuesOver(file);
  await before.declare(at, { count: 2, ttl: 60_000 });
  for (const id of ['1', '2', '3']) await before.enqueue(messageOf(id), { persistent: true });
  await before.close();
  const dropped: string[] = [];
  const after = await queuesOver(file, { dropped: ({ id }, why) => dropped.push(`${id} ${why}`) });
  await after.enqueue(messageOf('4'), { persistent: true });
  expect(dropped).toEqual(['2 overflow']);
  expect(() => after.declare(at, { count: 3 })).toThrow(expect.objectContaining({ code: 'bad-header' }));
  const taker = await new Taker().from(after, at, { count: 2, ttl: 60_000 });
  expect(taker.ids).toEqual(['3', '4']);
});

it('is forgotten with its queue, and with the session whose it is', async () => {
  const file = newJournal();
  const before = await queuesOver(file);
  await new Taker(0, false, 'ann').from(before, '/queue/own', { owner: 'ann', autoDelete: true });
  const taker = await new Taker().from(before, at, { autoDelete: true });
  await taker.consumption!.cancel();
  await before.close();
  const after = await queuesOver(file);
  await after.declare(at, { count: 3 });
  await new Taker(0, false, 'bob').from(after, '/queue/own', { ttl: 5 });
});

it('is forgotten with a queue that a topic fills and that goes by itself: after a restart nobody fills it', async () => {
  const file = newJournal();
  const before = await queuesOver(file);
  await before.bindings.bind(at, '/topic/a', { autoDelete: true });
  await new Taker().from(before, at, { autoDelete: true });
  await before.close();
  const after = await queuesOver(file);
  await after.declare(at, { count: 3 });
});

it('holds with the binding that it was said of, also when nobody came to take from it', async () => {
  const file = newJournal();
  const before = await queuesOver(file);
  await before.bindings.bind(at, '/topic/a', { count: 2 });
  await before.close();
  const after = await queuesOver(file);
  expect(() => after.declare(at, { count: 3 })).toThrow(expect.objectContaining({ code: 'bad-header' }));
});
