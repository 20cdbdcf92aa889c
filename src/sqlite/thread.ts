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
  /** Hears that the thread has died, and why; it is started again. */
  readonly died?: ((why: Error) => void) | undefined;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** How long it waits between attempts to start again what does not start, in milliseconds. */
const pause = 1000;

/**
 * `C`: what it can be asked. A thread that dies is started again: what it has confirmed is on disk, what it was
 * asked is told to have failed and may be asked again. To end the service instead would cut off everybody, those
 * too who need nothing of this file.
 */
export class Thread<C> {
  readonly #parts: ThreadParts;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #starting: Promise<void> | undefined;
  #later: NodeJS.Timeout | undefined;
  #open = false;
  #trouble: Error | undefined;
  #asked = 0;

  constructor(parts: ThreadParts) {
    this.#parts = parts;
  }

  /** Why it answers nothing at the moment, for the operator. */
  get trouble(): string | undefined {
    return this.#trouble?.message;
  }

  async open(): Promise<void> {
    await this.#start();
    this.#open = true;
  }

  ask<N extends keyof C & string>(
    name: N,
    ...given: C[N] extends (...given: infer G) => unknown ? G : never
  ): Promise<C[N] extends (...given: never[]) => infer R ? Awaited<R> : never> {
    return this.#ask(name, given) as ReturnType<typeof this.ask<N>>;
  }

  /** Done when what was asked before is answered and the thread has ended. */
  async close(): Promise<void> {
    this.#open = false;
    clearTimeout(this.#later);
    await this.#starting?.catch(() => {});
    await this.#end();
  }

  #ask(name: string, given: readonly unknown[]): Promise<unknown> {
    if (this.#starting !== undefined) return this.#starting.then(() => this.#askNow(name, given));
    return this.#askNow(name, given);
  }

  #askNow(name: string, given: readonly unknown[]): Promise<unknown> {
    if (!this.#open) return Promise.reject(this.#failure('closed'));
    if (this.#worker === undefined) return Promise.reject(this.#trouble);
    return this.#post(this.#worker, name, given);
  }

  async #start(): Promise<void> {
    const { program, task } = this.#parts;
    // flags that say how the program was given, such as --input-type, are none of the thread's
    const worker = new Worker(program, { workerData: task, execArgv: [] });
    let cause: Error | undefined;
    worker.on('message', (reply: Reply) => this.#answered(reply));
    worker.on('error', (error) => {
      cause = error;
    });
    // not before: until then it has the file
    worker.on('exit', () => this.#gone(cause));
    this.#worker = worker;
    try {
      await this.#post(worker, 'open', []);
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    this.#post(worker, 'close', []).catch(() => {});
    await ended;
  }

  #gone(cause: Error | undefined): void {
    this.#worker = undefined;
    const failure = this.#failure(
      this.#open ? `gone: ${cause?.message ?? 'its thread ended'}` : 'closed',
      cause,
    );
    for (const { reject } of this.#waiting.values()) reject(failure);
    this.#waiting.clear();
    if (!this.#open || this.#starting !== undefined) return;
    this.#trouble = failure;
    this.#parts.died?.(failure);
    this.#startAgain();
  }

  /** Who asks meanwhile waits for it. */
  #startAgain(): void {
    this.#starting = this.#start()
      .then(
        () => {
          this.#trouble = undefined;
        },
        (error: Error) => {
          this.#trouble = error;
          if (this.#open) this.#later = setTimeout(() => this.#startAgain(), pause).unref();
        },
      )
      .finally(() => {
        this.#starting = undefined;
      });
  }

  #post(worker: Worker, name: string, given: readonly unknown[]): Promise<unknown> {
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

  #failure(why: string, cause?: Error): StompwireError {
    const { kind, task } = this.#parts;
    return new StompwireError(kind.codes.unavailable, `the ${kind.name} ${task.file} is ${why}`, { cause });
  }
}
