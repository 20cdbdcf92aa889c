// The session's state x command table: what every command does in every state, refusals included.
import { type ClientCommand, type Frame, missingHeader, type Version } from '../../../frames/index.ts';
import { StompwireError } from '../../errors.ts';
import { ack, nack } from './acknowledge.ts';
import type { Command, State } from './command.ts';
import { connect } from './connect.ts';
import { disconnect } from './disconnect.ts';
import { send } from './send.ts';
import { subscribe } from './subscribe.ts';
import { abort, begin, commit } from './transaction.ts';
import { unsubscribe } from './unsubscribe.ts';

/** [STOMP 1.2, Connecting]: the client's first frame is CONNECT or STOMP. */
const tooEarly: Command = (_session, frame) => {
  throw new StompwireError(
    'not-connected',
    `${frame.command} came before CONNECT: the first frame must be CONNECT or STOMP`,
  );
};

const tooLate: Command = (_session, frame) => {
  throw new StompwireError('already-connected', `${frame.command} came again: one session has one CONNECT`);
};

/** After the last word nothing is looked at. */
const ignored: Command = () => {};

/** Every state and every command; a row or a cell cannot be forgotten. */
export const table: Record<State, Record<ClientCommand, Command>> = {
  opening: {
    CONNECT: connect,
    STOMP: connect,
    SEND: tooEarly,
    SUBSCRIBE: tooEarly,
    UNSUBSCRIBE: tooEarly,
    ACK: tooEarly,
    NACK: tooEarly,
    BEGIN: tooEarly,
    COMMIT: tooEarly,
    ABORT: tooEarly,
    DISCONNECT: tooEarly,
  },
  connected: {
    CONNECT: tooLate,
    STOMP: tooLate,
    SEND: send,
    SUBSCRIBE: subscribe,
    UNSUBSCRIBE: unsubscribe,
    ACK: ack,
    NACK: nack,
    BEGIN: begin,
    COMMIT: commit,
    ABORT: abort,
    DISCONNECT: disconnect,
  },
  closing: everything(ignored),
  closed: everything(ignored),
};

function everything(command: Command): Record<ClientCommand, Command> {
  return {
    CONNECT: command,
    STOMP: command,
    SEND: command,
    SUBSCRIBE: command,
    UNSUBSCRIBE: command,
    ACK: command,
    NACK: command,
    BEGIN: command,
    COMMIT: command,
    ABORT: command,
    DISCONNECT: command,
  };
}

/**
 * The step for a frame in a state.
 *
 * @throws {StompwireError} `missing-header` when the frame lacks one that its command requires
 */
export function stepOf(state: State, frame: Frame, version: Version): Command {
  if (state === 'connected') assertHeaders(frame, version);
  return table[state][frame.command as ClientCommand];
}

function assertHeaders(frame: Frame, version: Version): void {
  const missing = missingHeader(frame, version);
  if (missing !== undefined)
    throw new StompwireError('missing-header', `${frame.command} needs the header '${missing}'`);
}
