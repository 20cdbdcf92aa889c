// The thread of the journal of queues: it waits for the disk, so that the service does not.
import { parentPort, workerData } from 'node:worker_threads';
import { answerOn, callOn } from '../../sqlite/answering.ts';
import { openToWrite } from '../../sqlite/database.ts';
import type { Packed } from './calls.ts';
import { JournalFile, journalFile } from './journal-file.ts';

const { file } = workerData as { readonly file: string };

answerOn({
  port: parentPort!,
  file,
  kind: journalFile,
  open: () => {
    const { db, close } = openToWrite(file, journalFile);
    const journal = new JournalFile(db);
    return { answer: (name, given) => callOn(journal, name, given), close };
  },
  memory: (result) => {
    const { envelopes } = (result ?? {}) as Partial<Packed>;
    return envelopes === undefined ? [] : [envelopes.buffer];
  },
});
