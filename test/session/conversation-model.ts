// The simplest broker that could be: what sessions hold after each frame, and what must still be given to somebody.
import {
  type ModelConsumer,
  type ModelMessage,
  ModelQueue,
  type ModelTerms,
  matches,
  type QueueModel,
  Refusal,
} from '../queue/queue-model.ts';

export type Mode = 'auto' | 'client' | 'client-individual';
export type Version = '1.0' | '1.1' | '1.2';

/** What a client was given and has to answer. */
export interface Delivered {
  readonly message: ModelMessage;
  readonly subscription: ModelSubscription;
  /** Counts the deliveries of its subscription. */
  readonly tag: number;
  readonly messageId: string;
  readonly ackId: string | undefined;
}

export class ModelSubscription {
  readonly id: string;
  readonly destination: string;
  readonly mode: Mode;
  /** What it takes with; none: it is given what is published. */
  readonly consumer: ModelConsumer | undefined;
  /** Whether the broker delivers to it, and no queue of the broker's. */
  readonly own: boolean;
  /** The session whose own messages it does not hear; none: it hears all. */
  readonly deafTo: ModelSession | undefined;
  /** Bodies that a subscription without a queue is to be given. */
  readonly due: string[] = [];
  outstanding: Delivered[] = [];
  active = true;
  tags = 0;

  constructor(
    { id, destination, mode }: SubscribeTerms,
    consumer: ModelConsumer | undefined,
    own: boolean,
    deafTo?: ModelSession,
  ) {
    this.deafTo = deafTo;
    this.id = id;
    this.destination = destination;
    this.mode = mode;
    this.consumer = consumer;
    this.own = own;
  }
}

/** What a SUBSCRIBE says. */
export interface SubscribeTerms {
  readonly id: string;
  readonly destination: string;
  readonly mode: Mode;
  readonly prefetch: number;
  readonly durable: boolean;
  readonly noLocal?: boolean;
}

/** What a SEND says; its terms are read when it is done. */
export interface SendTerms {
  readonly destination: string;
  readonly body: string;
  readonly replyTo?: string | undefined;
  readonly terms: (now: number) => ModelTerms;
}

type ModelStep =
  | { readonly receipt: string | undefined; readonly send: SendTerms }
  | {
      readonly receipt: string | undefined;
      readonly subscription: ModelSubscription;
      readonly claimed: readonly Delivered[];
      readonly requeue: boolean | undefined;
    };

export class ModelSession {
  readonly version: Version;
  /** What it calls itself; none: it has no durable subscriptions. */
  readonly clientId: string | undefined;
  readonly subscriptions = new Map<string, ModelSubscription>();
  readonly transactions = new Map<string, ModelStep[]>();

  constructor(version: Version, clientId: string | undefined) {
    this.version = version;
    this.clientId = clientId;
  }

  /** All that it could answer, in the order of its subscriptions. */
  get answerable(): Delivered[] {
    return [...this.subscriptions.values()].flatMap(({ outstanding }) => outstanding);
  }
}

/** How sessions of the model, and of the server that is held against it, are bounded. */
export const limits = { subscriptions: 5, transactions: 3, frames: 10 };
export const tries = 3;
export const temporary = '/temp-queue/x';

export class Model {
  readonly sessions = new Map<number, ModelSession>();
  readonly queues: QueueModel;
  /** Whom an answer to a message would reach, by its body. */
  readonly asked = new Map<string, ModelSession>();
  /** What others were told to answer to. */
  readonly replies = new Map<string, ModelSession>();

  constructor(queues: QueueModel) {
    this.queues = queues;
  }

  get subscribers(): number {
    return this.#subscriptions().filter(({ own }) => own).length;
  }

  /** Each of these returns the receipts that come, in their order, or throws a {@link Refusal}. */
  send(session: ModelSession, send: SendTerms, receipt?: string, name?: string): string[] {
    if (name !== undefined && !session.transactions.has(name)) throw new Refusal('unknown-transaction');
    if (send.replyTo !== undefined) this.#hearAnswers(session, send.body);
    if (name !== undefined) return this.#keep(session, name, () => ({ receipt, send }));
    this.#publish(session, send);
    return told(receipt);
  }

