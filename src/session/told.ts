// What becomes of what was thrown: what the client is told, whether its session lives, how loud the log is.
import { FrameError } from '../../frames/index.ts';
import { isErrorCode, StompwireError } from '../errors.ts';
import type { Peer } from '../transport/transport.ts';
import type { State } from './commands/command.ts';
import type { SessionOptions } from './services.ts';

/** What may be told to a client: a refusal as it is, anything else without its inside. */
export function asStompwireError(error: unknown): StompwireError {
  if (error instanceof StompwireError) return error;
  if (error instanceof FrameError && isErrorCode(error.code))
    return new StompwireError(error.code, error.message);
  return new StompwireError('internal', undefined, { cause: error });
}

/** Whose frame was refused. */
export interface Refused {
  readonly state: State;
  readonly peer: Pick<Peer, 'transport'>;
  readonly services: { readonly options: Pick<SessionOptions, 'denial'> };
}

/** Whether an error is told on the error queue; before CONNECTED there is no such queue, and in an event stream. */
export function survives({ state, peer, services }: Refused, { code, rule }: StompwireError): boolean {
  if (state === 'opening' || peer.transport === 'http') return false;
  return rule.close === null || (code === 'denied' && services.options.denial === 'keep');
}

const ourFaults: ReadonlySet<string> = new Set(['internal', 'handler-failed', 'handler-timeout']);

/**
 * What is the server's fault is a warning; what the application has answered is its own business; who sends
 * too much shall not fill the log as well.
 */
export function levelOf({ code, answered }: StompwireError): 'debug' | 'info' | 'warn' {
  if (answered || code === 'rate-limited') return 'debug';
  return ourFaults.has(code) ? 'warn' : 'info';
}

/** Why what worked for a session should stop. */
export function sessionOver(): Error {
  return new Error('the session is over');
}
