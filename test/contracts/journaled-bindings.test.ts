// The queues of a single node that topics fill keep the contract of their port with a journal under them, and what was
// redacted in them stays so, over kill -9 too.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { destinationHash, messageIdOf } from '../../src/message/position.ts';
import type { QueueDelivery } from '../../src/queue/consumer.ts';
import { SqliteJournal } from '../../src/relay/journal/sqlite-journal.ts';
import { bindingsContract } from './bindings.ts';
import { newJournal, queuesOver, removeJournals } from './journal-folder.ts';
import { memoryBindings } from './memory-bindings.ts';
import { redactedCopiesContract } from './redacted-copies.ts';

afterAll(removeJournals);

const kind = memoryBindings('memory with a journal', () => new SqliteJournal(newJournal()));

bindingsContract(kind);
redactedCopiesContract(kind);

const worker = fileURLToPath(new URL('./journal-redaction-worker.ts', import.meta.url));
const room = '/topic/a';
const ann = 'durable:user:ann:/a';
const first = { epoch: 7, seq: 1 };

/** What a process left that redacts and kills itself as soon as that is done. */
async function left(what: 'redacted' | 'cleared'): Promise<string> {
  const file = newJournal();
  const [, signal] = await once(spawn(process.execPath, [worker, file, what], { stdio: 'inherit' }), 'exit');
  expect(signal).toBe('SIGKILL');
  return file;
}

/** What a subscriber is given who comes back to a service that was started again. */
async function given(
  file: string,
): Promise<(readonly [body: string, headers: string, deliveries: number])[]> {
  const queues = await queuesOver(file);
  const all: QueueDelivery[] = [];
  const take = (delivery: QueueDelivery): void => void all.push(delivery);
  queues.consume(ann, { prefetch: 0, auto: false, take }).begin();
  return all.map(({ message, deliveries }) => [String(message.body), `${message.headers}`, deliveries]);
}

describe('what is redacted in a journal of queues', () => {
  it('is so after kill -9, whether it waited, was out, or was on its way to the disk', async () => {
    const file = await left('redacted');
    expect(await given(file)).toEqual([
      ['', 'tombstone,redacted', 2],
      ['two', 'persistent,true', 1],
      ['', 'tombstone,redacted', 1],
    ]);
  });

  it('is gone after kill -9 when all was cleared', async () => {
    expect(await given(await left('cleared'))).toEqual([['two', 'persistent,true', 1]]);
  });

  it('is not answered before it is on disk, where it comes all the same when it can', async () => {
    const file = newJournal();
    const queues = await queuesOver(file);
    await queues.bindings.bind(ann, room);
    const parts = { destination: room, id: '', headers: ['persistent', 'true'], position: first };
    const id = messageIdOf(destinationHash(room), first);
    await queues.bindings.fill(new Message({ ...parts, id, body: Buffer.from('secret') }));
    const blocker = new Database(file);
    blocker.exec("CREATE TRIGGER full BEFORE UPDATE ON message BEGIN SELECT RAISE(ABORT, 'no room'); END");
    const refused = { code: 'queues-unavailable' };
    await expect(queues.bindings.redact(room, first)).rejects.toMatchObject(refused);
    await expect(queues.bindings.redact(room, first)).rejects.toMatchObject(refused);
    blocker.exec('DROP TRIGGER full');
    const envelope = blocker.prepare('SELECT envelope FROM message').pluck();
    await expect.poll(() => (envelope.get() as Buffer).includes('secret')).toBe(false); // by itself
    expect(await queues.bindings.redact(room, first)).toBe(true);
    blocker.close();
    await queues.close();
    expect(await given(file)).toEqual([['', 'tombstone,redacted', 1]]);
  });
});
