// SEND: to a handler, or to the broker [STOMP 1.2, SEND].
import type { Frame, Headers } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import { isInLine } from '../../channel/in-line.ts';
import { StompwireError } from '../../errors.ts';
import type { Processed } from '../receipts.ts';
import { assertKept, sendingOf } from '../sending.ts';
import { sendAsked } from './asked-send.ts';
import { type CommandSession, inboundOf } from './command.ts';
import { declaring } from './declared.ts';
import { refresh } from './refresh.ts';
import { answered } from './reply-queue.ts';
import { sendWithin } from './transacted-send.ts';
import { unawaited } from './unawaited.ts';

/** Passes a message through the inbound line to whoever answers its destination. */
export function send(session: CommandSession, frame: Frame): Soon<void> | Soon<Processed> {
  const { inbound, router, broker, options } = session.services;
  const { headers } = frame;
  const named = headers.get('destination')!;
  const special = isSpecial(headers);
  if (special) assertOffered(headers, named === options.authDestination);
  if (named === options.authDestination) return refresh(session, frame);
  const destination = router.canonical(named);
  const sending = sendingOf(session, headers, destination, !broker.policies.empty);
  if (sending !== undefined && !router.isAnswered(destination) && broker.policyOf(destination) === undefined)
    assertKept(sending.level, destination);
  if (special && headers.has('transaction')) return sendWithin(session, frame, destination, sending);
  const said = declaring(session);
  const pass = special ? answered(session, said) : said;
  if (sending !== undefined) return sendAsked(session, frame, destination, sending, pass);
  const done = inbound.run(inboundOf(session, frame, destination), pass);
  return done instanceof Promise && isInLine(done) ? unawaited(session, done, done) : done;
}

/** Whether a SEND has a header that few have, found in one walk over all of them. */
function isSpecial({ pairs }: Headers): boolean {
  for (let at = 0; at < pairs.length; at += 2) {
    const name = pairs[at]!;
    if (name === 'reply-to' || name === 'transaction' || name === 'delay') return true;
  }
  return false;
}

function assertOffered(headers: Headers, credentials: boolean): void {
  if (headers.has('delay'))
    throw new StompwireError('not-supported', 'delay is not offered: SEND the message when it is due');
  if (credentials && headers.has('transaction'))
    throw new StompwireError('not-supported', 'credentials are shown outside of transactions');
}
