// A conversation of several clients with a server, held step by step against a model of it.
import fc from 'fast-check';
import { expect } from 'vitest';
import { bytesOf } from '../../src/queue/queue.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import { MemoryQueues } from '../../src/relay/memory-queues.ts';
import { AcknowledgedSubscription } from '../../src/session/acknowledged-subscription.ts';
import { deadLetters, type ModelLimits, QueueModel, Refusal } from '../queue/queue-model.ts';
import {
  type Delivered,
  limits,
  type Mode,
  Model,
  ModelSession,
  temporary,
  type Version,
} from './conversation-model.ts';
import { garbage, sendTo, subscribeTo, termsOf } from './conversation-words.ts';
import { type Client, type Heard, World } from './world.ts';

const versions: readonly Version[] = ['1.0', '1.1', '1.2'];
/** The refusal that a session outlives. */
const survived = 'queue-full';
const modes: readonly Mode[] = ['auto', 'client', 'client-individual'];
export const clients = 3;
const ids = ['s0', 's1', 's2', 's3', 's4', 's5'];
const names = ['t0', 't1', 't2', 't3'];

const kinds = [
  ...['send', 'send', 'send', 'send', 'send', 'send', 'subscribe', 'subscribe', 'subscribe', 'unsubscribe'],
  ...['ack', 'ack', 'ack', 'nack', 'nack', 'nack', 'begin', 'begin', 'commit', 'commit', 'abort'],
  ...['disconnect', 'break', 'garbage', 'gone ack', 'time', 'reply'],
] as const;
type Kind = (typeof kinds)[number];

/** One thing that one client does; the numbers choose among what there is. */
export const action = fc.record({
  client: fc.nat(clients - 1),
  kind: fc.constantFrom(...kinds),
  a: fc.nat(30),
  b: fc.nat(30),
  c: fc.nat(30),
  /** Within a transaction: of four names, or not. */
  transaction: fc.nat(9),
  receipt: fc.boolean(),
  /** Whether it may be what the server refuses; otherwise something is done that makes sense, if there is such. */
  wild: fc.nat(24).map((number) => number === 0),
  /** Where the bytes are cut into two. */
  cut: fc.nat(60),
});
export type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function pick<T>(list: readonly T[], number: number): T {
  return list[number % list.length]!;
}

/** What a step should come to: the receipts in their order, and the code of the ERROR that ends the session. */
interface Outcome {
  readonly receipts: readonly string[];
  readonly error?: string;
  readonly leaves?: boolean;
}

/** What a client sends, nothing when it breaks off, and what the model makes of it. */
interface Said {
  readonly text: string | undefined;
  readonly outcome: Outcome;
}

export class Conversation {
  /** Who said what, to be read when the server and the model differ. */
  readonly said: string[] = [];
  readonly #queues: MemoryQueues;
  readonly #world: World;
  readonly #model: Model;
  readonly #dropped: string[] = [];
  readonly #clients = new Map<number, Client>();
  readonly #gone: Delivered[] = [];
  #refusals = 0;
  #count = 0;

