// The simplest queues that could be: what waits, what is on its way to somebody, what is to be answered, what was lost.

/** Something was refused: the code that a client is told. */
export class Refusal extends Error {}

/** How the model, and what is held against it, is bounded. */
export interface ModelLimits {
  /** Messages that may wait in one queue. */
  readonly count: number;
  readonly overflow: 'reject' | 'drop-oldest';
  readonly tries: number;
  /** Queues that topics may fill. */
  readonly bindings: number;
}

/** What is said of a message. */
export interface ModelTerms {
  readonly priority?: number | undefined;
  /** When it is of no use any more. */
  readonly expires?: number | undefined;
  /** How many may wait in its queue from then on; the oldest makes room. */
  readonly most?: number | undefined;
}

/** A message in a queue. */
export interface ModelMessage {
  readonly priority: number;
  readonly expires: number;
  readonly body: string;
  readonly destination: string;
  /** Of a dead letter: what became of it before. */
  readonly death: Death | undefined;
  readonly order: number;
  deliveries: number;
  /** When it was given out last, among all that was. */
  turn: number;
}

/** What a dead letter says. */
export interface Death {
  readonly reason: 'refused' | 'too-many-deliveries';
  readonly destination: string;
  readonly deliveries: number;
}

/** Who takes from a queue, and what it has not answered. */
export class ModelConsumer {
  readonly prefetch: number;
  /** Whether it answers nothing: what it is given is gone. */
  readonly auto: boolean;
  held: ModelMessage[] = [];
  /** Whether it is given no more. */
  leaving = false;
  queue: ModelQueue;
  last = 0;

  constructor(queue: ModelQueue, prefetch: number, auto: boolean) {
    this.queue = queue;
    this.prefetch = prefetch;
    this.auto = auto;
  }

  /** Whether its queue has ended. */
  get orphaned(): boolean {
    return this.queue.ended;
  }

  get room(): number {
    return this.leaving ? 0 : Math.max(0, this.prefetch - this.held.length);
  }
}

/** One queue. */
export class ModelQueue {
  readonly name: string;
  /** In the order in which they are given. */
  waiting: ModelMessage[] = [];
  /** Given to somebody; to whom is seen when it comes there. */
  underWay: ModelMessage[] = [];
  readonly consumers = new Set<ModelConsumer>();
  ended = false;
  /** What has expired there, as `body expired`. */
  readonly expired: string[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get room(): number {
    return [...this.consumers].reduce((sum, { room }) => sum + room, 0) - this.underWay.length;
  }

  add(message: ModelMessage): void {
    this.waiting.push(message);
    this.waiting.sort((a, b) => b.priority - a.priority || a.order - b.order);
  }

  /** Takes out the oldest of those that are wanted least. */
  drop(): ModelMessage {
    const least = this.waiting.at(-1)!.priority;
    return this.waiting.splice(
      this.waiting.findIndex(({ priority }) => priority === least),
      1,
    )[0]!;
  }
}

/** Where dead letters go. */
export const deadLetters = '/queue/dead-letter';

/** All queues, those that are filled by topics too. */
export class QueueModel {
  readonly limits: ModelLimits;
  now: number;
  /** What nobody acknowledged and what is no dead letter either, as `body why`. */
  readonly lost: string[] = [];
  /** What had expired in a queue that was ended went with it, told or not. */
  readonly untold = new Set<string>();
  /** What fills a queue. */
  readonly bindings = new Map<string, string>();
  /** Whether two dead letters are the same but for their age: who has which of them cannot be told any more. */
  ambiguous = false;
  readonly #queues = new Map<string, ModelQueue>();
  /** How many may wait in a queue of which that was said. */
  readonly #most = new Map<string, number>();
  readonly #ended: ModelQueue[] = [];
  #order = 0;
  #turns = 0;
  /** What is done behind a transaction; none: nothing is held back. */
  #behind: (() => void)[] | undefined;
  #atOnce = true;

  constructor(limits: ModelLimits, now: number) {
    this.limits = limits;
    this.now = now;
  }

  get waiting(): number {
    return this.#sum(({ waiting }) => waiting.length);
  }

  get outstanding(): number {
    return this.#sum(({ consumers, underWay }) => underWay.length + heldBy(consumers).length);
  }

  /** What all of it counts for. */
  bytes(of: (body: string) => number): number {
    return this.#sum(({ waiting, consumers, underWay }) =>
      [...waiting, ...underWay, ...heldBy(consumers)].reduce((sum, { body }) => sum + of(body), 0),
    );
  }

