// A subscription that begins in the past: replays what was missed at the client's own pace, then goes live.
import { type Broker, isExcluded } from '../broker/broker.ts';
import { Channel } from '../channel/channel.ts';
import type { Delivery, SubscriptionView } from '../channel/outbound.ts';
import { StompwireError } from '../errors.ts';
import type { Replay } from '../history/replay.ts';
import type { Replayed } from '../history/replay-pages.ts';
import { ReplayReader, type Resumed, type ResumeFrom } from '../history/replay-reader.ts';
import type { Message } from '../message/message.ts';
import { comparePositions, destinationHash, messageIdOf, type Position } from '../message/position.ts';
import { LiveBuffer, type WaitingLive, waitingFor } from './live-buffer.ts';
import { type WatchedSession, WatchedSubscription } from './watched-subscription.ts';

/** The session of such a subscription. */
export interface ResumingSession extends WatchedSession {
  readonly state: string;
}

/** What a resumed subscription is made of, beside what every one is. */
export interface Resuming {
  readonly replay: Replay;
  readonly from: ResumeFrom;
  /** The interceptors of its deliveries; none: nobody looks at them. */
  readonly line: Channel<Delivery> | undefined;
  /** Hears that it can go on no more. */
  readonly failed: (error: unknown) => void;
}

/** Of what it replays, so many bytes may wait for a client; what is behind them waits in the log. */
const credit = 128 * 1024;

/** Live messages of a session that may wait, behind the last pages of all it resumes. */
const liveBytes = 64 * 1024;

/** So often the log may say that there is nothing, when something later was heard already. */
const patience = 100;

const nobody = new Channel<Delivery>();

/**
 * From {@link start} on a client hears each message behind its place once, in the order of the log. What comes
 * live meanwhile is not queued: it is in the log, and read from there, but for the last of it. Once live, a
 * message that is not the next one makes it read the log again.
 */
export class ResumedSubscription extends WatchedSubscription {
  /** What the RECEIPT says. */
  resumed: Resumed = 'complete';
  readonly #session: ResumingSession;
  readonly #resuming: Resuming;
  readonly #reader: ReplayReader;
  readonly #behind: LiveBuffer;
  /** Behind all that the session resumes. */
  readonly #waiting: WaitingLive;
  readonly #credit: number;
  /** `held`: the RECEIPT comes first. */
  #state: 'held' | 'replaying' | 'live' | 'over' = 'held';
  #misses = 0;

  constructor(session: ResumingSession, view: SubscriptionView, address: string, resuming: Resuming) {
    super(session, view, address, resuming.line ?? nobody);
    this.#session = session;
    this.#resuming = resuming;
    this.#reader = new ReplayReader(resuming.replay, address);
    this.#waiting = waitingFor(session);
    const limits = { messages: resuming.replay.limits.pageSize, bytes: liveBytes };
    this.#behind = new LiveBuffer(limits, this.#waiting);
    this.#credit = Math.min(credit, this.outbox.limit / 2);
  }

  /**
   * Done when it is known what the RECEIPT says. Live interest comes first: whatever is not in the log when its
   * top is read will be heard live.
   *
   * @throws {StompwireError} `bad-resume`, `history-unavailable`, `relay-unavailable`
   */
  override async begin(broker: Broker): Promise<void> {
    await super.begin(broker);
    this.resumed = await this.#reader.begin(this.#resuming.from);
    this.#resuming.replay.resumed[this.resumed].add();
  }

