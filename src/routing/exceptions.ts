// Exception handlers of one group: found by the error's class, the most specific first, then by its cause.
import type { Answer } from './answer.ts';
import type { AnyParams, ExceptionHandler } from './context.ts';

/** The class of errors that an exception handler answers; its subclasses are included. */
export type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

/** An exception handler, where its result goes, and the error that it is called with: the one thrown, or a cause of it. */
export interface FoundHandler {
  readonly handler: ExceptionHandler<Error, AnyParams>;
  readonly answer: Answer;
  readonly error: Error;
}

/** Causes of causes that are looked at; an error may be its own cause. */
const deepestCause = 16;

/** The exception handlers of a group. */
export class Exceptions {
  /** By the prototype of their class: an error's own chain of prototypes leads from the specific to the general. */
  readonly #handlers = new Map<object, Omit<FoundHandler, 'error'>>();

  /** @throws {TypeError} when the class has a handler already */
  add(type: ErrorClass<Error>, handler: ExceptionHandler<Error, AnyParams>, answer: Answer): void {
    if (this.#handlers.has(type.prototype))
      throw new TypeError(`${type.name} has an exception handler already in this group`);
    this.#handlers.set(type.prototype, { handler, answer });
  }

  /** The handler for an error, or for the nearest of its causes that has one. */
  find(thrown: unknown): FoundHandler | undefined {
    let error = thrown;
    for (let depth = 0; depth < deepestCause && error instanceof Error; depth++) {
      const found = this.#handlers.size === 0 ? undefined : this.#byClass(error);
      if (found !== undefined) return { ...found, error };
      error = error.cause;
    }
    return undefined;
  }

  #byClass(error: Error): Omit<FoundHandler, 'error'> | undefined {
    let type: object | null = Object.getPrototypeOf(error);
    while (type !== null && !this.#handlers.has(type)) type = Object.getPrototypeOf(type);
    return type === null ? undefined : this.#handlers.get(type);
  }
}