  /** The bodies that wait in a queue, in their order. */
  bodiesIn(name: string): string[] {
    return (this.#queues.get(name)?.waiting ?? []).map(({ body }) => body);
  }

  /** @throws {Refusal} `queue-full`, `bad-header` */
  enqueue(name: string, destination: string, body: string, terms: ModelTerms = {}, death?: Death): void {
    const queue = this.queueOf(name);
    const most = terms.most ?? this.#most.get(name);
    if (most !== (this.#most.get(name) ?? most)) throw new Refusal('bad-header');
    if (most !== undefined) this.#most.set(name, most);
    const { count, overflow } = this.#limitsOf(name);
    // whether a transaction finds room is asked before it is done
    if (this.#behind === undefined && this.#refuses(queue)) throw new Refusal('queue-full');
    while (overflow === 'drop-oldest' && queue.waiting.length >= count)
      this.#lose(queue, queue.drop(), 'overflow');
    const { priority = 4, expires = Number.POSITIVE_INFINITY } = terms;
    const order = ++this.#order;
    this.#put(queue, { body, destination, priority, expires, death, order, deliveries: 0, turn: 0 });
  }

  /** Refuses what would not all fit. @throws {Refusal} `queue-full` */
  assertRoom(names: readonly string[]): void {
    for (const name of names) {
      const { count, overflow } = this.#limitsOf(name);
      if (overflow === 'drop-oldest') continue;
      const more = names.filter((one) => one === name).length;
      if (this.bodiesIn(name).length + more > count) throw new Refusal('queue-full');
    }
  }

  /**
   * Does a transaction: dead letters are made behind it.
   *
   * @param atOnce - whether what is put into a queue may be given to somebody before the next is put there
   */
  together(steps: () => void, atOnce: boolean): void {
    this.#behind = [];
    this.#atOnce = atOnce;
    steps();
    const behind = this.#behind;
    this.#behind = undefined;
    this.#atOnce = true;
    for (const queue of this.#all()) this.#dispatch(queue);
    for (const act of behind) act();
  }

  /** Puts a message into the queues that its destination fills. */
  publish(destination: string, body: string, terms: ModelTerms): void {
    for (const [name, source] of this.bindings) {
      if (!matches(source, destination)) continue;
      if (this.#refuses(this.queueOf(name))) this.lost.push(`${body} overflow`);
      else this.enqueue(name, destination, body, terms);
    }
  }

  /** @throws {Refusal} `too-many-durable-subscriptions` */
  bind(name: string, source: string): void {
    if (this.bindings.get(name) === source) return;
    this.unbind(name);
    if (this.bindings.size >= this.limits.bindings) throw new Refusal('too-many-durable-subscriptions');
    this.bindings.set(name, source);
  }

  unbind(name: string): void {
    if (this.bindings.delete(name)) this.remove(name);
  }

  /** Ends a queue with all that is in it. */
  remove(name: string): void {
    const queue = this.#queues.get(name);
    this.#queues.delete(name);
    this.#most.delete(name);
    if (queue === undefined) return;
    queue.ended = true;
    for (const one of queue.expired) this.untold.add(one);
    queue.waiting = [];
    this.#ended.push(queue); // what it gave last may be on its way still
    for (const consumer of queue.consumers) consumer.held = [];
  }

  consume(name: string | ModelQueue, prefetch: number, auto = false): ModelConsumer {
    const queue = typeof name === 'string' ? this.queueOf(name) : name;
    const consumer = new ModelConsumer(queue, prefetch, auto);
    queue.consumers.add(consumer);
    this.#dispatch(queue);
    return consumer;
  }

  /** Puts a message where only one subscriber takes from. */
  hand(queue: ModelQueue, destination: string, body: string, { expires }: ModelTerms): void {
    const order = ++this.#order;
    const usual = { priority: 4, expires: expires ?? Number.POSITIVE_INFINITY };
    this.#put(queue, { body, destination, ...usual, death: undefined, order, deliveries: 0, turn: 0 });
  }

  /** @param requeue - of a NACK; `undefined`: it is an ACK. @returns whether it was outstanding there */
  answer(consumer: ModelConsumer, message: ModelMessage, requeue: boolean | undefined): boolean {
    const { queue } = consumer;
    if (!consumer.held.includes(message)) return false;
    consumer.held = consumer.held.filter((one) => one !== message);
    if (requeue === true) this.#back(queue, message);
    if (requeue === false) this.#lose(queue, message, 'refused');
    this.#dispatch(queue);
    return true;
  }

  /** Ends consumers, all at once: what one gives back is not for the next. */
  cancel(...consumers: ModelConsumer[]): void {
    for (const consumer of consumers) consumer.leaving = true;
    for (const consumer of consumers) {
      const { queue, held } = consumer;
      consumer.held = [];
      queue.consumers.delete(consumer);
      for (const message of held) this.#back(queue, message);
      this.#dispatch(queue);
    }
  }

  /** Time goes by: what expires in a queue is gone. */
  pass(milliseconds: number): void {
    this.now += milliseconds;
    for (const queue of this.#all()) {
      const over = queue.waiting.filter(({ expires }) => expires <= this.now);
      queue.waiting = queue.waiting.filter((message) => !over.includes(message));
      for (const message of over) this.#lose(queue, message, 'expired');
    }
  }

  /**
   * A message came to a consumer.
   *
   * @param deliveries - how often, as it says
   * @throws {Error} when it should not have
   */
  given(consumer: ModelConsumer, body: string, deliveries: number, death?: string): ModelMessage {
    const { queue } = consumer;
    const come = (one: ModelMessage): boolean =>
      one.body === body && one.deliveries === deliveries && toldOf(one) === death;
    const message = queue.underWay.find(come);
    if (message === undefined)
      throw new Error(
        `${body} came for the ${deliveries}. time, '${death}'; what should: ${shown(queue.underWay)}`,
      );
    if (consumer.room === 0) throw new Error(`${body} came beyond the prefetch of ${consumer.prefetch}`);
    if (message.turn < consumer.last && !this.ambiguous) throw new Error(`${body} came too late`);
    consumer.last = message.turn;
    queue.underWay = queue.underWay.filter((one) => one !== message);
    if (consumer.auto) this.#dispatch(queue);
    else if (!queue.ended) consumer.held.push(message);
    return message;
  }

  /** What should have come to somebody by now. */
  overdue(): string[] {
    const all = [...this.#all(), ...this.#ended];
    return all.flatMap(({ name, underWay }) => underWay.map(({ body }) => `${body} of ${name}`));
  }

  #refuses({ name, waiting }: ModelQueue): boolean {
    const { count, overflow } = this.#limitsOf(name);
    return overflow === 'reject' && waiting.length >= count;
  }

  #limitsOf(name: string): Pick<ModelLimits, 'count' | 'overflow'> {
    const most = this.#most.get(name);
    if (most === undefined) return this.limits;
    return { count: Math.min(most, this.limits.count), overflow: 'drop-oldest' };
  }

  queueOf(name: string): ModelQueue {
    const queue = this.#queues.get(name) ?? new ModelQueue(name);
    this.#queues.set(name, queue);
    return queue;
  }

  /** Those that are there. */
  #all(): Iterable<ModelQueue> {
    return [...this.#queues.values()];
  }

  #sum(of: (queue: ModelQueue) => number): number {
    return [...this.#all()].reduce((sum, queue) => sum + of(queue), 0);
  }

  #put(queue: ModelQueue, message: ModelMessage): void {
    if (message.expires <= this.now) return this.#lose(queue, message, 'expired');
    queue.add(message);
    this.#dispatch(queue);
  }

  #back(queue: ModelQueue, message: ModelMessage): void {
    if (message.deliveries >= this.limits.tries) this.#lose(queue, message, 'too-many-deliveries');
    else if (message.expires <= this.now) this.#lose(queue, message, 'expired');
    else queue.add(message);
  }

  #dispatch(queue: ModelQueue): void {
    while (this.#atOnce && !queue.ended && queue.waiting.length > 0 && queue.room > 0) {
      const message = queue.waiting.shift()!;
      if (message.expires <= this.now) continue; // of a subscriber's own: elsewhere it is gone already
      message.deliveries++;
      message.turn = ++this.#turns;
      queue.underWay.push(message);
    }
  }

  /** What a subscriber's own queue loses nobody hears of. */
  #lose(queue: ModelQueue, message: ModelMessage, why: 'expired' | 'overflow' | Death['reason']): void {
    const { name } = queue;
    if (name === '') return;
    if (why === 'expired') queue.expired.push(`${message.body} expired`);
    const dies = (why === 'refused' || why === 'too-many-deliveries') && name !== deadLetters;
    if (!dies) return void this.lost.push(`${message.body} ${why}`);
    const bury = (): void => this.#bury(message, why);
    if (this.#behind === undefined) bury();
    else this.#behind.push(bury);
  }

  #bury({ body, destination, deliveries }: ModelMessage, reason: Death['reason']): void {
    const { waiting, underWay, consumers } = this.queueOf(deadLetters);
    this.ambiguous ||= [...waiting, ...underWay, ...heldBy(consumers)].some((one) => one.body === body);
    try {
      this.enqueue(deadLetters, deadLetters, body, {}, { reason, destination, deliveries });
    } catch {
      this.lost.push(`${body} ${reason}`);
    }
  }
}

/** Whether what is published there is for who subscribed so: a `*` is a word. */
export function matches(source: string, destination: string): boolean {
  const [given, wanted] = [destination.split('/'), source.split('/')];
  return given.length === wanted.length && wanted.every((word, at) => word === '*' || word === given[at]);
}

/** What a message says of how it became a dead letter; none: it is none. */
export function toldOf({ death }: ModelMessage): string | undefined {
  return death && `${death.reason} ${death.destination}`;
}

function heldBy(consumers: Iterable<ModelConsumer>): ModelMessage[] {
  return [...consumers].flatMap(({ held }) => held);
}

function shown(messages: readonly ModelMessage[]): string {
  return messages.map(({ body, deliveries }) => `${body} (${deliveries}.)`).join(', ') || 'nothing';
}
