// One queue in Redis as this node sees it: its consumers here, and one turn after another at what waits there.
import type { Buffer } from 'node:buffer';
import type { Message } from '../../message/message.ts';
import type { Consumption, QueueConsumer } from '../../queue/consumer.ts';
import { textOf } from './connection.ts';
import { decodeKept } from './kept-message.ts';
import { type Held, type Taker, Takers } from './queue-takers.ts';
import { type Telling, Tellings, type Turn } from './tellings.ts';

/** Why a message is a dead letter. */
type Why = 'refused' | 'too-many-deliveries';

/** What a queue of this node stands on. */
export interface SharedQueueParts {
  readonly destination: string;
  /** After so many deliveries a message is dead. */
  readonly tries: number;
  /** How long leaving waits for Redis, in milliseconds. */
  readonly wait: number;
  /** Makes it a part of the transaction that is being done; `undefined`: there is none. */
  readonly commit: (kind: 'gone' | 'back', args: readonly string[]) => Promise<unknown> | undefined;
  /** Does something behind that transaction. */
  readonly committing: () => boolean;
  readonly later: (act: () => void, undone: (error: Error) => void) => void;
  /** Whether its primary is there. */
  readonly reachable: () => boolean;
  /** Calls the script of a turn, soon and together with others. */
  readonly soon: (queue: SharedQueue) => void;
  /** Makes a dead letter of a message; done when it is kept or dropped. */
  readonly died: (held: Held, why: Why) => Promise<void>;
  readonly dropped: (message: Message, why: 'expired' | 'overflow') => void;
  /** Bytes are no message. */
  readonly foreign: (error: unknown) => void;
}

/** A turn takes so many messages, about so many bytes: Redis does nothing else meanwhile. */
const most = { messages: 200, bytes: 512 * 1024 };

/** Each claim of this process has a number of its own. */
let claims = 0;

/** What was acknowledged is told to Redis until it answers, however long it is away. */
export class SharedQueue {
  readonly destination: string;
  /** How many wait, as Redis said last. */
  waiting = 0;
  /** How many turns have asked for something. */
  asked = 0;
  readonly #parts: SharedQueueParts;
  readonly #takers = new Takers();
  /** All that Redis has given and does not have back. */
  readonly #held = new Map<string, Held>();
  readonly #tellings = new Tellings();
  #underWay = false;
  #due = false;
  #lost = false;
  /** Whether the last turn asked for nothing, so that Redis wakes this node for nothing that comes. */
  #unheard = false;
  /** Below 0: Redis may not know. */
  #toldTakers = 0;
  /** Those that are asking whether they may. */
  #joining = 0;
  /** Whether something was said of it, so that it matters when the last consumer is gone. */
  #declared = false;
  /** Says what was said of it. */
  #say: (() => Promise<unknown>) | undefined;
  #left: (() => void)[] = [];

  constructor(parts: SharedQueueParts) {
    this.#parts = parts;
    this.destination = parts.destination;
  }

  get outstanding(): number {
    return this.#takers.outstanding;
  }

  /** Whether it can be forgotten. */
  get idle(): boolean {
    return this.quiet && this.waiting === 0;
  }

  /** Whether nothing is under way here, and nobody takes. */
  get quiet(): boolean {
    return (
      this.#takers.empty && this.#joining === 0 && this.#held.size === 0 && !this.#underWay && !this.#due
    );
  }

  /** Whether somebody here could have more. */
  get hungry(): boolean {
    return this.#takers.room > 0;
  }

