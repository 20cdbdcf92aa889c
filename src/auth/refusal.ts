// How credentials are refused: the same words for the client whatever the cause, the cause for the log.
import { StompwireError } from '../errors.ts';

/** Where authentication writes what an operator should know; pino's loggers fit. */
export interface AuthLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

/** @param reason - the cause, for the log only; holds no secret */
export function refusal(reason: string): StompwireError {
  return new StompwireError('authentication-failed', undefined, { cause: reason });
}

/** The credentials may be good, but that cannot be told now; trying again may help. */
export function unavailable(reason: string): StompwireError {
  return new StompwireError('authentication-unavailable', undefined, { cause: reason });
}

/** The cause of a refusal, for the log: what `refusal` was given, or the message of a program's own error. */
export function reasonOf(error: StompwireError): string {
  return typeof error.cause === 'string' ? error.cause : error.message;
}
