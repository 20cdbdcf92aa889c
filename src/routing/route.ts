// A handler, ready to be called: how its body is read, where its result goes, which group it belongs to.
import type { Answer } from './answer.ts';
import type { AnyParams, MessageContext } from './context.ts';
import type { Scope } from './scope.ts';
import type { BodyReader } from './validation.ts';

/** A handler and all that is known of it before a message comes. */
export interface Route {
  /** Where it is reached, behind the prefix of applications. */
  readonly template: string;
  readonly handler: (context: MessageContext<AnyParams, unknown>) => unknown;
  readonly read: BodyReader;
  readonly answer: Answer;
  readonly scope: Scope;
  /** Milliseconds, 0: no limit; without it, the server's. */
  readonly timeout: number | undefined;
}
