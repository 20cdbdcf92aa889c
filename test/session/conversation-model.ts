// The simplest broker that could be: what sessions hold after each frame, and what must still be given to somebody.

export type Mode = 'auto' | 'client' | 'client-individual';
export type Version = '1.0' | '1.1' | '1.2';

/** A message on its way to somebody who acknowledges, or to one consumer of a queue. */
interface Held {
  readonly body: string;
  readonly order: number;
  deliveries: number;
}

/** What a client was given and has to answer. */
export interface Delivered {
  readonly held: Held;
  readonly subscription: ModelSubscription;
  /** Counts the deliveries of its subscription. */
  readonly tag: number;
  readonly messageId: string;
  readonly ackId: string | undefined;
}

class ModelQueue {
  readonly name: string;
  waiting: Held[] = [];

  constructor(name: string) {
    this.name = name;
  }

  add(held: Held): void {
    this.waiting.push(held);
    this.waiting.sort((a, b) => a.order - b.order);
  }
}

export class ModelSubscription {
  readonly id: string;
  readonly destination: string;
  readonly mode: Mode;
  readonly prefetch: number;
  /** Where it takes from; none: it is given what is published. */
  readonly queue: ModelQueue | undefined;
  /** Whether the queue ends with it. */
  readonly own: boolean;
  /** Bodies that a subscription without a queue is to be given. */
  readonly due: string[] = [];
  outstanding: Delivered[] = [];
  /** Answered within transactions that are open. */
  claimed: Delivered[] = [];
  active = true;
  tags = 0;

  constructor(
    id: string,
    destination: string,
    mode: Mode,
    prefetch: number,
    queues: Map<string, ModelQueue>,
  ) {
    const shared = queues.get(destination);
    this.id = id;
    this.destination = destination;
    this.mode = mode;
    this.prefetch = prefetch;
    this.own = shared === undefined;
    this.queue = shared ?? (mode === 'auto' ? undefined : new ModelQueue(''));
  }

  get hasRoom(): boolean {
    return this.mode === 'auto' || this.outstanding.length + this.claimed.length < this.prefetch;
  }
}

type ModelStep =
  | { readonly receipt: string | undefined; readonly destination: string; readonly body: string }
  | {
      readonly receipt: string | undefined;
      readonly subscription: ModelSubscription;
      readonly claimed: readonly Delivered[];
      readonly requeue: boolean | undefined;
    };

export class ModelSession {
  readonly version: Version;
  readonly subscriptions = new Map<string, ModelSubscription>();
  readonly transactions = new Map<string, ModelStep[]>();

  constructor(version: Version) {
    this.version = version;
  }

  /** All that it could answer, in the order of its subscriptions. */
  get answerable(): Delivered[] {
    return [...this.subscriptions.values()].flatMap(({ outstanding }) => outstanding);
  }
}

/** A frame was refused: the code of the ERROR that ends the session. */
export class Refusal extends Error {}

/** How the model, and the server that is held against it, is bounded. */
export const limits = { subscriptions: 5, transactions: 3, frames: 10, tries: 3 };

const deadLetters = '/queue/dead-letter';

export class Model {
  readonly sessions = new Map<number, ModelSession>();
  readonly #queues: Map<string, ModelQueue>;
  #order = 0;

  constructor(queues: readonly string[]) {
    this.#queues = new Map([...queues, deadLetters].map((name) => [name, new ModelQueue(name)]));
  }

  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** What consumers of queues have not answered, or only within a transaction. */
  get outstanding(): number {
    const shared = this.#subscriptions().filter(({ own }) => !own);
    return shared.reduce((sum, { outstanding, claimed }) => sum + outstanding.length + claimed.length, 0);
  }

  get subscribers(): number {
    return this.#subscriptions().filter(({ own }) => own).length;
  }

  /** Each of these returns the receipts that come, in their order, or throws a {@link Refusal}. */
  send(session: ModelSession, destination: string, body: string, receipt?: string, name?: string): string[] {
    if (name !== undefined) return this.#keep(session, name, () => ({ receipt, destination, body }));
    this.#publish(destination, body);
    return told(receipt);
  }

  subscribe(session: ModelSession, id: string, destination: string, mode: Mode, prefetch: number): void {
    if (session.subscriptions.has(id)) throw new Refusal('duplicate-subscription');
    if (session.subscriptions.size >= limits.subscriptions) throw new Refusal('too-many-subscriptions');
    session.subscriptions.set(id, new ModelSubscription(id, destination, mode, prefetch, this.#queues));
  }

  unsubscribe(session: ModelSession, id: string): void {
    const subscription = session.subscriptions.get(id);
    session.subscriptions.delete(id);
    if (subscription !== undefined) this.#end(subscription);
  }

  /** @param requeue - of a NACK; `undefined`: it is an ACK */
  settle(
    session: ModelSession,
    delivered: Delivered | undefined,
    requeue: boolean | undefined,
    receipt?: string,
    name?: string,
  ): string[] {
    if (requeue !== undefined && session.version === '1.0') throw new Refusal('unknown-command');
    if (name === undefined) {
      for (const one of claim(delivered)) this.#answer(one, requeue);
      return told(receipt);
    }
    return this.#keep(session, name, () => {
      const claimed = claim(delivered);
      const { subscription } = delivered!;
      subscription.claimed.push(...claimed);
      return { receipt, subscription, claimed, requeue };
    });
  }

  begin(session: ModelSession, name: string): void {
    if (session.transactions.has(name)) throw new Refusal('transaction-in-use');
    if (session.transactions.size >= limits.transactions) throw new Refusal('too-many-transactions');
    session.transactions.set(name, []);
  }

