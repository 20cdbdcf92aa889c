// DISCONNECT: the client's last word [STOMP 1.2, DISCONNECT].
import type { Frame } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import { type CommandSession, inboundOf } from './command.ts';
import { settled } from './unawaited.ts';

/** With a receipt it is answered and the client closes; without, we close. */
export function disconnect(session: CommandSession, frame: Frame): Soon<void> {
  const before = settled(session);
  // a refusal of what it has sent could not be told behind this
  if (before !== undefined) return before.then(() => disconnect(session, frame));
  session.farewell = 'said';
  return session.services.inbound.run(inboundOf(session, frame), () => {
    if (frame.headers.has('receipt')) session.leave();
    else session.close(1000, '');
  });
}
