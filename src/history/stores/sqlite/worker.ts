// The threads of the embedded history: one writes, one reads, so that neither disk nor search stalls the service.
import { parentPort, workerData } from 'node:worker_threads';
import { type Answering, answerOn, callOn } from '../../../sqlite/answering.ts';
import { openToRead, openToWrite } from '../../../sqlite/database.ts';
import type { Task } from './calls.ts';
import { Indexing } from './indexing.ts';
import type { Packed } from './packed.ts';
import { Reading } from './reading.ts';
import { historyFile } from './schema.ts';
import { TextIndex } from './text-index.ts';
import { Writing } from './writing.ts';

const { file, role } = workerData as Task;

function writer(): Answering {
  const { db, close } = openToWrite(file, historyFile);
  const index = new TextIndex(db);
  const writing = new Writing(db, index);
  const indexing = new Indexing(index, writing);
  return {
    answer: (name, given) => {
      if (name === 'settled') return indexing.settled();
      const result = callOn(writing, name, given);
      indexing.busy();
      return result;
    },
    close: () => {
      indexing.stop();
      close();
    },
  };
}

function reader(): Answering {
  const db = openToRead(file);
  const reading = new Reading(db);
  return { answer: (name, given) => callOn(reading, name, given), close: () => db.close() };
}

answerOn({
  port: parentPort!,
  file,
  kind: historyFile,
  open: role === 'write' ? writer : reader,
  memory: memoryOf,
});

/** The bodies of a page are handed over, not copied. */
function memoryOf(result: unknown): ArrayBuffer[] {
  const { page, bodies } = (result ?? {}) as Partial<Packed> & { page?: Packed };
  const memory = (page?.bodies ?? bodies)?.buffer;
  return memory === undefined ? [] : [memory];
}
