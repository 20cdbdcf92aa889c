// The thread of the chat's file: it waits for the disk, so that the service does not.
import { parentPort, workerData } from 'node:worker_threads';
import { answerOn, callOn } from '../../../sqlite/answering.ts';
import { openToWrite } from '../../../sqlite/database.ts';
import { ChatFile, chatFile } from './chat-file.ts';

const { file } = workerData as { readonly file: string };

answerOn({
  port: parentPort!,
  file,
  kind: chatFile,
  open: () => {
    const { db, close } = openToWrite(file, chatFile);
    const chat = new ChatFile(db);
    return { answer: (name, given) => callOn(chat, name, given), close };
  },
  memory: () => [],
});
