// What a client is told of what went wrong, whatever was thrown.
import { FrameError } from '../../frames/index.ts';
import { isErrorCode, StompwireError } from '../errors.ts';

/** What may be told to a client: a refusal as it is, anything else without its inside. */
export function asStompwireError(error: unknown): StompwireError {
  if (error instanceof StompwireError) return error;
  if (error instanceof FrameError && isErrorCode(error.code))
    return new StompwireError(error.code, error.message);
  return new StompwireError('internal', undefined, { cause: error });
}
