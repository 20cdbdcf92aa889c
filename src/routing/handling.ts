// The way of a call: hooks, body, handler, and where the result goes. What need not wait does not.
import type { Soon } from '../channel/channel.ts';
import { isInLine, markInLine } from '../channel/in-line.ts';
import { StompwireError } from '../errors.ts';
import type { Histogram, Metrics } from '../metrics/metrics.ts';
import type { TimingWheel } from '../time/wheel.ts';
import { namesPlace, sendAnswer } from './answering.ts';
import { canBeAwaited } from './awaiting.ts';
import type { Call } from './call.ts';
import type { Failures } from './failures.ts';
import type { Publisher } from './publisher.ts';
import type { Route } from './route.ts';
import { withTimeLimit } from './time-limit.ts';

/** What calls stand on. */
export interface HandlingParts {
  readonly publisher: Publisher;
  readonly failures: Failures;
  readonly wheel: TimingWheel;
  /** Milliseconds, 0: no limit; for handlers that name none. */
  readonly handlerTimeout: number;
  /** [Spring, `@SendTo`]: where the result of a message's handler goes that names no place. */
  readonly usualTopic: (destination: string) => string;
  readonly metrics: Metrics;
}

/** Runs calls. */
export class Handling {
  readonly #parts: HandlingParts;
  /** How long handlers take. */
  readonly #durations = new Map<Route, Histogram>();

  constructor(parts: HandlingParts) {
    this.#parts = parts;
  }

  /** Runs a call; done when its result is where it goes. What it throws is for the session to tell, or answered. */
  run(call: Call): Soon<void> {
    const begun = performance.now();
    try {
      const done = this.#pass(call);
      if (done instanceof Promise) return this.#finish(call, done, begun);
      call.finish();
      this.#took(call.route, begun);
    } catch (error) {
      this.#took(call.route, begun);
      return this.#parts.failures.answer(call, error);
    }
  }

  #took(route: Route, begun: number): void {
    const known = this.#durations.get(route) ?? this.#measured(route);
    known.observe((performance.now() - begun) / 1000);
  }

  #measured(route: Route): Histogram {
    const help = 'How long handlers took, by the template that they answer';
    const made = this.#parts.metrics.histogram('handler_duration_seconds', help, { handler: route.template });
    this.#durations.set(route, made);
    return made;
  }

  #pass(call: Call): Soon<void> {
    const { line } = call.route.scope;
    return line.empty ? this.#invoke(call) : line.run(call, () => this.#invoke(call));
  }

  #finish(call: Call, done: Promise<void>, begun: number): Promise<void> {
    const limit = call.route.timeout ?? this.#parts.handlerTimeout;
    const tooLate = (): Error =>
      call.giveUp(new StompwireError('handler-timeout', `the handler took longer than ${limit} ms`));
    const finished = withTimeLimit(done, limit, this.#parts.wheel, tooLate).then(
      () => {
        this.#took(call.route, begun);
        call.finish();
      },
      (error: unknown) => {
        this.#took(call.route, begun);
        return this.#parts.failures.answer(call, error);
      },
    );
    return isInLine(done) ? markInLine(finished) : finished;
  }

  #invoke(call: Call): Soon<void> {
    void call.body; // read and checked, whether the handler looks at it or not
    const result = call.route.handler(call);
    if (canBeAwaited(result)) return Promise.resolve(result).then((value) => this.#answer(call, value));
    return this.#answer(call, result);
  }

  #answer(call: Call, value: unknown): Soon<void> {
    if (value === undefined || call.givenUp) return;
    const { publisher, usualTopic } = this.#parts;
    const { answer } = call.route;
    const converted = publisher.convert(value, answer.produces);
    if (namesPlace(answer)) return sendAnswer(publisher, call, answer, converted);
    if (call.deliver !== undefined) return call.deliver(publisher.message(call.destination, converted));
    const excludes = answer.exceptSender ? call.session.id : undefined;
    return publisher.toTopic(usualTopic(call.destination), converted, { inbound: call.inbound, excludes });
  }
}