  /** Where it begins, as a message-id, for a client that is cut off before its first message. */
  get position(): string {
    return messageIdOf(destinationHash(this.address), this.#reader.at);
  }

  /** The RECEIPT is on its way: messages may follow. */
  start(): void {
    if (this.#state === 'held') this.#catchUp();
  }

  override end(broker: Broker): ReturnType<WatchedSubscription['end']> {
    this.#state = 'over';
    this.#behind.clear();
    return super.end(broker);
  }

  override deliver(message: Message): void {
    const { position } = message;
    if (this.#state === 'over') return;
    if (position === undefined) return super.deliver(message); // published past the log: it has no place
    if (this.#state !== 'live' || !this.#isNext(position)) return this.#keep(message, position);
    this.#reader.pass(position);
    if (this.#resuming.line === undefined) this.outbox.deliver(message, this.wireId);
    else super.deliver(message);
  }

  #isNext(position: Position): boolean {
    return this.#reader.follows(position) && !this.#reader.discontinuity;
  }

  /** Late, early or while we replay: the log knows its place. */
  #keep(message: Message, position: Position): void {
    const { at } = this.#reader;
    if (comparePositions(position, at) <= 0) return;
    this.#behind.keep(message, position, at);
    this.#tellHeld();
    if (this.#state === 'live') this.#catchUp();
  }

  #catchUp(): void {
    this.#state = 'replaying';
    this.#misses = 0;
    this.#replay().catch((error: unknown) => {
      if (this.#over) return;
      this.#resuming.replay.resumed.broken.add();
      this.#resuming.failed(error);
    });
  }

  async #replay(): Promise<void> {
    await this.settled;
    while (this.#state === 'replaying' && !this.#over) {
      await this.#credited();
      const message = this.#over ? undefined : this.#behind.next(this.#reader.at);
      if (message !== undefined) await this.#hand({ position: message.position!, message });
      else if (!this.#over) await this.#read();
    }
  }

  /** As many of the next messages as there is credit for; the page is let go of, others may keep it. */
  async #read(): Promise<void> {
    const page = await this.#reader.read();
    if (page.length === 0) return this.#atTop();
    for (const replayed of page) {
      if (this.#over || !this.#hasCredit) return;
      const done = this.#hand(replayed);
      if (done !== undefined) await done;
    }
  }

  /** The log has no more. What was heard of later than that is in the buffer, or will be in the log. */
  #atTop(): void {
    if (comparePositions(this.#behind.top, this.#reader.at) <= 0) {
      if (!this.#over) this.#state = 'live';
      this.#behind.clear();
    } else if (++this.#misses > patience) {
      throw new StompwireError('resume-broken', `'${this.destination}': what came live is not in the log`);
    }
  }

  #hand({ position, message: read }: Replayed): Promise<void> | undefined {
    this.#reader.pass(position);
    const message = read && this.#resuming.replay.lately.seen(read);
    if (message === undefined) return undefined;
    if (message.excludes !== undefined && isExcluded(this, message.excludes)) return undefined;
    if (message.only !== undefined && message.only !== this.owner) return undefined;
    const marked = this.#reader.discontinuity;
    this.#reader.told();
    const done = this.#give(marked ? discontinuous(message) : message, marked);
    this.#tellHeld();
    return done;
  }

  #tellHeld(): void {
    this.#resuming.replay.holds(this.outbox.held + this.#waiting.bytes);
  }

  #give(message: Message, alone: boolean): Promise<void> | undefined {
    if (this.#resuming.line !== undefined) return this.pass(message, alone);
    if (alone) this.outbox.deliverAlone(message, this.wireId);
    else this.outbox.deliver(message, this.wireId);
    return undefined;
  }

  /** After its last word a client is replayed nothing more. */
  get #over(): boolean {
    return this.#state === 'over' || this.#session.state !== 'connected';
  }

  get #hasCredit(): boolean {
    return this.outbox.held < this.#credit;
  }

  /** Done when there is room for more. */
  #credited(): Promise<void> | undefined {
    if (this.#hasCredit) return undefined;
    return new Promise((resolve) => this.outbox.whenTaken(resolve));
  }
}

/** Something may be missing before this message. */
function discontinuous(message: Message): Message {
  return message.with({ headers: ['discontinuity', 'true', ...message.headers] });
}
