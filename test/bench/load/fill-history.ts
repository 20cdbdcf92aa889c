// Fills a folder of the service with a million messages of twenty rooms: a program of its own, for what it leaves to
// collect would be collected while the pages are measured.
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { SqliteStore } from '../../../src/history/stores/sqlite.ts';
import { destinationHash, messageIdOf } from '../../../src/message/position.ts';
import type { LogRecord } from '../../../src/message/record.ts';
import { million } from './million.ts';

const { epoch } = million;
const text = '안녕하세요 여러분, a message of about a hundred bytes, as people write them to each other';

/** Of a hundred messages one edits, three react; of a thousand three delete: pages fold all of them in. */
function changeOf(seq: number, of: string): object {
  if (seq > 10 && seq % 33 === 0) return { messageType: 'REACTION', content: '', of, emoji: '👍', on: true };
  if (seq > 10 && seq % 100 === 1) return { messageType: 'EDIT', of };
  if (seq > 10 && seq % 333 === 2) return { messageType: 'DELETE', content: '', of };
  return {};
}

function recordOf(n: number): LogRecord {
  const [roomId, seq] = [String(n % million.rooms), Math.floor(n / million.rooms) + 1];
  const time = epoch + n;
  const sender = `user${n % 500}`;
  const destination = `/topic/chat-room/${roomId}`;
  const of = messageIdOf(destinationHash(destination), { epoch, seq: Math.max(1, seq - 7) });
  const message = { id: `id-${n}`, roomId, sender, content: `${text} ${n}`, messageType: 'MESSAGE' };
  const said = { ...message, ...changeOf(seq, of) };
  return {
    ...{ destination, epoch, seq, time, sender, headers: [] },
    ...{ contentType: 'application/json', key: undefined, tombstone: undefined },
    body: Buffer.from(JSON.stringify({ ...said, sentAt: new Date(time).toISOString() })),
  };
}

async function fill(folder: string): Promise<void> {
  const store = new SqliteStore({ file: join(folder, 'history.sqlite') });
  await store.open();
  try {
    for (let i = 0; i < million.messages; i += million.batch)
      await store.append(Array.from({ length: million.batch }, (_, j) => recordOf(i + j)));
    await store.upkeep.settled();
  } finally {
    await store.close();
  }
}

await fill(process.argv[2]!);
