// One client's session: takes its bytes, runs its frames one after another, answers, and ends.
import { Buffer } from 'node:buffer';
import { clientCommands, type Frame, FrameParser, type Version } from '../../frames/index.ts';
import type { User } from '../auth/authenticator.ts';
import type { SubscriptionView } from '../channel/outbound.ts';
import { StompwireError } from '../errors.ts';
import type { WheelEntry } from '../time/wheel.ts';
import type { Connection, ConnectionHandler, Handshake, Peer } from '../transport/transport.ts';
import { type Acks, endAll } from './acks.ts';
import type { CommandSession, Farewell, State } from './commands/command.ts';
import { stepOf } from './commands/table.ts';
import { Departure } from './departure.ts';
import { tellRefusal } from './error-queue.ts';
import type { Ending } from './events.ts';
import { sayFarewell, tellOfEnd } from './farewell.ts';
import { type Goodbye, goodbyeTo, noteRefusal, refusalOf } from './goodbye.ts';
import { Outbox, type OutboxOwner } from './outbox.ts';
import { type Processed, Receipts } from './receipts.ts';
import type { SessionServices } from './services.ts';
import { type Subscription, viewsOf } from './subscription.ts';
import { asStompwireError, sessionOver } from './told.ts';
import type { Transactions } from './transactions.ts';
import { nextDeadline, overdue, type Watched } from './watch.ts';
import { withdraw } from './withdraw.ts';

/** What the server hears of a session. */
export interface SessionEnd {
  /** @param address - the peer's, as it was when the session was opened */
  ended(session: Session, address: string): void;
}

/**
 * A session stands between one connection and the broker. Frames are handled in their order; while one
 * waits for a slow handler, input waits too, and reading pauses when too much does.
 */
export class Session implements ConnectionHandler, OutboxOwner, CommandSession, Watched, WheelEntry {
  readonly id: string;
  readonly services: SessionServices;
  readonly outbox: Outbox;
  state: State = 'opening';
  farewell: Farewell = 'none';
  version: Version = '1.2';
  user: User | undefined;
  clientToken: string | undefined = undefined;
  clientId: string | undefined = undefined;
  /** The opening HTTP request, until the client has said who it is. */
  handshake: Handshake | undefined;
  subscriptions: Map<string, Subscription> | undefined;
  declare excludes?: string;
  transactions: Transactions | undefined;
  acks: Acks | undefined;
  /** Agreed heart-beats in milliseconds; 0: none. */
  sendsEvery = 0;
  hearsEvery = 0;
  /** Times on the wheel: of the opening, the last input, the begin of an unfinished frame, the last frame, our close. */
  readonly openedAt: number;
  lastRead: number;
  partialSince = 0;
  lastFrame = 0;
  closedAt = 0;
  due = 0;
  earlier: WheelEntry | undefined = undefined;
  later: WheelEntry | undefined = undefined;
  readonly #connection: Connection;
  readonly #parser: FrameParser;
  readonly #receipts: Receipts;
  readonly #end: SessionEnd;
  #attributes: Map<string, unknown> | undefined;
  #ended: AbortController | undefined;
  busy = false;
  /** What it is told when all is answered. */
  #goodbye: Goodbye | undefined;
  /** Its end, when that did not come by itself. */
  #departure: Departure | undefined;
  paused = false;
  /** Input that waits behind a slow handler. */
  #waiting: Buffer[] | undefined;
  #waitingBytes = 0;

