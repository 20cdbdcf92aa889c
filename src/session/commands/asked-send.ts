// A SEND that asks for more than to be delivered: not to be run twice, a RECEIPT that stands for something.
import type { Frame } from '../../../frames/index.ts';
import type { Soon } from '../../channel/channel.ts';
import { isInLine } from '../../channel/in-line.ts';
import type { Inbound } from '../../channel/inbound.ts';
import { StompwireError } from '../../errors.ts';
import { MessageLost } from '../../relay/log.ts';
import type { Claim, Outcome } from '../../routing/claims.ts';
import { withTimeLimit } from '../../routing/time-limit.ts';
import type { Processed } from '../receipts.ts';
import { type AskedSending, assertKept } from '../sending.ts';
import { type CommandSession, inboundOf } from './command.ts';
import { unawaited } from './unawaited.ts';

/** Passes it on unless it came before; its RECEIPT waits for what was asked. */
export function sendAsked(
  session: CommandSession,
  frame: Frame,
  destination: string,
  sending: AskedSending,
  send: (inbound: Inbound) => Soon<void> = session.services.router.send,
): Soon<Processed> {
  const asked = new AskedSend(session, destination, sending, send);
  let sent: Soon<void> | undefined;
  const processed = asked.run(inboundOf(session, frame, destination, sending), (inbound) => {
    sent = session.services.inbound.run(inbound, asked.pass);
    return sent;
  });
  if (!(processed instanceof Promise && sent instanceof Promise && isInLine(sent))) return processed;
  return unawaited(
    session,
    processed.then(({ after }) => after),
    processed,
  );
}

/** One such SEND. */
export class AskedSend {
  readonly #session: CommandSession;
  readonly #destination: string;
  readonly #sending: AskedSending;
  readonly #send: (inbound: Inbound) => Soon<void>;
  #claim: Claim | undefined;

  constructor(
    session: CommandSession,
    destination: string,
    sending: AskedSending,
    send: (inbound: Inbound) => Soon<void>,
  ) {
    this.#send = send;
    this.#session = session;
    this.#destination = destination;
    this.#sending = sending;
  }

  /** @param through - brings it to {@link pass}; default: it has passed the interceptors already */
  run(inbound: Inbound, through: (inbound: Inbound) => Soon<void> = this.pass): Soon<Processed> {
    try {
      const done = through(inbound);
      if (done instanceof Promise) return done.then(this.processed, this.failed);
    } catch (error) {
      this.failed(error);
    }
    return this.processed();
  }

  /** Behind the interceptors: a retry is held to the rules and limits as well. */
  readonly pass = (inbound: Inbound): Soon<void> => {
    const { key } = this.#sending;
    if (key === undefined) return this.#send(inbound);
    const claim = this.#session.services.claims.claim(key);
    return claim instanceof Promise
      ? claim.then((late) => this.#claimed(late, inbound))
      : this.#claimed(claim, inbound);
  };

  /** @throws {StompwireError} `not-stored` when nothing was logged of what was to be stored */
  readonly processed = (): Processed => {
    const { places } = this.#sending;
    this.#claim?.settle({ places });
    if (this.#claim?.first === undefined) this.#assertKept({ places });
    const { after } = this.#sending;
    if (after === undefined) return {};
    const outcome = { places: this.#sending.places };
    if (this.#claim?.first === undefined) this.#unlessLost(after, outcome);
    return { after: this.#limited(after) };
  };

  readonly failed = (error: unknown): never => {
    this.#claim?.free(error);
    throw error;
  };

  #claimed(claim: Claim, inbound: Inbound): Soon<void> {
    this.#claim = claim;
    if (claim.first === undefined) return this.#send(inbound);
    this.#sending.waitFor(claim.first.then((outcome) => this.#again(outcome)));
  }

  /** It was run already: what is left is that its messages be as safe as this SEND asks. */
  async #again(outcome: Outcome): Promise<void> {
    this.#assertKept(outcome);
    const { broker } = this.#session.services;
    const { level } = this.#sending;
    for (const { destination, position } of outcome.places)
      await this.#unlessLost(broker.whenSafe(level, destination, position), outcome);
  }

  /** What is lost is not answered with what became of it: the next one is the first. */
  #unlessLost(safe: Soon<void>, outcome: Outcome): Soon<void> {
    if (safe instanceof Promise)
      safe.catch((error: unknown) => error instanceof MessageLost && this.#claim?.forget(outcome));
    return safe;
  }

  #assertKept({ places }: Outcome): void {
    if (places.length === 0) assertKept(this.#sending.level, this.#destination);
  }

  #limited(after: Promise<void>): Promise<void> {
    const { wheel, options } = this.#session.services;
    const { storedTimeout } = options;
    const tooLate = (): StompwireError =>
      new StompwireError('history-unavailable', `not stored within storedTimeout=${storedTimeout} ms`);
    return withTimeLimit(after, storedTimeout, wheel, tooLate);
  }
}
