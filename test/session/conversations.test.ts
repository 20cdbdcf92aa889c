// Whole conversations of several clients, frames good and bad in any order: after each the server holds what a simple model says.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryRelay } from '../../src/relay/memory.ts';
import { MemoryQueues } from '../../src/relay/memory-queues.ts';
import { AcknowledgedSubscription } from '../../src/session/acknowledged-subscription.ts';
import {
  type Delivered,
  limits,
  type Mode,
  Model,
  ModelSession,
  Refusal,
  type Version,
} from './conversation-model.ts';
import { type Client, type Heard, World } from './world.ts';

const queueNames = ['/queue/a', '/queue/b'];
const destinations = ['/topic/a', '/queue/a', '/queue/a', '/queue/b'];
const versions: readonly Version[] = ['1.0', '1.1', '1.2'];
const modes: readonly Mode[] = ['auto', 'client', 'client-individual'];
const clients = 3;
const ids = ['s0', 's1', 's2', 's3', 's4', 's5'];
const names = ['t0', 't1', 't2', 't3'];

const kinds = [
  ...['send', 'send', 'send', 'send', 'send', 'send', 'subscribe', 'subscribe', 'subscribe', 'unsubscribe'],
  ...['ack', 'ack', 'ack', 'nack', 'nack', 'nack', 'begin', 'begin', 'commit', 'commit', 'abort'],
  ...['disconnect', 'break', 'garbage', 'gone ack'],
] as const;
type Kind = (typeof kinds)[number];

