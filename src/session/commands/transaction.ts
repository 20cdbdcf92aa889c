// BEGIN, COMMIT and ABORT, and what stands between them [STOMP 1.2, BEGIN, COMMIT, ABORT].
import { Buffer } from 'node:buffer';
import type { Frame } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import type { Inbound } from '../../channel/inbound.ts';
import { StompwireError } from '../../errors.ts';
import { printable } from '../../message/destination.ts';
import type { Processed } from '../receipts.ts';
import { commit as done, type Step, Transactions, undo } from '../transactions.ts';
import { type CommandSession, inboundOf } from './command.ts';

/** Opens a transaction. */
export function begin(session: CommandSession, frame: Frame): Soon<void> {
  return session.services.inbound.run(inboundOf(session, frame), () => {
    session.transactions ??= new Transactions(session.services.options);
    session.transactions.begin(nameOf(frame));
  });
}

/** Does all of a transaction, or nothing of it; done when it holds. The RECEIPTs of its frames come before its own. */
export function commit(session: CommandSession, frame: Frame): Soon<void> {
  const { broker, inbound } = session.services;
  return inbound.run(inboundOf(session, frame), () =>
    done(taken(session, frame), {
      assertRoom: (messages) => broker.queues?.assertRoom?.(messages),
      assertTogether: (addresses) => broker.assertTogether(addresses),
      together: (steps, undone) => broker.together(steps, undone),
      processed: (one, processed) => session.processed(one, processed),
    }),
  );
}

/** Forgets a transaction: nothing of it was done. */
export function abort(session: CommandSession, frame: Frame): Soon<void> {
  return session.services.inbound.run(inboundOf(session, frame), () => undo(taken(session, frame)));
}

/**
 * Takes a frame through the inbound line into the transaction that it names; its RECEIPT comes after COMMIT.
 *
 * @param stepOf - makes of it what COMMIT will do
 * @throws {StompwireError} `unknown-transaction`, `transaction-too-large`
 */
export function within(
  session: CommandSession,
  inbound: Inbound,
  stepOf: (passed: Inbound) => Soon<Step>,
): Soon<Processed> {
  const name = inbound.headers.get('transaction')!;
  let kept = false;
  const keep = (step: Step): void => {
    held(session, name).add(name, step);
    kept = true;
  };
  const done = session.services.inbound.run(inbound, (passed) => {
    held(session, name);
    const step = stepOf(passed);
    return step instanceof Promise ? step.then(keep) : keep(step);
  });
  const processed = (): Processed => (kept ? { withheld: true } : {});
  return done instanceof Promise ? done.then(processed) : processed();
}

const nothing = Buffer.alloc(0);

/** A frame that is kept to be answered: its body, a slice of what was read, is not. */
export function kept({ command, headers }: Frame): Frame {
  return { command, headers, body: nothing };
}

function taken(session: CommandSession, frame: Frame): readonly Step[] {
  const name = nameOf(frame);
  return held(session, name).take(name);
}

function held({ transactions }: CommandSession, name: string): Transactions {
  if (transactions?.has(name)) return transactions;
  throw new StompwireError(
    'unknown-transaction',
    `transaction '${printable(name)}' is not open: BEGIN it first`,
  );
}

function nameOf({ headers }: Frame): string {
  return headers.get('transaction')!;
}
