// The other side of a thread that has a file: answers what it is asked, one request after another.
import type { MessagePort } from 'node:worker_threads';
import { failureOf } from './failures.ts';
import type { FileKind } from './file-kind.ts';
import type { Reply, Request } from './thread.ts';

/** What answers, while the file is open. */
export interface Answering {
  answer(name: string, given: readonly unknown[]): unknown;
  close(): void;
}

/** What a thread answers with. */
export interface AnsweringParts {
  readonly port: MessagePort;
  readonly file: string;
  readonly kind: FileKind;
  /** Opens the file. */
  readonly open: () => Answering;
  /** What is handed over with a result, and not copied. */
  readonly memory: (result: unknown) => ArrayBuffer[];
}

/** Answers until it is asked to close. */
export function answerOn({ port, file, kind, open, memory }: AnsweringParts): void {
  let answering: Answering | undefined;
  const answer = ({ name, given }: Request): unknown => {
    if (name === 'open') answering = open();
    else if (name === 'close') {
      answering?.close();
      answering = undefined;
    } else return answering!.answer(name, given);
    return undefined;
  };
  port.on('message', (request: Request) => {
    const failed = (error: unknown): void =>
      port.postMessage({ id: request.id, failure: failureOf(error, kind, file) });
    const done = (result: unknown): void => {
      const reply: Reply = { id: request.id, result };
      port.postMessage(reply, memory(result));
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
}

/** Calls what a name stands for. */
export const callOn = (of: object, name: string, given: readonly unknown[]): unknown =>
  (of as Record<string, (...values: readonly unknown[]) => unknown>)[name]!(...given);