/** One thing that one client does; the numbers choose among what there is. */
const action = fc.record({
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
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const garbage: readonly (readonly [text: string, code: string])[] = [
  ['SHOUT\n\n\0', 'unknown-command'],
  ['MESSAGE\ndestination:/topic/a\n\n\0', 'unknown-command'],
  ['SEND\n\nno destination\0', 'missing-header'],
  ['SEND\ndestination\n\n\0', 'bad-header'],
  ['SEND\ndestination:/topic/a\ncontent-length:1\n\nab\0', 'missing-nul'],
  ['SEND\ndestination:/elsewhere\n\n\0', 'unknown-destination'],
  ['SUBSCRIBE\nid:9\ndestination:/topic/a\nack:maybe\n\n\0', 'bad-header'],
  ['CONNECT\naccept-version:1.2\n\n\0', 'already-connected'],
  ['BEGIN\n\n\0', 'missing-header'],
  ['COMMIT\n\n\0', 'missing-header'],
];

function pick<T>(list: readonly T[], number: number): T {
  return list[number % list.length]!;
}

/** What a step should come to: the receipts in their order, and the code of the ERROR that ends the session. */
interface Outcome {
  readonly receipts: readonly string[];
  readonly error?: string;
  readonly leaves?: boolean;
}

class Conversation {
  readonly queues = new MemoryQueues({
    limits: { count: 10_000, bytes: 1e9, age: 0, overflow: 'reject', tries: limits.tries },
    ...{ deadLetters: '/queue/dead-letter', queues: 10, bindings: 3, separator: '/' },
    now: () => 5000,
    dropped: () => {},
  });
  readonly world = new World({
    relay: new MemoryRelay(undefined, this.queues),
    maxSubscriptions: limits.subscriptions,
    maxTransactions: limits.transactions,
    maxTransactionFrames: limits.frames,
    maxDeliveries: limits.tries,
  });
  readonly model = new Model(queueNames);
  readonly #clients = new Map<number, Client>();
  readonly #gone: Delivered[] = [];
  /** Who said what, to be read when the server and the model differ. */
  readonly said: string[] = [];
  #count = 0;

  async do(action: Action): Promise<void> {
    const session = this.model.sessions.get(action.client);
    if (session === undefined) return this.#connect(action);
    const client = this.#clients.get(action.client)!;
    const said = this.#outcome(session, action);
    const { text, outcome } = said;
    this.said.push(`${action.client}: ${JSON.stringify(text ?? 'breaks off')}`);
    if (text === undefined) this.#leave(action.client);
    else client.sayRaw(text.slice(0, action.cut)).sayRaw(text.slice(action.cut));
    await this.#hearAll(action.client, outcome);
    await this.#compare();
  }

  async end(): Promise<void> {
    for (const client of this.model.sessions.keys()) this.#leave(client);
    await this.#hearAll(-1, { receipts: [] });
    await this.#compare();
    expect(this.world.wheel.size).toBe(0);
  }

  /** What the client sends, nothing when it breaks off, and what the model makes of it. */
  #outcome(session: ModelSession, action: Action): { text: string | undefined; outcome: Outcome } {
    const { a, b, c, wild } = action;
    const { model } = this;
    const kind = wild ? action.kind : sensible(action.kind, session);
    const receipt = action.receipt ? `r${++this.#count}` : undefined;
    const name = transactionOf(session, action);
    const over =
      wild || session.transactions.size === 0 ? `t${a % 4}` : pick([...session.transactions.keys()], a);
    const asked = receipt === undefined ? '' : `receipt:${receipt}\n`;
    const within = name === undefined ? '' : `transaction:${name}\n`;
    const own = receipt === undefined ? [] : [receipt];
    const did = (text: string, receipts: () => readonly string[]) => ({
      text,
      outcome: outcomeOf(receipts),
    });
    switch (kind) {
      case 'send': {
        const [body, to] = [`m${++this.#count}`, pick(destinations, a)];
        const text = `SEND\ndestination:${to}\n${asked}${within}\n${body}\0`;
        return did(text, () => model.send(session, to, body, receipt, name));
      }
      case 'subscribe': {
        const free = ids.filter((one) => wild || !session.subscriptions.has(one));
        const [id, from, mode, prefetch] = [
          pick(free, a),
          pick(destinations, b),
          pick(modes, c),
          1 + (c % 4),
        ];
        const text = `SUBSCRIBE\nid:${id}\ndestination:${from}\nack:${mode}\nprefetch-count:${prefetch}\n${asked}\n\0`;
        return did(text, () => {
          model.subscribe(session, id, from, mode, prefetch);
          return own;
        });
      }
      case 'unsubscribe':
        return did(`UNSUBSCRIBE\nid:s${a % 6}\n${asked}\n\0`, () => {
          model.unsubscribe(session, `s${a % 6}`);
          return own;
        });
      case 'ack':
      case 'nack':
      case 'gone ack': {
        const list = kind === 'gone ack' ? this.#gone : session.answerable;
        const named = list.length === 0 ? undefined : meantBy(session, pick(list, a));
        const requeue = kind === 'nack' ? c % 3 !== 0 : undefined;
        const again = requeue === false ? 'requeue:false\n' : '';
        const command = kind === 'nack' ? 'NACK' : 'ACK';
        const text = `${command}\n${nameOf(session, list.length === 0 ? undefined : pick(list, a))}${again}${asked}${within}\n\0`;
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
      case 'garbage': {
        const [text, error] = pick(garbage, a);
        return { text, outcome: { receipts: [], error } };
      }
    }
  }

  async #connect({ client: number, a, b }: Action): Promise<void> {
    const client = this.world.client();
    if (b % 8 === 0) {
      client.say('SEND', { destination: '/topic/a' });
      expect((await client.hears('ERROR')).headers.code).toBe('not-connected');
      client.connection.end();
    } else {
      const version = pick(versions, a);
      client.say('CONNECT', { 'accept-version': version });
      await client.hears('CONNECTED');
      this.#clients.set(number, client);
      this.model.sessions.set(number, new ModelSession(version));
    }
    await this.#compare();
  }

  /** What each client heard goes into the model, until nobody hears any more. */
  async #hearAll(acting: number, outcome: Outcome): Promise<void> {
    const answers: Heard[] = [];
    const client = this.#clients.get(acting);
    for (const frame of (await client?.heard()) ?? []) {
      if (frame.command === 'MESSAGE')
        this.model.given(this.model.sessions.get(acting)!, frame.headers, frame.body);
      else answers.push(frame);
    }
    expect(answers.map(shown)).toEqual([
      ...outcome.receipts.map((id) => `RECEIPT ${id}`),
      ...(outcome.error === undefined ? [] : [`ERROR ${outcome.error}`]),
    ]);
    if (outcome.error !== undefined) expect(client!.connection.closes).toHaveLength(1);
    if (outcome.error !== undefined || outcome.leaves) this.#leave(acting);
    while (await this.#hearOthers());
    expect(this.model.overdue()).toEqual([]);
  }

  /** @returns whether anything came: more may be under way then */
  async #hearOthers(): Promise<boolean> {
    let came = false;
    for (const [number, session] of this.model.sessions)
      for (const { command, headers, body } of await this.#clients.get(number)!.heard()) {
        expect(command).toBe('MESSAGE');
        this.model.given(session, headers, body);
        came = true;
      }
    return came;
  }

  #leave(number: number): void {
    this.#clients.get(number)!.connection.end();
    this.#clients.delete(number);
    this.#gone.push(...this.model.sessions.get(number)!.answerable);
    this.model.end(number);
  }

  async #compare(): Promise<void> {
    const { model, queues, world } = this;
    expect(queues.size).toEqual({ waiting: model.waiting, outstanding: model.outstanding });
    expect(world.sessions.size).toBe(model.sessions.size);
    const [metric] = /^stompwire_subscriptions .*$/m.exec(await world.metrics.text()) ?? [];
    expect(metric).toBe(`stompwire_subscriptions ${model.subscribers}`);
    for (const [number, session] of model.sessions)
      expect(heldBy(this.#clients.get(number)!)).toEqual(holdings(session));
  }
}

/** What makes sense in the place of what does not. */
function sensible(kind: Kind, { version, answerable, transactions, subscriptions }: ModelSession): Kind {
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
    case 'subscribe':
      return subscriptions.size >= limits.subscriptions ? 'unsubscribe' : kind;
    case 'disconnect':
    case 'break':
      return answerable.length > 2 ? kind : 'send';
    default:
      return kind === 'garbage' ? 'send' : kind;
  }
}

function transactionOf({ transactions }: ModelSession, { transaction, wild }: Action): string | undefined {
  if (transaction >= 4) return undefined;
  if (wild) return `t${transaction}`;
  return transactions.size === 0 ? undefined : pick([...transactions.keys()], transaction);
}

function outcomeOf(receipts: () => readonly string[]): Outcome {
  try {
    return { receipts: receipts() };
  } catch (error) {
    if (error instanceof Refusal) return { receipts: [], error: error.message };
    throw error;
  }
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

it('whatever clients say, in whatever order, the server holds what the model holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 150, size: 'max' }), async (actions) => {
      const conversation = new Conversation();
      try {
        for (const one of actions) await conversation.do(one);
        await conversation.end();
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${conversation.said.join('\n')}`, { cause: error });
      }
    }),
    { numRuns: 200 },
  );
}, 60_000);