  constructor(bounds: ModelLimits) {
    this.#queues = new MemoryQueues({
      limits: { ...bounds, bytes: 1e9, age: 0 },
      ...{ deadLetters, queues: 20, bindings: bounds.bindings, separator: '/' },
      now: () => this.#world.now,
      dropped: ({ body }, why) => this.#dropped.push(`${body} ${why}`),
    });
    this.#world = new World({
      relay: new MemoryRelay(undefined, this.#queues),
      maxSubscriptions: limits.subscriptions,
      maxTransactions: limits.transactions,
      maxTransactionFrames: limits.frames,
      maxDeliveries: bounds.tries,
    });
    this.#model = new Model(new QueueModel(bounds, this.#world.now));
  }

  /** @returns whether it can go on */
  async do(action: Action): Promise<boolean> {
    const session = this.#model.sessions.get(action.client);
    if (session === undefined) await this.#connect(action);
    else if (action.kind === 'time') this.#pass(20 * (1 + (action.a % 5)));
    else await this.#speak(session, action);
    return !this.#model.queues.ambiguous;
  }

  async end(): Promise<void> {
    for (const client of this.#model.sessions.keys()) {
      this.#leave(client);
      await this.#hearAll(-1, { receipts: [] });
    }
    await this.#compare();
    this.#pass(1e9);
    await this.#compare();
    expect(this.#world.wheel.size).toBe(0);
    expect(this.#queues.size.outstanding).toBe(0);
  }

  async #speak(session: ModelSession, action: Action): Promise<void> {
    const client = this.#clients.get(action.client)!;
    const { text, outcome } = this.#outcome(session, action);
    this.said.push(`${action.client}: ${JSON.stringify(text ?? 'breaks off')}`);
    if (text === undefined) this.#leave(action.client);
    else client.sayRaw(text.slice(0, action.cut)).sayRaw(text.slice(action.cut));
    await this.#hearAll(action.client, outcome);
    await this.#compare();
  }

  /** What has expired by now is seen by whatever comes next. */
  #pass(milliseconds: number): void {
    this.said.push(`${milliseconds} ms later`);
    this.#world.now += milliseconds;
    this.#model.queues.pass(milliseconds);
  }

  #outcome(session: ModelSession, action: Action): Said {
    const { a, b, c, wild } = action;
    const model = this.#model;
    const kind = wild ? action.kind : this.#sensible(action.kind, session);
    const receipt = action.receipt ? `r${++this.#count}` : undefined;
    const name = transactionOf(session, action);
    const over =
      wild || session.transactions.size === 0 ? `t${a % 4}` : pick([...session.transactions.keys()], a);
    const asked = receipt === undefined ? '' : `receipt:${receipt}\n`;
    const within = name === undefined ? '' : `transaction:${name}\n`;
    const own = receipt === undefined ? [] : [receipt];
    const did = (text: string, receipts: () => readonly string[]): Said => ({
      text,
      outcome: this.#outcomeOf(receipts),
    });
    switch (kind) {
      case 'send':
      case 'reply': {
        const to =
          kind === 'reply' ? pick([...model.replies.keys(), '/reply-queue/nobody/x'], a) : pick(sendTo, a);
        const body = `m${++this.#count}`;
        const { headers, terms } = termsOf(b, this.#world.now);
        const replyTo = c % 7 === 0 ? temporary : undefined;
        const answer = replyTo === undefined ? '' : `reply-to:${replyTo}\n`;
        const text = `SEND\ndestination:${to}\n${headers}${answer}${asked}${within}\n${body}\0`;
        return did(text, () => model.send(session, { destination: to, body, replyTo, terms }, receipt, name));
      }
      case 'subscribe': {
        const free = ids.filter((one) => wild || !session.subscriptions.has(one));
        const destination = pick(subscribeTo, b);
        const [id, mode, prefetch] = [pick(free, a), pick(modes, c), 1 + (c % 4)];
        const isTopic = destination.startsWith('/topic/');
        const durable = isTopic && a % 2 === 0 && (wild || session.clientId !== undefined);
        const noLocal = c % 5 === 0 && !durable; // the queue of a durable one keeps it until its turn comes
        const keeps = `${durable ? 'durable:true\n' : ''}${noLocal ? 'activemq.noLocal:true\n' : ''}`;
        const text = `SUBSCRIBE\nid:${id}\ndestination:${destination}\nack:${mode}\nprefetch-count:${prefetch}\n${keeps}${asked}\n\0`;
        return did(text, () => {
          model.subscribe(session, { id, destination, mode, prefetch, durable, noLocal });
          return own;
        });
      }
      case 'unsubscribe': {
        const id = pick([...ids, temporary], a);
        const durable = b % 3 === 0 && (wild || session.clientId !== undefined);
        return did(`UNSUBSCRIBE\nid:${id}\n${durable ? 'durable:true\n' : ''}${asked}\n\0`, () => {
          model.unsubscribe(session, id, durable);
          return own;
        });
      }
      case 'ack':
      case 'nack':
      case 'gone ack': {
        const list = kind === 'gone ack' ? this.#gone : session.answerable;
        const meant = list.length === 0 ? undefined : pick(list, a);
        const named = meant && meantBy(session, meant);
        const requeue = kind === 'nack' ? c % 3 !== 0 : undefined;
        const again = requeue === false ? 'requeue:false\n' : '';
        const command = kind === 'nack' ? 'NACK' : 'ACK';
        const text = `${command}\n${nameOf(session, meant)}${again}${asked}${within}\n\0`;
        if (named !== undefined) this.#gone.push(named);
        return did(text, () => model.settle(session, named, requeue, receipt, name));
      }
      case 'begin': {
        const free = names.filter((one) => wild || !session.transactions.has(one));
        const begun = pick(free, a);
        return did(`BEGIN\ntransaction:${begun}\n${asked}\n\0`, () => {
          model.begin(session, begun);
          return own;
        });
      }
      case 'commit':
        return did(`COMMIT\ntransaction:${over}\n${asked}\n\0`, () => [
          ...model.commit(session, over),
          ...own,
        ]);
      case 'abort':
        return did(`ABORT\ntransaction:${over}\n${asked}\n\0`, () => {
          model.abort(session, over);
          return own;
        });
      case 'disconnect':
        return { text: `DISCONNECT\n${asked}\n\0`, outcome: { receipts: own, leaves: true } };
      case 'break':
        return { text: undefined, outcome: { receipts: [] } };
      case 'garbage':
      case 'time': {
        const [text, error] = pick(garbage, a);
        return { text, outcome: { receipts: [], error } };
      }
    }
  }

  /** What makes sense in the place of what does not. */
  #sensible(kind: Kind, { version, answerable, transactions, subscriptions }: ModelSession): Kind {
    const frames = [...transactions.values()].reduce((sum, { length }) => sum + length, 0);
    switch (kind) {
      case 'ack':
      case 'nack':
      case 'gone ack':
        if (answerable.length === 0 || frames >= limits.frames) return 'unsubscribe';
        return version === '1.0' || kind === 'gone ack' ? 'ack' : kind;
      case 'commit':
      case 'abort':
        return transactions.size === 0 ? 'begin' : kind;
      case 'begin':
        return transactions.size >= limits.transactions ? 'commit' : kind;
      case 'send':
        return frames >= limits.frames ? 'commit' : kind;
      case 'reply':
        return frames < limits.frames && this.#model.replies.size > 0 ? kind : 'unsubscribe';
      case 'subscribe':
        return subscriptions.size >= limits.subscriptions ? 'unsubscribe' : kind;
      case 'disconnect':
      case 'break':
        return answerable.length > 2 ? kind : 'begin';
      default:
        return kind === 'garbage' ? 'unsubscribe' : kind;
    }
  }

  #outcomeOf(receipts: () => readonly string[]): Outcome {
    try {
      return { receipts: receipts() };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.message !== survived) return { receipts: [], error: error.message };
      this.#refusals++;
      return { receipts: [] };
    }
  }

  async #connect({ client: number, a, b, c }: Action): Promise<void> {
    const client = this.#world.client();
    if (b % 8 === 0) {
      client.say('SEND', { destination: '/topic/a' });
      expect((await client.hears('ERROR')).headers.code).toBe('not-connected');
      client.connection.end();
    } else {
      const version = pick(versions, a);
      // two of them are the same client when they come back
      const clientId = c % 4 === 0 ? undefined : `c${number % 2}`;
      client.say('CONNECT', { 'accept-version': version, ...(clientId && { 'client-id': clientId }) });
      await client.hears('CONNECTED');
      this.#clients.set(number, client);
      this.#model.sessions.set(number, new ModelSession(version, clientId));
      this.said.push(`${number}: connects, ${version}, ${clientId ?? 'nobody'}`);
    }
    await this.#compare();
  }

  /** What each client heard goes into the model, until nobody hears any more. */
  async #hearAll(acting: number, outcome: Outcome): Promise<void> {
    await this.#world.settled();
    const answers: Heard[] = [];
    const client = this.#clients.get(acting);
    for (const frame of client?.heardSoFar() ?? []) {
      if (frame.command === 'MESSAGE') this.#given(acting, frame);
      else answers.push(frame);
    }
    expect(answers.map(shown)).toEqual([
      ...outcome.receipts.map((id) => `RECEIPT ${id}`),
      ...(outcome.error === undefined ? [] : [`ERROR ${outcome.error}`]),
    ]);
    if (outcome.error !== undefined) expect(client!.connection.closes).toHaveLength(1);
    if (outcome.error !== undefined || outcome.leaves) this.#leave(acting);
    do await this.#world.settled();
    while (this.#hearOthers());
    expect(this.#model.overdue()).toEqual([]);
  }

  /** @returns whether anything came: more may be under way then */
  #hearOthers(): boolean {
    let came = false;
    for (const number of this.#model.sessions.keys())
      for (const frame of this.#clients.get(number)!.heardSoFar()) {
        expect(frame.command).toBe('MESSAGE');
        this.#given(number, frame);
        came = true;
      }
    return came;
  }

  #given(number: number, { headers, body }: Heard): void {
    this.said.push(`   ${number} gets ${body} for ${headers.subscription}`);
    this.#model.given(this.#model.sessions.get(number)!, headers, body);
  }

  #leave(number: number): void {
    this.#clients.get(number)!.connection.end();
    this.#clients.delete(number);
    this.#gone.push(...this.#model.sessions.get(number)!.answerable);
    this.#model.end(number);
  }

  async #compare(): Promise<void> {
    const [model, world, queues] = [this.#model, this.#world, this.#queues];
    queues.sweep();
    const { waiting, outstanding, lost, untold } = model.queues;
    const told = (all: readonly string[]): string[] => all.filter((one) => !untold.has(one)).sort();
    expect(queues.size).toEqual({ waiting, outstanding });
    expect(queues.bytes).toBe(model.queues.bytes((body) => bytesOf({ body: Buffer.from(body) })));
    expect(told(this.#dropped)).toEqual(told(lost));
    expect(world.sessions.size).toBe(model.sessions.size);
    const metrics = await world.metrics.text();
    expect(meterOf(metrics, 'stompwire_subscriptions')).toBe(model.subscribers);
    expect(meterOf(metrics, `stompwire_errors_total{code="${survived}"}`)).toBe(this.#refusals);
    for (const [number, session] of model.sessions)
      expect(heldBy(this.#clients.get(number)!)).toEqual(holdings(session));
  }
}

function meterOf(metrics: string, name: string): number {
  const line = metrics.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length) ?? 0);
}

function transactionOf({ transactions }: ModelSession, { transaction, wild }: Action): string | undefined {
  if (transaction >= 4) return undefined;
  if (wild) return `t${transaction}`;
  return transactions.size === 0 ? undefined : pick([...transactions.keys()], transaction);
}

/** In 1.0 and 1.1 the same message may have come more than once: the first subscription, and there the last delivery, is meant. */
function meantBy(session: ModelSession, one: Delivered): Delivered | undefined {
  const candidates = session.answerable.filter(({ messageId, subscription, ackId }) => {
    if (session.version === '1.2') return ackId === one.ackId;
    return (
      messageId === one.messageId && (session.version === '1.0' || subscription.id === one.subscription.id)
    );
  });
  return candidates.filter(({ subscription }) => subscription === candidates[0]!.subscription).at(-1);
}

function nameOf({ version }: ModelSession, one: Delivered | undefined): string {
  const { ackId = '7-7', messageId = 'none', subscription } = one ?? {};
  if (version === '1.2') return `id:${ackId}\n`;
  return `message-id:${messageId}\nsubscription:${subscription?.id ?? 's0'}\n`;
}

const shown = ({ command, headers }: Heard): string =>
  `${command} ${command === 'ERROR' ? headers.code : headers['receipt-id']}`;

interface Holdings {
  readonly subscriptions: Readonly<Record<string, number>>;
  readonly transactions: number;
}

function holdings({ subscriptions, transactions }: ModelSession): Holdings {
  const held = [...subscriptions.values()].map(({ id, outstanding }) => [id, outstanding.length] as const);
  return { subscriptions: Object.fromEntries(held), transactions: transactions.size };
}

function heldBy({ session }: Client): Holdings {
  const held = [...(session.subscriptions?.values() ?? [])].map((one) => {
    const outstanding = one instanceof AcknowledgedSubscription ? one.outstanding?.size : 0;
    return [one.id, outstanding ?? 0] as const;
  });
  return { subscriptions: Object.fromEntries(held), transactions: session.transactions?.size ?? 0 };
}
