// A SEND within a transaction: held to rules and limits when it comes, done at COMMIT [STOMP 1.2, BEGIN].
import { Buffer } from 'node:buffer';
import type { Frame } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import type { Inbound } from '../../channel/inbound.ts';
import type { Processed } from '../receipts.ts';
import type { AskedSending } from '../sending.ts';
import type { Step } from '../transactions.ts';
import { AskedSend } from './asked-send.ts';
import { type CommandSession, inboundOf } from './command.ts';
import { declareBySend } from './declared.ts';
import { withReplyQueue } from './reply-queue.ts';
import { kept, within } from './transaction.ts';

/** Keeps a SEND until COMMIT. What would be refused whenever it is sent is refused now. */
export function sendWithin(
  session: CommandSession,
  frame: Frame,
  destination: string,
  sending: AskedSending | undefined,
): Soon<Processed> {
  const step = (passed: Inbound): Step => stepOf(session, kept(frame), passed, sending);
  return within(session, inboundOf(session, frame, destination, sending), (passed) => {
    const ready = withReplyQueue(session, passed);
    const then = (): Soon<Step> => {
      const there = declareBySend(session, passed);
      return there instanceof Promise ? there.then(() => step(passed)) : step(passed);
    };
    return ready instanceof Promise ? ready.then(then) : then();
  });
}

function stepOf(
  session: CommandSession,
  frame: Frame,
  passed: Inbound,
  sending: AskedSending | undefined,
): Step {
  const { router } = session.services;
  const inbound = { ...passed, body: Buffer.from(passed.body) };
  const target = router.targetOf(inbound);
  const run = (): Soon<void> | Soon<Processed> =>
    sending === undefined
      ? router.send(inbound)
      : new AskedSend(session, inbound.destination, sending, router.send).run(inbound);
  return {
    bytes: inbound.body.length,
    frame,
    address: target?.address,
    queued: target?.queued,
    behind: target === undefined,
    run: router.isAnswered(inbound.destination) ? () => handled(session, frame, run) : run,
  };
}

/** That a handler fails is told of its own frame; the transaction is done all the same. */
function handled(
  session: CommandSession,
  frame: Frame,
  run: () => Soon<void> | Soon<Processed>,
): Soon<void> | Soon<Processed> {
  const failed = (error: unknown): Processed => {
    session.refused(error, frame);
    return { withheld: true };
  };
  try {
    const done = run();
    return done instanceof Promise ? (done as Promise<Processed>).catch(failed) : done;
  } catch (error) {
    return failed(error);
  }
}
