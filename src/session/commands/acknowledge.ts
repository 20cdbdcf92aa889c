// ACK and NACK: a delivery was dealt with, or was not [STOMP 1.2, ACK and NACK].
import type { Frame } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import { isInLine } from '../../channel/in-line.ts';
import { StompwireError } from '../../errors.ts';
import { unknownDelivery } from '../acknowledged-subscription.ts';
import type { Named } from '../acks.ts';
import type { Processed } from '../receipts.ts';
import type { Step } from '../transactions.ts';
import { type CommandSession, inboundOf } from './command.ts';
import { kept, within } from './transaction.ts';
import { unawaited } from './unawaited.ts';

/** The delivery, in mode `client` all before it as well, will not come again. */
export function ack(session: CommandSession, frame: Frame): Soon<void> | Soon<Processed> {
  return settle(session, frame, undefined);
}

/**
 * The delivery comes again, here or elsewhere; with `requeue:false` it is a dead letter [RabbitMQ].
 *
 * @throws {StompwireError} `unknown-command` in STOMP 1.0, which has none
 */
export function nack(session: CommandSession, frame: Frame): Soon<void> | Soon<Processed> {
  if (session.version === '1.0') throw new StompwireError('unknown-command', 'NACK came with STOMP 1.1');
  return settle(session, frame, frame.headers.get('requeue') !== 'false');
}

function settle(
  session: CommandSession,
  frame: Frame,
  requeue: boolean | undefined,
): Soon<void> | Soon<Processed> {
  const inbound = inboundOf(session, frame);
  if (frame.headers.has('transaction'))
    return within(session, inbound, () => stepOf(session, frame, requeue));
  const done = session.services.inbound.run(inbound, () => {
    const { subscription, tag } = find(session, frame);
    return subscription.answered(tag, requeue);
  });
  return done instanceof Promise && isInLine(done) ? unawaited(session, done, done) : done;
}

/** Until COMMIT the queue knows nothing of it; here it is acknowledged, and cannot be a second time. */
function stepOf(session: CommandSession, frame: Frame, requeue: boolean | undefined): Step {
  const { subscription, tag } = find(session, frame);
  const { tags, undo } = subscription.claim(tag);
  return {
    bytes: 0,
    frame: kept(frame),
    address: subscription.shared ? subscription.address : undefined,
    check: () => {
      if (!subscription.holds(tags)) throw unknownDelivery(nameOf(session, frame));
    },
    run: () => subscription.settle(tags, requeue),
    undo,
  };
}

function find(session: CommandSession, frame: Frame): Named {
  const { acks, version } = session;
  if (acks !== undefined) return acks.named(frame, version);
  throw unknownDelivery(nameOf(session, frame));
}

function nameOf({ version }: CommandSession, { headers }: Frame): string {
  return headers.get(version === '1.2' ? 'id' : 'message-id') ?? '';
}