  subscribe(session: ModelSession, terms: SubscribeTerms): void {
    const { id, destination, mode, prefetch } = terms;
    const durable = terms.durable && !isQueue(destination) ? nameOf(session, id) : undefined;
    this.#assertRoom(session, id);
    if (durable !== undefined) this.queues.bind(durable, destination);
    const queue = durable ?? (isQueue(destination) ? destination : undefined);
    const own = mode === 'auto' ? undefined : new ModelQueue('');
    const taken = queue ?? own;
    const consumer = taken === undefined ? undefined : this.queues.consume(taken, prefetch, mode === 'auto');
    const deafTo = terms.noLocal ? session : undefined;
    session.subscriptions.set(id, new ModelSubscription(terms, consumer, queue === undefined, deafTo));
  }

  unsubscribe(session: ModelSession, id: string, durable: boolean): void {
    const subscription = session.subscriptions.get(id);
    session.subscriptions.delete(id);
    if (subscription !== undefined) this.#end(subscription);
    if (durable) this.queues.unbind(nameOf(session, id));
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
    if (name !== undefined)
      return this.#keep(session, name, () => {
        const claimed = claim(delivered);
        return { receipt, subscription: delivered!.subscription, claimed, requeue };
      });
    for (const one of claim(delivered)) this.#answer(one, requeue);
    return told(receipt);
  }

  begin(session: ModelSession, name: string): void {
    if (session.transactions.has(name)) throw new Refusal('transaction-in-use');
    if (session.transactions.size >= limits.transactions) throw new Refusal('too-many-transactions');
    session.transactions.set(name, []);
  }

  commit(session: ModelSession, name: string): string[] {
    const steps = taken(session, name);
    try {
      for (const step of steps) assertPossible(step);
      this.queues.assertRoom(steps.flatMap((step) => ('send' in step ? queued(step.send) : [])));
    } catch (error) {
      for (const step of steps) undo(step);
      throw error;
    }
    this.queues.together(() => {
      for (const step of steps) this.#do(session, step);
    }, true);
    return steps.flatMap(({ receipt }) => told(receipt));
  }

  abort(session: ModelSession, name: string): void {
    for (const step of taken(session, name)) undo(step);
  }

  end(client: number): void {
    const session = this.sessions.get(client);
    this.sessions.delete(client);
    if (session !== undefined) this.#end(...session.subscriptions.values());
  }

  /** A MESSAGE came. @throws {Error} when it should not have */
  given(session: ModelSession, headers: Readonly<Record<string, string>>, body: string): void {
    const { subscription: id = '', ack, 'message-id': messageId = '', 'reply-to': replyTo } = headers;
    const subscription = session.subscriptions.get(id);
    if (subscription === undefined) throw new Error(`${body} for ${id}, which is not subscribed`);
    this.#answerable(body, replyTo);
    const { consumer, mode } = subscription;
    if (consumer === undefined) return this.#dueNow(subscription, body);
    const message = this.queues.given(consumer, body, timesOf(headers), deathOf(headers));
    const died = message.death?.deliveries;
    if (died !== undefined && message.deliveries === 1 && headers['delivery-count'] !== String(died))
      throw new Error(`${body} died after ${died} deliveries, and says ${headers['delivery-count']}`);
    if (mode === 'auto') return;
    subscription.outstanding.push({ message, subscription, tag: ++subscription.tags, messageId, ackId: ack });
  }

  /** What should have been given to somebody by now. */
  overdue(): string[] {
    const due = this.#subscriptions().flatMap(({ id, due, consumer, own }) => [
      ...due.map((body) => `${body} for ${id}`),
      ...(own ? (consumer?.queue.underWay ?? []) : []).map(({ body }) => `${body} of ${id}`),
    ]);
    return [...due, ...this.queues.overdue()];
  }

  /** Who asks for an answer in a queue of its own hears it. */
  #hearAnswers(session: ModelSession, body: string): void {
    this.asked.set(body, session);
    const { subscriptions } = session;
    if ([...subscriptions.values()].some(({ destination }) => destination === temporary)) return;
    this.#assertRoom(session, temporary);
    const terms = {
      id: temporary,
      destination: temporary,
      mode: 'auto',
      prefetch: 1,
      durable: false,
    } as const;
    subscriptions.set(temporary, new ModelSubscription(terms, undefined, true));
  }

  #answerable(body: string, replyTo: string | undefined): void {
    const asking = this.asked.get(body);
    if ((asking === undefined) !== (replyTo === undefined))
      throw new Error(`${body} has reply-to:${replyTo}`);
    if (asking !== undefined) this.replies.set(replyTo!, asking);
  }

  #assertRoom({ subscriptions }: ModelSession, id: string): void {
    if (subscriptions.has(id)) throw new Refusal('duplicate-subscription');
    if (subscriptions.size >= limits.subscriptions) throw new Refusal('too-many-subscriptions');
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

  #do(session: ModelSession, step: ModelStep): void {
    if ('send' in step) this.#publish(session, step.send);
    else for (const one of step.claimed) this.#answer(one, step.requeue);
  }

  #publish(session: ModelSession, { destination, body, terms }: SendTerms): void {
    const read = terms(this.queues.now);
    if (isQueue(destination)) return this.queues.enqueue(destination, destination, body, read);
    const asking = destination === temporary ? session : this.replies.get(destination);
    if (asking === undefined) this.queues.publish(destination, body, read);
    const hearing = asking === undefined ? this.#subscriptions() : [...asking.subscriptions.values()];
    for (const subscription of hearing)
      if (
        subscription.own &&
        subscription.deafTo !== session &&
        matches(subscription.destination, asking ? temporary : destination)
      )
        this.#hand(subscription, destination, body, read);
  }

  #hand({ consumer, due }: ModelSubscription, destination: string, body: string, terms: ModelTerms): void {
    if (consumer === undefined) due.push(body);
    else this.queues.hand(consumer.queue, destination, body, terms);
  }

  #answer({ message, subscription }: Delivered, requeue: boolean | undefined): void {
    if (!this.queues.answer(subscription.consumer!, message, requeue)) throw new Refusal('unknown-delivery');
  }

  #end(...subscriptions: ModelSubscription[]): void {
    for (const one of subscriptions) {
      one.active = false;
      one.outstanding = [];
    }
    this.queues.cancel(...subscriptions.flatMap(({ consumer }) => consumer ?? []));
  }

  #subscriptions(): ModelSubscription[] {
    return [...this.sessions.values()].flatMap(({ subscriptions }) => [...subscriptions.values()]);
  }
}

