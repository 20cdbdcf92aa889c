// The header `resume-from` of a SUBSCRIBE: which place it names, and why it may name none.
import type { Frame } from '../../../frames/index.ts';
import type { SubscriptionView } from '../../channel/outbound.ts';
import { StompwireError } from '../../errors.ts';
import type { ResumeFrom } from '../../history/replay-reader.ts';
import { isPattern, printable } from '../../message/destination.ts';
import { destinationHash, parseMessageId } from '../../message/position.ts';
import { ResumedSubscription } from '../resumed-subscription.ts';
import { asStompwireError } from '../told.ts';
import { withdraw } from '../withdraw.ts';
import type { CommandSession } from './command.ts';

/** More of the newest messages than this are nobody's screen: `first` gives all. */
export const mostLast = 10_000;

const allowed = `allowed: the message-id of a MESSAGE of this destination, first, last-0 to last-${mostLast}`;

/**
 * The subscription that a SUBSCRIBE with `resume-from` asks for.
 *
 * @throws {StompwireError} `bad-resume`
 */
export function resumed(session: CommandSession, frame: Frame, view: SubscriptionView): ResumedSubscription {
  const { destination } = view;
  const { replay, deliveries } = session.services;
  if (session.services.router.isAnswered(destination)) throw nothingKept(destination, 'a handler answers it');
  const address = session.services.router.addressOf(destination, session);
  assertLogged(session, destination, address);
  if ((frame.headers.get('ack') ?? 'auto') !== 'auto')
    throw bad('resume-from goes with ack:auto only: a position is what acknowledges');
  const from = readResume(frame.headers.get('resume-from')!, destination);
  const failed = (error: unknown): void => ended(session, made, error);
  const parts = { replay: replay!, from, line: deliveries(destination), failed };
  const made: ResumedSubscription = new ResumedSubscription(session, view, view.destination, parts);
  return made;
}

/** @throws {StompwireError} `bad-resume`: it is no place in the log of that destination */
export function readResume(text: string, destination: string): ResumeFrom {
  if (text === 'first') return 'first';
  const last = /^last-(\d{1,9})$/.exec(text)?.[1];
  if (last !== undefined) return { last: lastOf(text, Number(last)) };
  const place = parseMessageId(text);
  if (place === undefined) throw bad(`resume-from:${printable(text)} is no position; ${allowed}`);
  if (place.hash === destinationHash(destination)) return { epoch: place.epoch, seq: place.seq };
  throw bad(
    `resume-from:${printable(text)} is a position in another destination than '${printable(destination)}'; ${allowed}`,
  );
}

function lastOf(text: string, last: number): number {
  if (last <= mostLast) return last; // of 0, the place where it begins is told, and nothing that was said before
  throw bad(`resume-from:${printable(text)} asks for ${last} messages; ${allowed}`);
}

function assertLogged({ services }: CommandSession, destination: string, address: string): void {
  if (isPattern(destination))
    throw nothingKept(destination, 'it is a pattern, and each destination counts for itself');
  if (address !== destination) throw nothingKept(destination, 'it is a queue of the session');
  if (services.replay === undefined || services.broker.policies.of(destination) === undefined)
    throw nothingKept(destination, 'it is not logged');
}

function nothingKept(destination: string, why: string): StompwireError {
  return bad(`nothing can be resumed on '${printable(destination)}': ${why}; allowed: logged destinations`);
}

function bad(message: string): StompwireError {
  return new StompwireError('bad-resume', message);
}

/** It cannot go on: its client is told, and the session lives. */
function ended(session: CommandSession, subscription: ResumedSubscription, raw: unknown): void {
  if (session.subscriptions?.get(subscription.id) !== subscription) return;
  withdraw(session, subscription.id, asStompwireError(raw), raw);
}