  commit(session: ModelSession, name: string): string[] {
    const steps = taken(session, name);
    if (steps.some((step) => 'subscription' in step && !step.subscription.active))
      throw new Refusal('unknown-delivery');
    for (const step of steps) {
      if ('body' in step) this.#publish(step.destination, step.body);
      else {
        release(step);
        for (const one of step.claimed) this.#answer(one, step.requeue);
      }
    }
    return steps.flatMap(({ receipt }) => told(receipt));
  }

  abort(session: ModelSession, name: string): void {
    for (const step of taken(session, name)) {
      if (!('subscription' in step)) continue;
      const { subscription, claimed } = step;
      release(step);
      subscription.outstanding = [...subscription.outstanding, ...claimed].sort((a, b) => a.tag - b.tag);
    }
  }

  end(client: number): void {
    const session = this.sessions.get(client);
    this.sessions.delete(client);
    for (const subscription of session?.subscriptions.values() ?? []) this.#end(subscription);
  }

  /** A MESSAGE came. @throws {Error} when it should not have */
  given(session: ModelSession, headers: Readonly<Record<string, string>>, body: string): void {
    const subscription = session.subscriptions.get(headers.subscription!);
    if (subscription === undefined)
      throw new Error(`${body} for ${headers.subscription}, which is not subscribed`);
    const { queue } = subscription;
    if (queue === undefined) return this.#dueNow(subscription, body);
    const held = queue.waiting.find((one) => one.body === body);
    if (held === undefined)
      throw new Error(`${body} came, and waited for nobody in ${subscription.destination}`);
    if (!subscription.hasRoom) throw new Error(`${body} came beyond the prefetch of ${subscription.id}`);
    queue.waiting = queue.waiting.filter((one) => one !== held);
    const times = ++held.deliveries;
    if (Number(headers['delivery-count'] ?? 1) !== times)
      throw new Error(`${body} came for the ${times}. time, and says ${headers['delivery-count']}`);
    if (subscription.mode === 'auto') return;
    const { 'message-id': messageId = '', ack } = headers;
    const tag = ++subscription.tags;
    subscription.outstanding.push({ held, subscription, tag, messageId, ackId: ack });
  }

  /** What should have been given to somebody by now. */
  overdue(): string[] {
    return this.#subscriptions().flatMap(({ queue, due, hasRoom, id }) => {
      const waiting = hasRoom ? (queue?.waiting ?? []).map(({ body }) => body) : [];
      return [...due, ...waiting].map((body) => `${body} for ${id}`);
    });
  }

  #dueNow({ due, id }: ModelSubscription, body: string): void {
    const expected = due.shift();
    if (expected !== body) throw new Error(`${body} came to ${id} in the place of ${expected}`);
  }

  #keep(session: ModelSession, name: string, stepOf: () => ModelStep): string[] {
    const steps = session.transactions.get(name);
    if (steps === undefined) throw new Refusal('unknown-transaction');
    const step = stepOf();
    const frames = [...session.transactions.values()].reduce((sum, { length }) => sum + length, 0);
    if (frames >= limits.frames) throw new Refusal('transaction-too-large');
    steps.push(step);
    return [];
  }

  #publish(destination: string, body: string): void {
    const held = (): Held => ({ body, order: ++this.#order, deliveries: 0 });
    const queue = this.#queues.get(destination);
    if (queue !== undefined) return queue.add(held());
    for (const subscription of this.#subscriptions()) {
      if (subscription.destination !== destination) continue;
      if (subscription.queue === undefined) subscription.due.push(body);
      else subscription.queue.add(held());
    }
  }

  #answer({ held, subscription }: Delivered, requeue: boolean | undefined): void {
    if (requeue === undefined) return;
    if (requeue) this.#back(held, subscription.queue!);
    else this.#bury(held, subscription.queue!);
  }

  #back(held: Held, queue: ModelQueue): void {
    if (held.deliveries >= limits.tries) this.#bury(held, queue);
    else queue.add(held);
  }

  /** What a queue of one subscription gives up is lost. */
  #bury({ body }: Held, { name }: ModelQueue): void {
    if (name !== '') this.#queues.get(deadLetters)!.add({ body, order: ++this.#order, deliveries: 0 });
  }

  #end(subscription: ModelSubscription): void {
    subscription.active = false;
    const { outstanding, claimed, queue, own } = subscription;
    if (!own) for (const { held } of [...outstanding, ...claimed]) this.#back(held, queue!);
    subscription.outstanding = [];
    subscription.claimed = [];
  }

  #subscriptions(): ModelSubscription[] {
    return [...this.sessions.values()].flatMap(({ subscriptions }) => [...subscriptions.values()]);
  }
}

const told = (receipt: string | undefined): string[] => (receipt === undefined ? [] : [receipt]);

/** Takes out what an answer stands for. */
function claim(delivered: Delivered | undefined): readonly Delivered[] {
  const subscription = delivered?.subscription;
  if (delivered === undefined || !subscription?.outstanding.includes(delivered))
    throw new Refusal('unknown-delivery');
  const { tag } = delivered;
  const meant = subscription.outstanding.filter((one) =>
    subscription.mode === 'client' ? one.tag <= tag : one === delivered,
  );
  subscription.outstanding = subscription.outstanding.filter((one) => !meant.includes(one));
  return meant;
}

function taken({ transactions }: ModelSession, name: string): ModelStep[] {
  const steps = transactions.get(name);
  if (steps === undefined) throw new Refusal('unknown-transaction');
  transactions.delete(name);
  return steps;
}

function release({
  subscription,
  claimed,
}: {
  readonly subscription: ModelSubscription;
  readonly claimed: readonly Delivered[];
}): void {
  subscription.claimed = subscription.claimed.filter((one) => !claimed.includes(one));
}
