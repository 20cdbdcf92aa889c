// Who says something else of a queue than was said before, or of many, and who takes from what is another's, is refused.
import { StompwireError } from '../errors.ts';
import { printable } from '../message/destination.ts';
import type { QueueArguments } from './consumer.ts';

const names = ['ttl', 'unused', 'count', 'autoDelete'] as const;

/**
 * [RabbitMQ]: who says something else of a queue that is there is refused.
 *
 * @throws {StompwireError} `bad-header`, `denied`
 */
export function assertSame(address: string, was: QueueArguments, said: QueueArguments): void {
  assertOwner(address, was, said.owner);
  const other = names.find((name) => (was[name] ?? false) !== (said[name] ?? false));
  if (other === undefined && was.owner === said.owner) return;
  if (other === undefined)
    throw new StompwireError('bad-header', `'${printable(address)}' is there already, and not exclusive`);
  throw new StompwireError(
    'bad-header',
    `'${printable(address)}' was declared with ${other} ${was[other] ?? 'unset'}, and not ${said[other] ?? 'unset'}`,
  );
}

/**
 * What a queue is like is said of one.
 *
 * @throws {StompwireError} `bad-header`
 */
export function assertUnsaid(pattern: string, said: QueueArguments | undefined): void {
  if (said === undefined) return;
  throw new StompwireError(
    'bad-header',
    `'${printable(pattern)}' stands for many queues: SUBSCRIBE to one by its name to say what it is like`,
  );
}

/** @throws {StompwireError} `denied` */
export function assertOwner(address: string, { owner }: QueueArguments, session: string | undefined): void {
  if (owner === undefined || owner === session) return;
  throw new StompwireError('denied', `'${printable(address)}' is exclusive to another session`);
}

/** The refusal of a SEND to a queue that was exclusive to its session, and is gone. */
export function notOwned(address: string): StompwireError {
  return new StompwireError('denied', `'${printable(address)}' is not exclusive to this session any more`);
}
