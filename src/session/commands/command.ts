// What a command may see and do of its session, and what a command is.
import type { ClientCommand, Frame, Version } from '../../../frames/index.ts';
import type { User } from '../../auth/authenticator.ts';
import type { Soon } from '../../channel/channel.ts';
import type { Inbound, Sending } from '../../channel/inbound.ts';
import type { Registered } from '../../routing/user-registry.ts';
import type { Handshake } from '../../transport/transport.ts';
import type { Acks } from '../acks.ts';
import type { Outbox } from '../outbox.ts';
import type { Processed } from '../receipts.ts';
import type { SessionServices } from '../services.ts';
import type { Subscription } from '../subscription.ts';
import type { Transactions } from '../transactions.ts';

/** `opening`: before CONNECT; `connected`: after it; `closing`: an ERROR, a close or a DISCONNECT was the last word. */
export type State = 'opening' | 'connected' | 'closing' | 'closed';

/** Whether the inbound line has seen this session's DISCONNECT: `none` is due before CONNECTED. */
export type Farewell = 'none' | 'due' | 'said';

/** A session as its commands know it. */
export interface CommandSession extends Registered {
  readonly services: SessionServices;
  readonly outbox: Outbox;
  state: State;
  farewell: Farewell;
  readonly version: Version;
  user: User | undefined;
  /** What a guest is known by in its next session; see `client-token.ts`. */
  clientToken: string | undefined;
  /** What it calls itself in each of its sessions, for what outlives one [ActiveMQ, client-id]. */
  clientId: string | undefined;
  handshake: Handshake | undefined;
  /** Its open transactions; none before the first. */
  transactions: Transactions | undefined;
  /** Its subscriptions that take from queues; none before the first. */
  acks: Acks | undefined;
  subscriptions: Map<string, Subscription> | undefined;
  excludes?: string;
  sendsEvery: number;
  hearsEvery: number;
  /** Speaks a version from the next frame on. */
  speak(version: Version): void;
  /** Sends what waits, then closes. */
  close(code: number, reason: string): void;
  /** Answers what is still to be answered, then lets the client close. */
  leave(): void;
  /** More waits for the client than may wait. */
  overflowed(): void;
  /** A frame was processed: answers it, at once or as it says. */
  processed(frame: Frame, processed: Processed | undefined): void;
  /** A frame was refused: tells its client, or ends the session. */
  refused(error: unknown, frame: Frame): void;
  /** Looks at the deadlines again. */
  watch(): void;
}

/**
 * What one command does. It is done when its effect holds, and a RECEIPT may follow, at once or as it says; what
 * it throws is told to the client.
 */
export type Command = (session: CommandSession, frame: Frame) => Soon<void> | Soon<Processed>;

/** The frame as interceptors and handlers see it. */
export function inboundOf(
  session: CommandSession,
  frame: Frame,
  destination = '',
  sending?: Sending,
): Inbound {
  return {
    command: frame.command as ClientCommand,
    destination,
    headers: frame.headers,
    body: frame.body,
    session,
    sending,
  };
}
