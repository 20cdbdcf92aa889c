// SEND: to a handler, or to the broker [STOMP 1.2, SEND].
import type { Frame } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import { StompwireError } from '../../errors.ts';
import type { Processed } from '../receipts.ts';
import { assertKept, sendingOf } from '../sending.ts';
import { sendAsked } from './asked-send.ts';
import { type CommandSession, inboundOf } from './command.ts';
import { refresh } from './refresh.ts';

/** Passes a message through the inbound line to whoever answers its destination. */
export function send(session: CommandSession, frame: Frame): Soon<void> | Soon<Processed> {
  if (frame.headers.has('transaction')) {
    throw new StompwireError(
      'not-supported',
      'transactions are not offered yet: SEND without a transaction header',
    );
  }
  const { inbound, router, broker, options } = session.services;
  const named = frame.headers.get('destination')!;
  if (named === options.authDestination) return refresh(session, frame);
  const destination = router.canonical(named);
  const sending = sendingOf(session, frame.headers, destination, !broker.policies.empty);
  if (sending !== undefined) {
    const brokered = !router.isAnswered(destination);
    if (brokered && broker.policyOf(destination) === undefined) assertKept(sending.level, destination);
    return sendAsked(session, frame, destination, sending);
  }
  return inbound.run(inboundOf(session, frame, destination), router.send);
}