/** The queue that is kept for a client that is away. */
function nameOf({ clientId }: ModelSession, id: string): string {
  if (clientId === undefined) throw new Refusal('bad-header');
  return `durable:${clientId}/${id}`;
}

const isQueue = (destination: string): boolean => destination.startsWith('/queue/');
const queued = ({ destination }: SendTerms): string[] => (isQueue(destination) ? [destination] : []);
const told = (receipt: string | undefined): string[] => (receipt === undefined ? [] : [receipt]);

/** A dead letter has the count of its first life behind that of its own. */
function timesOf(headers: Readonly<Record<string, string>>): number {
  return headers.redelivered === 'true' ? Number(headers['delivery-count']) : 1;
}

/** As it is told when the letter is new; see {@link timesOf}. */
function deathOf(headers: Readonly<Record<string, string>>): string | undefined {
  const { 'dead-letter-reason': reason, 'dead-letter-destination': destination } = headers;
  return reason && `${reason} ${destination}`;
}

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

/** What was given by a queue that has ended since is nobody's. */
function assertPossible(step: ModelStep): void {
  if ('send' in step) return;
  const { active, consumer } = step.subscription;
  if (!active || !step.claimed.every(({ message }) => consumer!.held.includes(message)))
    throw new Refusal('unknown-delivery');
}

function undo(step: ModelStep): void {
  if ('send' in step || !step.subscription.active) return;
  const { subscription, claimed } = step;
  subscription.outstanding = [...subscription.outstanding, ...claimed].sort((a, b) => a.tag - b.tag);
}
