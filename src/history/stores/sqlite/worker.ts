// The threads of the embedded history: one writes, one reads, so that neither disk nor search stalls the service.
import { parentPort, workerData } from 'node:worker_threads';
import type { Reply, Request, Task } from './calls.ts';
import { openToRead, openToWrite } from './database.ts';
import { failureOf } from './failures.ts';
import { Indexing } from './indexing.ts';
import type { Packed } from './packed.ts';
import { Reading } from './reading.ts';
import { TextIndex } from './text-index.ts';
import { Writing } from './writing.ts';

interface Answering {
  answer(name: string, given: readonly unknown[]): unknown;
  close(): void;
}

const { file, role } = workerData as Task;
const port = parentPort!;
let answering: Answering | undefined;

function writer(): Answering {
  const { db, close } = openToWrite(file);
  const index = new TextIndex(db);
  const writing = new Writing(db, index);
  const indexing = new Indexing(index, writing);
  return {
    answer: (name, given) => {
      if (name === 'settled') return indexing.settled();
      const result = call(writing, name, given);
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
  return { answer: (name, given) => call(reading, name, given), close: () => db.close() };
}

const call = (of: object, name: string, given: readonly unknown[]): unknown =>
  (of as Record<string, (...values: readonly unknown[]) => unknown>)[name]!(...given);

function answer({ name, given }: Request): unknown {
  if (name === 'open') answering = role === 'write' ? writer() : reader();
  else if (name === 'close') {
    answering?.close();
    answering = undefined;
  } else return answering!.answer(name, given);
  return undefined;
}

port.on('message', (request: Request) => {
  const failed = (error: unknown): void =>
    port.postMessage({ id: request.id, failure: failureOf(error, file) });
  const done = (result: unknown): void => {
    const reply: Reply = { id: request.id, result };
    port.postMessage(reply, memoryOf(result));
    if (request.name === 'close') port.close();
  };
  try {
    const result = answer(request);
    if (result instanceof Promise) result.then(done, failed);
    else done(result);
  } catch (error) {
    failed(error);
  }
});

/** The bodies of a page are handed over, not copied. */
function memoryOf(result: unknown): ArrayBuffer[] {
  const { page, bodies } = (result ?? {}) as Partial<Packed> & { page?: Packed };
  const memory = (page?.bodies ?? bodies)?.buffer;
  return memory === undefined ? [] : [memory];
}
