// What a RECEIPT may stand for on a log, and waiting until it is so.
import { StompwireError } from '../errors.ts';
import type { ReceiptLevel } from '../message/policies.ts';
import type { Position } from '../message/position.ts';
import type { Log } from '../relay/log.ts';

/** What of a log levels depend on. */
export type Confirming = Pick<Log, 'durable' | 'stored' | 'replicated'>;

/**
 * Refuses what could never be said truthfully, before anything is done.
 *
 * @throws {StompwireError} `not-stored`, `not-supported`
 */
export function assertPossible(level: ReceiptLevel, log: Confirming): void {
  if (log.durable) return;
  if (level === 'stored')
    throw new StompwireError('not-stored', 'receipt-level:stored: this server keeps no history on disk');
  if (level === 'replicated' && log.replicated === undefined)
    throw new StompwireError(
      'not-supported',
      'receipt-level:replicated: there is one machine, and no history on disk',
    );
}

/**
 * Done when a message that is in a log is as safe as a level says; `undefined`: it is already. On one machine
 * `replicated` is answered by what is as good: it is on disk.
 */
export function whenSafe(
  level: ReceiptLevel,
  log: Confirming,
  destination: string,
  position: Position,
): Promise<void> | undefined {
  if (level === 'accepted' || level === 'brokered') return undefined;
  if (level === 'replicated' && log.replicated !== undefined) return log.replicated(destination, position);
  return log.stored(destination, position);
}
