// What becomes of an error in a call: an exception handler's answer, or a refusal that tells nothing of its inside.
import type { Soon } from '../channel/channel.ts';
import { StompError, StompwireError } from '../errors.ts';
import type { TimingWheel } from '../time/wheel.ts';
import { namesPlace, sendAnswer } from './answering.ts';
import { canBeAwaited } from './awaiting.ts';
import type { Call } from './call.ts';
import type { FoundHandler } from './exceptions.ts';
import type { Publisher } from './publisher.ts';
import { withTimeLimit } from './time-limit.ts';

/** What failures stand on. */
export interface FailureParts {
  readonly publisher: Publisher;
  readonly wheel: TimingWheel;
  /** Milliseconds that an exception handler may take, 0: no limit. */
  readonly handlerTimeout: number;
  /** Gives every failure an id of its own. */
  readonly nextId: () => string;
}

const errorQueue = '/queue/errors';

/** Answers failed calls. */
export class Failures {
  readonly #parts: FailureParts;

  constructor(parts: FailureParts) {
    this.#parts = parts;
  }

  /**
   * Asks the nearest exception handler; throws, now or later, what is left for the session to tell. An error
   * that was answered is thrown as well, marked so: the frame has failed, and no RECEIPT follows.
   */
  answer(call: Call, error: unknown): Soon<never> {
    call.finish();
    const found = error instanceof StompError ? undefined : call.route.scope.handlerFor(error);
    if (found === undefined) throw this.#untold(error);
    return this.#ask(call, found, error);
  }

  #ask(call: Call, found: FoundHandler, error: unknown): Soon<never> {
    try {
      const result = found.handler(found.error, call);
      if (!canBeAwaited(result)) return this.#tell(call, found, error, result);
      const limit = call.route.timeout ?? this.#parts.handlerTimeout;
      const tooLate = (): Error => new Error(`the exception handler took longer than ${limit} ms`);
      return withTimeLimit(Promise.resolve(result), limit, this.#parts.wheel, tooLate)
        .then((value) => this.#tell(call, found, error, value))
        .catch((second: unknown) => this.#failedToo(error, second));
    } catch (second) {
      return this.#failedToo(error, second);
    }
  }

  #tell(call: Call, { answer }: FoundHandler, error: unknown, value: unknown): Soon<never> {
    if (value === undefined) throw refusalOf(error, hasNoReceipt(call));
    const { publisher } = this.#parts;
    const converted = publisher.convert(value, answer.produces);
    if (!namesPlace(answer)) {
      publisher.toSession(call.session, errorQueue, converted, causeOf(call));
      throw refusalOf(error, true);
    }
    const sent = sendAnswer(publisher, call, answer, converted);
    const refusal = refusalOf(error, hasNoReceipt(call));
    if (sent instanceof Promise) return sent.then(() => Promise.reject(refusal));
    throw refusal;
  }

  /** What an exception handler throws on purpose is told; a failure of its own leaves the first one unhandled. */
  #failedToo(error: unknown, second: unknown): never {
    if (second instanceof StompwireError) throw second;
    const cause = new AggregateError([error, second], 'an exception handler failed as well');
    if (!(error instanceof StompwireError)) throw this.#untold(cause);
    const { code, message, detail, retryAfter } = error;
    throw new StompwireError(code, message, { detail, retryAfter, cause });
  }

  /** What nobody handled is told without its inside, unless it is made to be told. */
  #untold(error: unknown): StompwireError {
    if (error instanceof StompwireError) return error;
    return new StompwireError('handler-failed', undefined, {
      cause: error,
      correlationId: this.#parts.nextId(),
    });
  }
}

/** Whoever asked for a receipt is told of the failure, and the application handled it: the session lives. */
function refusalOf(error: unknown, answered: boolean): StompwireError {
  const cause = error;
  if (!(error instanceof StompwireError))
    return new StompwireError('handler-failed', undefined, { cause, answered });
  const code = error.rule.close === null ? error.code : 'handler-failed';
  return new StompwireError(code, error.message, { cause, answered, retryAfter: error.retryAfter });
}

function hasNoReceipt(call: Call): boolean {
  return !call.headers.has('receipt');
}

/** Which frame it is about. */
function causeOf({ headers, command }: Call): readonly string[] {
  const pairs: string[] = [];
  const receipt = headers.get('receipt');
  if (receipt !== undefined) pairs.push('receipt-id', receipt);
  const subscription = command === 'SUBSCRIBE' ? headers.get('id') : undefined;
  if (subscription !== undefined) pairs.push('subscription-id', subscription);
  return pairs;
}
