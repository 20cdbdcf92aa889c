// The thread of the chat's file: it waits for the disk, so that the service does not.
import { parentPort, workerData } from 'node:worker_threads';
import { answerOn, callOn } from '../../../sqlite/answering.ts';
import { openToWrite } from '../../../sqlite/database.ts';
import { ChatFile, chatFile } from './chat-file.ts';
import { LiveFile } from './live-file.ts';
import { Statements } from './statements.ts';

const { file } = workerData as { readonly file: string };

answerOn({
  port: parentPort!,
  file,
  kind: chatFile,
  open: () => {
    const { db, close } = openToWrite(file, chatFile);
    const sql = new Statements(db);
    const [chat, live] = [new ChatFile(sql), new LiveFile(sql)];
    return { answer: (name, given) => callOn(name in live ? live : chat, name, given), close };
  },
  memory: () => [],
});
