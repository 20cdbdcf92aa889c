// This side of a thread that has a file: asks, and waits for what it answers.
import { Worker } from 'node:worker_threads';
import { StompwireError } from '../errors.ts';
import { errorOf, type Failure } from './failures.ts';
import type { FileKind } from './file-kind.ts';

/** `open` is answered when the file is open, `close` when it is closed. */
export interface Request {
  readonly id: number;
  readonly name: string;
  readonly given: readonly unknown[];
}

export interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: Failure;
}

/** What a thread runs, and on what. */
export interface ThreadParts {
  /** Its program. */
  readonly program: URL;
  /** What its program is told; plain data. */
  readonly task: { readonly file: string };
  readonly kind: FileKind;
  /** What is handed over with a request, and not copied. */
  readonly memory: (name: string, given: readonly unknown[]) => ArrayBuffer[];
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** `C`: what it can be asked. */
export class Thread<C> {
  readonly #parts: ThreadParts;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #asked = 0;

  constructor(parts: ThreadParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    const { program, task } = this.#parts;
    // flags that say how the program was given, such as --input-type, are none of the thread's
    const worker = new Worker(program, { workerData: task, execArgv: [] });
    worker.on('message', (reply: Reply) => this.#answered(reply));
    worker.on('error', (error) => this.#gone(error));
    worker.on('exit', () => this.#gone());
    this.#worker = worker;
    try {
      await this.#ask('open', []);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  ask<N extends keyof C & string>(
    name: N,
    ...given: C[N] extends (...given: infer G) => unknown ? G : never
  ): Promise<C[N] extends (...given: never[]) => infer R ? Awaited<R> : never> {
    return this.#ask(name, given) as ReturnType<typeof this.ask<N>>;
  }

  /** Done when what was asked before is answered and the thread has ended. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    this.#ask('close', []).catch(() => {});
    this.#worker = undefined;
    await ended;
  }

  #ask(name: string, given: readonly unknown[]): Promise<unknown> {
    const worker = this.#worker;
    if (worker === undefined) return Promise.reject(this.#closed());
    const request: Request = { id: ++this.#asked, name, given };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      worker.postMessage(request, this.#parts.memory(name, given));
    });
  }

  #answered({ id, result, failure }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure === undefined) waiting?.resolve(result);
    else waiting?.reject(errorOf(failure));
  }

  #gone(error?: Error): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(this.#closed(error));
    this.#waiting.clear();
  }

  #closed(cause?: Error): StompwireError {
    const { kind, task } = this.#parts;
    const why = cause === undefined ? 'closed' : `gone: ${cause.message}`;
    return new StompwireError(kind.codes.unavailable, `the ${kind.name} ${task.file} is ${why}`, { cause });
  }
}