  /** Whether somebody here could have what may wait, has not asked for it, and can. */
  get unserved(): boolean {
    return (this.waiting > 0 || this.#unheard) && this.hungry && this.#parts.reachable();
  }

  /** How many are asked for at a time, where there is room. */
  get appetite(): number {
    return Math.min(most.messages, this.#takers.wanted(this.waiting));
  }

  /**
   * Adds a consumer that is asked for first.
   *
   * @param ask - tells whether something was said of this queue; rejects: it may not
   * @param says - whether it says what this queue is like, to be said again when Redis has forgotten that
   */
  async join(consumer: QueueConsumer, ask: () => Promise<boolean>, says: boolean): Promise<Consumption> {
    this.#joining++;
    try {
      this.#declared = await ask();
      if (says) this.#say = ask;
      this.#toldLeft(); // who leaves meanwhile is not the last one
      return this.consume(consumer);
    } catch (error) {
      this.look();
      throw error;
    } finally {
      this.#joining--;
      this.#toldTakers = -1;
    }
  }

  consume(consumer: QueueConsumer): Consumption {
    const taker = this.#takers.add(consumer);
    return {
      begin: () => {
        taker.began = true;
        this.look();
      },
      acknowledge: (tag) => this.#acknowledge(taker, tag),
      refuse: (tag, requeue) => this.#refuse(taker, tag, requeue),
      cancel: () => this.#cancel(taker),
    };
  }

  /** Room is set aside for what the next turn asks for. @param giveBack - is called when it does */
  grant(giveBack: () => void): void {
    this.#takers.grant(giveBack);
  }

  /** Something may wait, or is to be told. */
  look(): void {
    this.#due = true;
    if (!this.#underWay) this.#parts.soon(this);
  }

  /** What was claimed may be known to Redis only: the next turn says what is known here. */
  interrupted(): void {
    this.#lost = true;
    this.look();
    this.#say?.().catch(() => {}); // it is somebody else's now: then it goes on as a queue like others
  }

  /**
   * What was to wake this node may have been lost.
   *
   * @param counted - whether Redis knows that somebody takes here; it does not when the lease ran out
   */
  stands(waiting: number, counted: boolean): void {
    this.waiting = waiting;
    if (!counted && this.#toldTakers > 0) this.interrupted();
    else if (waiting > 0 && this.hungry) this.look();
  }

  /** A message of a dead node that was delivered too often is this node's to bury. */
  inherit(held: Held): void {
    this.#held.set(held.order, held);
    void this.#die(held, 'too-many-deliveries');
  }

  /** Ends: what is outstanding is nobody's any more. */
  end(): void {
    this.waiting = 0;
    this.#say = undefined;
    this.#takers.useGrants();
    for (const { outstanding } of this.#takers.clear()) outstanding.clear();
    this.#held.clear();
    this.#toldLeft();
    this.#tellings.end();
  }

  /** What is to be done now; `undefined`: nothing, or something is under way. */
  turn(): Turn | undefined {
    if (this.#underWay || !this.#due) return undefined;
    this.#due = false;
    this.#underWay = true;
    const telling = this.#tellings.next();
    const lost = this.#lost;
    const takers = this.#takers.count + this.#joining;
    const left = takers === 0 ? this.#left.splice(0) : [];
    this.#lost = false;
    const claim = String(++claims);
    this.#takers.useGrants();
    const wanted = this.appetite;
    if (wanted > 0) this.asked++;
    const unreserve = this.#takers.reserve(wanted);
    this.#unheard = wanted === 0;
    return {
      args: [
        ...[claim, String(wanted), String(most.bytes)],
        ...[takers === this.#toldTakers && !lost ? '' : String(takers), lost ? '1' : '0'],
        ...telling.args,
        ...(lost ? [...this.#held.values()].flatMap(({ order, claim }) => [order, claim]) : []),
      ],
      answered: (reply) => {
        this.#toldTakers = takers;
        for (const told of left) told();
        unreserve();
        this.#answered(claim, wanted, telling, reply as unknown[]);
      },
      failed: (begun) => {
        unreserve();
        telling.failed(begun);
        this.#left.unshift(...left);
        this.#lost ||= lost || begun;
        this.#underWay = false;
        this.#due = true;
      },
    };
  }

  #answered(
    claim: string,
    wanted: number,
    telling: Telling,
    [waiting, codes, backCodes, given, lost]: unknown[],
  ): void {
    this.#underWay = false;
    this.waiting = Number(waiting);
    telling.answered(textOf(codes), textOf(backCodes), (held) => this.#forget(held));
    this.#drop(lost as Buffer[]);
    const count = this.#take(claim, given as Buffer[]);
    const more = count > 0 && count < wanted && this.waiting > 0;
    if (more || !this.#tellings.empty || (count === wanted && this.hungry)) this.#due = true;
    if (this.#due) this.look();
  }

  #forget(held: Held): void {
    if (this.#held.get(held.order)?.claim === held.claim) this.#held.delete(held.order);
  }

  #drop(lost: readonly Buffer[]): void {
    for (let at = 0; at < lost.length; at += 2) {
      const message = this.#decoded(lost[at + 1]!);
      if (message !== undefined) this.#parts.dropped(message, textOf(lost[at]) as 'expired' | 'overflow');
    }
  }

  #take(claim: string, given: readonly Buffer[]): number {
    for (let at = 0; at < given.length; at += 3) {
      const message = this.#decoded(given[at + 2]!);
      const deliveries = Number(textOf(given[at + 1]));
      const order = textOf(given[at]);
      if (message === undefined) this.#discard(order, claim);
      else this.#give({ order, claim, deliveries, message });
    }
    return given.length / 3;
  }

  #give(held: Held): void {
    this.#held.set(held.order, held);
    const taker = this.#takers.next();
    if (taker === undefined) {
      this.#giveBack(held, false, () => {}); // who wanted it has left meanwhile
      return;
    }
    taker.give(held);
    if (taker.consumer.auto) this.#tell(held);
  }

  /** Bytes that are no message stand in nobody's way. */
  #discard(order: string, claim: string): void {
    const held = { order, claim, deliveries: 0, message: undefined as never };
    this.#held.set(order, held);
    this.#tell(held);
  }

  #acknowledge(taker: Taker, tag: number): boolean | Promise<boolean> {
    const held = taker.taken(tag);
    if (held === undefined) return false;
    const committed = this.#parts.commit('gone', [held.order, held.claim]);
    return committed === undefined ? this.#gone(held) : this.#committed(taker, tag, held, committed);
  }

  #refuse(taker: Taker, tag: number, requeue: boolean): boolean | Promise<boolean> {
    const held = taker.taken(tag);
    if (held === undefined) return false;
    const why = !requeue
      ? 'refused'
      : held.deliveries >= this.#parts.tries
        ? 'too-many-deliveries'
        : undefined;
    if (why !== undefined) return this.#dieWithin(taker, tag, held, why);
    const committed = this.#parts.commit('back', [held.order, held.claim, '1']);
    return committed === undefined ? this.#return(held) : this.#committed(taker, tag, held, committed);
  }

  /** What a transaction that was not done has taken out is outstanding again; until it is done it makes no room. */
  async #committed(taker: Taker, tag: number, held: Held, committed: Promise<unknown>): Promise<boolean> {
    taker.commits();
    try {
      const done = textOf(await committed) === '1';
      taker.committed();
      this.#forget(held);
      this.look();
      return done;
    } catch (error) {
      taker.committed();
      this.#putBack(taker, tag, held);
      throw error;
    }
  }

  /** A dead letter may lie elsewhere: it is made when the rest is done. */
  #dieWithin(taker: Taker, tag: number, held: Held, why: Why): Promise<boolean> {
    if (!this.#parts.committing()) return this.#die(held, why);
    taker.commits();
    return new Promise((resolve, reject) =>
      this.#parts.later(
        () => {
          taker.committed();
          void this.#die(held, why).then(resolve, reject);
        },
        (error) => {
          taker.committed();
          this.#putBack(taker, tag, held);
          reject(error);
        },
      ),
    );
  }

  #putBack(taker: Taker, tag: number, held: Held): void {
    if (this.#takers.has(taker)) taker.outstanding.set(tag, held);
    else void this.#return(held);
  }

  /** Done when Redis has back what was outstanding, or after a while: what it has not is told when it is there. */
  async #cancel(taker: Taker): Promise<void> {
    if (!this.#takers.remove(taker)) return;
    const outstanding = [...taker.outstanding.values()];
    taker.outstanding.clear();
    this.look();
    if (this.#takers.empty) this.#say = undefined;
    // who sends may have said something of it since, anywhere
    const left = this.#takers.empty && (this.#declared || this.#parts.reachable());
    if (outstanding.length === 0 && !left) return;
    let late: NodeJS.Timeout | undefined;
    const timer = new Promise((resolve) => {
      late = setTimeout(resolve, this.#parts.wait);
    });
    const back: Promise<unknown>[] = outstanding.map((held) => this.#return(held));
    if (left) back.push(new Promise<void>((told) => this.#left.push(told)));
    await Promise.race([Promise.all(back), timer]);
    clearTimeout(late);
  }

  #toldLeft(): void {
    for (const told of this.#left.splice(0)) told();
  }

  #return(held: Held): Promise<boolean> {
    if (held.deliveries >= this.#parts.tries) return this.#die(held, 'too-many-deliveries');
    return new Promise((resolve) => this.#giveBack(held, true, resolve));
  }

  /** It stays this node's until its dead letter is kept: it comes twice rather than never. */
  async #die(held: Held, why: Why): Promise<boolean> {
    await this.#parts.died(held, why);
    return this.#gone(held);
  }

  #gone(held: Held): Promise<boolean> {
    return new Promise((done) => this.#tell(held, done));
  }

  #tell(held: Held, done: (known: boolean) => void = () => {}): void {
    this.#tellings.acknowledge(held, done);
    this.look();
  }

  #giveBack(held: Held, counts: boolean, done: (known: boolean) => void): void {
    this.#tellings.giveBack(held, counts, done);
    this.look();
  }

  #decoded(envelope: Buffer): Message | undefined {
    try {
      return decodeKept(envelope);
    } catch (error) {
      this.#parts.foreign(error);
      return undefined;
    }
  }
}