  constructor(
    id: string,
    connection: Connection,
    handshake: Handshake | undefined,
    services: SessionServices,
    end: SessionEnd,
  ) {
    this.id = id;
    this.services = services;
    this.handshake = handshake;
    this.#connection = connection;
    this.#end = end;
    this.#parser = new FrameParser({ limits: services.options.frameLimits, accepts: clientCommands });
    const lane = services.turn.lane(connection.framing, this.version);
    this.outbox = new Outbox(connection, this, services.turn, lane, services.options.outboxBytes);
    this.#receipts = new Receipts(
      this.outbox,
      () => this.version,
      () => this.#depart(),
    );
    this.openedAt = services.wheel.now;
    this.lastRead = this.openedAt;
    this.watch();
  }

  get peer(): Peer {
    return this.#connection.peer;
  }

  get attributes(): Map<string, unknown> {
    return (this.#attributes ??= new Map());
  }

  get ended(): AbortSignal {
    if (this.state === 'closed') return AbortSignal.abort(sessionOver());
    return (this.#ended ??= new AbortController()).signal;
  }

  get opening(): boolean {
    return this.state === 'opening';
  }

  get now(): number {
    return this.services.wheel.now;
  }

  listed(): readonly SubscriptionView[] {
    return viewsOf(this.subscriptions);
  }

  /** Speaks a version from the next frame on, in both directions. */
  speak(version: Version): void {
    this.version = version;
    this.#parser.version = version;
    this.outbox.use(this.services.turn.lane(this.#connection.framing, version));
  }

  received(chunk: Buffer): void {
    this.lastRead = this.now;
    if (this.state === 'closing') return;
    if (this.busy || this.#waiting !== undefined) return this.#hold(chunk);
    this.#parser.write(chunk);
    this.#pump();
  }

  /** The rest of a message has as long to come as the rest of a frame [options: frameTimeout]. */
  unfinished(): void {
    if (this.partialSince !== 0 || this.busy) return;
    this.partialSince = this.now || 1;
    this.watch();
  }

  drained(): void {
    this.outbox.drained();
    this.watch(); // heart-beats, which rested
  }

  stuck(): void {
    this.watch();
  }

  overflowed(): void {
    const { outboxBytes } = this.services.options;
    // not now: the broker is in the middle of delivering
    queueMicrotask(() =>
      this.fail(new StompwireError('slow-client', `more than outboxBytes=${outboxBytes} bytes waited`)),
    );
  }

  closed(code: number, reason: string): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    const { broker, registry, wheel, log } = this.services;
    wheel.cancel(this);
    registry.remove(this);
    this.outbox.drop();
    this.#waiting = undefined;
    this.handshake = undefined;
    const { subscriptions } = this;
    endAll(this, broker);
    this.subscriptions = undefined;
    log.debug({ session: this.id, code, reason }, 'session ended');
    this.#ended?.abort(sessionOver());
    this.#end.ended(this, this.#connection.peer.address);
    tellOfEnd(this, this.#departure?.ending ?? { code, reason }, subscriptions);
    if (!this.busy) this.#bidFarewell();
  }

  /** Tells the client what went wrong in an ERROR frame, and ends the session. */
  fail(error: StompwireError, frame?: Frame): void {
    if (this.state === 'closing' || this.state === 'closed') return;
    noteRefusal(this, this.#connection, error);
    this.#finish(refusalOf(this, error, frame));
  }

  /**
   * Sends what waits, then closes; nothing that the client sends is looked at any more.
   *
   * @param patience - milliseconds in which the client may take what was sent to it; `closeTimeout`, for its
   *   own close, begins when it has
   */
  close(code: number, reason: string, patience = this.services.options.outboxTime): void {
    if (this.state === 'closing' || this.state === 'closed') return;
    this.#finish({ code, reason, patience, lastWord: undefined });
  }

  withdraw(id: string, error: StompwireError): boolean {
    return withdraw(this, id, error);
  }

  /** Takes no more input, and says goodbye once all is answered that was taken; see {@link depart}. */
  retire(retryAfter: number, patience: number): void {
    if (this.state === 'closing' || this.state === 'closed') return;
    this.#goodbye = goodbyeTo(this, retryAfter, patience);
    this.state = 'closing';
    this.#depart();
  }

  /** Says a goodbye that is due now, whatever is not answered yet. */
  depart(): void {
    if (this.#goodbye !== undefined && this.state !== 'closed') this.#finish(this.#goodbye);
    this.#goodbye = undefined;
  }

  /** Ends at once. */
  cut(): void {
    this.#connection.destroy();
  }

  /** Answers what is still to be answered, and lets the client close; we do after `closeTimeout`. */
  leave(): void {
    if (this.state === 'closing' || this.state === 'closed') return;
    this.#endInput({ code: 1000, reason: '' }, this.services.options.outboxTime);
  }

  /** Makes sure that the wheel wakes this session at its next deadline. */
  watch(): void {
    const due = nextDeadline(this);
    if (due === undefined || this.state === 'closed') return;
    if (this.later === undefined || due < this.due) this.services.wheel.schedule(this, due);
  }

  wake(now: number): void {
    const trouble = overdue(this, now);
    if (trouble === 'gone') return this.#gone();
    if (trouble !== undefined) this.fail(trouble);
    this.watch();
  }

  /** Looks at no further input, and gives the client a bounded time to be gone. */
  #endInput(ending: Ending, patience: number): Departure {
    const { outbox } = this;
    const patientUntil = this.now + patience;
    const departure = new Departure({ outbox, connection: this.#connection, ending, patientUntil });
    this.#departure = departure;
    this.state = 'closing';
    this.services.registry.remove(this);
    this.closedAt = this.now || 1;
    this.#waiting = undefined;
    this.acks?.end(this.services.broker);
    this.transactions = undefined;
    this.watch();
    return departure;
  }

  /** Interceptors see a session go that did not say so, behind the last of its frames. */
  #bidFarewell(): void {
    if (this.farewell === 'due') sayFarewell(this);
  }

  #depart(): void {
    if (this.#goodbye !== undefined && !this.busy && !this.#receipts.pending) this.depart();
  }

  #finish(goodbye: Goodbye): void {
    this.#endInput(goodbye, goodbye.patience).close(goodbye.lastWord);
  }

  /** The client had its time. */
  #gone(): void {
    if (this.#departure?.goesOn(this.now) !== true) return this.cut();
    this.closedAt = this.now;
    this.watch();
  }

  /** Takes input for as long as no handler is waited for. */
  #pump(): void {
    let read = 0;
    try {
      while (!this.busy && this.state !== 'closing' && this.state !== 'closed') {
        const frame = this.#parser.read();
        if (frame === null) break;
        read++;
        if (this.services.options.idleTimeout !== 0) this.lastFrame = this.now || 1;
        this.#run(frame);
      }
    } catch (error) {
      this.fail(asStompwireError(error));
    }
    if (read > 0) this.services.counters.frames.add(read);
    this.#watchPartial(read > 0);
  }

  /** A frame that a client begins and does not finish has its time [options: frameTimeout]. */
  #watchPartial(progress: boolean): void {
    if (this.busy || this.#parser.pending === 0) {
      this.partialSince = 0;
    } else if (this.partialSince === 0 || progress) {
      this.partialSince = this.now || 1;
      this.watch();
    }
  }

  #run(frame: Frame): void {
    try {
      this.services.options.profile.translate?.(frame, this);
      const done = stepOf(this.state, frame, this.version)(this, frame);
      if (done instanceof Promise) this.#await(done, frame);
      else this.#done(frame, done || undefined);
    } catch (error) {
      this.refused(error, frame);
    }
  }

  #await(done: Promise<void> | Promise<Processed>, frame: Frame): void {
    this.busy = true;
    done
      .then(
        (processed) => this.#done(frame, processed || undefined),
        (error: unknown) => this.refused(error, frame),
      )
      .finally(() => this.#goOn());
  }

  /** [STOMP 1.2, Standard Headers]: a receipt tells that the frame has been processed. */
  processed(frame: Frame, processed: Processed | undefined): void {
    const receipt = frame.headers.get('receipt');
    if (receipt === undefined && processed === undefined) return;
    this.#receipts.processed(receipt, processed, (error) => this.refused(error, frame));
  }

  refused(raw: unknown, frame: Frame): void {
    tellRefusal(this, raw, frame);
  }

  /** What stands in a transaction is processed when that is committed. */
  #done(frame: Frame, processed: Processed | undefined): void {
    const { command } = frame;
    if (command === 'CONNECT' || command === 'STOMP' || processed?.withheld) return;
    this.processed(frame, processed);
  }

  #hold(chunk: Buffer): void {
    this.#waiting ??= [];
    this.#waiting.push(Buffer.from(chunk)); // what outlives the turn is copied: a slice pins the whole read
    this.#waitingBytes += chunk.length;
    if (this.paused || this.#waitingBytes <= this.services.options.waitingBytes) return;
    this.paused = true;
    this.#connection.pause();
  }

  #goOn(): void {
    this.busy = false;
    if (this.state === 'closed') return this.#bidFarewell();
    if (this.#goodbye !== undefined) return this.#depart();
    this.#pump();
    this.#takeWaiting();
    if (this.paused && this.#waiting === undefined) this.#resume();
    if (this.lastFrame === 0) return;
    this.lastFrame = this.now || 1;
    this.watch();
  }

  #takeWaiting(): void {
    while (!this.busy && this.#waiting !== undefined) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) {
        this.#waiting = undefined;
        break;
      }
      this.#waitingBytes -= chunk.length;
      this.#parser.write(chunk);
      this.#pump();
    }
  }

  #resume(): void {
    this.paused = false;
    this.lastRead = this.now;
    this.#connection.resume();
    this.watch(); // the client may be missed again
  }
}
