// Several nodes do to shared queues whatever comes to mind; after each step all that is held is what a simple model holds.
import { Buffer } from 'node:buffer';
import { expect, vi } from 'vitest';
import { Message } from '../../src/message/message.ts';
import { Policies } from '../../src/message/policies.ts';
import { RedisRelay } from '../../src/relay/redis.ts';
import type { Random } from '../chaos/random.ts';
import {
  deadLetters,
  type ModelMessage,
  type ModelTerms,
  QueueModel,
  Refusal,
} from '../queue/queue-model.ts';
import { diedOf, type FuzzPlace, FuzzTaker, heldIn, leftIn } from './queue-fuzz-place.ts';
import { Changing } from './transport-sides.ts';

const queues = ['/queue/a', '/queue/a', '/queue/b', deadLetters];
const topics = ['/topic/a', '/topic/b'];
const sources = [...topics, '/topic/*'];
const away = ['durable:guest:a/1', 'durable:guest:b/1', 'durable:guest:b/2'];
const kinds = [
  ...['send', 'send', 'send', 'send', 'publish', 'publish', 'take', 'take', 'leave', 'ack', 'ack', 'ack'],
  ...['nack', 'nack', 'nack', 'bind', 'unbind', 'commit', 'commit', 'commit', 'time'],
] as const;
type Kind = (typeof kinds)[number];
const nothing = new Set<ModelMessage>();

/** A message that has not come after so many milliseconds never does. */
const patience = 20_000;

/** Something that one node does: what the model makes of it, and the thing itself. */
interface Deed {
  readonly what: string;
  readonly queue: string;
  /** Whether it may make a dead letter. */
  readonly buries?: boolean;
  /** @throws {Refusal} */
  model(): void;
  act(): unknown;
}

export class QueueFuzz {
  /** What was done, to be read when Redis and the model differ. */
  readonly said: string[] = [];
  readonly #place: FuzzPlace;
  readonly #random: Random;
  readonly #model: QueueModel;
  readonly #nodes: RedisRelay[] = [];
  readonly #dropped: string[] = [];
  readonly #told = new Changing();
  #takers: FuzzTaker[] = [];
  readonly #sentBodies = new Set<string>();
  #ahead = 0;
  #count = 0;

  constructor(place: FuzzPlace, random: Random) {
    this.#place = place;
    this.#random = random;
    this.#model = new QueueModel(place.limits, Date.now());
  }

  async run(steps: number): Promise<void> {
    try {
      for (let node = 0; node < 3; node++) await this.#begin();
      for (let step = 0; step < steps && !this.#model.ambiguous; step++) {
        await this.#within(this.#step(), () => `never done: ${this.said.at(-1)}`);
        await this.#quiet();
      }
      await this.#drain();
    } finally {
      await Promise.all(this.#nodes.map((node) => node.close()));
    }
  }

  async #begin(): Promise<void> {
    const { address, prefix, limits } = this.#place;
    const relay = new RedisRelay(`${address}?prefix=${prefix}&partitions=1`, {
      policies: new Policies(),
      ahead: () => this.#ahead,
      queues: {
        limits: { ...limits, bytes: 1 << 30, age: 0 },
        deadLetters,
        queues: 40,
        bindings: limits.bindings,
        dropped: ({ body }, why) => this.#dropped.push(`${body} ${why}`),
      },
      troubled: (what) => this.said.push(`trouble: ${what}`),
    });
    await relay.start(() => {});
    this.#nodes.push(relay);
  }

  async #step(): Promise<void> {
    const kind = this.#random.of(kinds);
    const node = this.#number(this.#nodes.length);
    if (kind === 'time') return this.#pass();
    if (kind === 'take') return this.#take(node);
    if (kind === 'leave') return this.#leave(this.#random.of(this.#takers));
    if (kind === 'bind') return this.#bind(node);
    if (kind === 'unbind') return this.#unbind(node);
    const deeds = kind === 'commit' ? this.#several(node) : this.#deedsOf(kind, node);
    if (kind === 'commit') await this.#commit(node, deeds);
    else for (const deed of deeds) await this.#do(deed.what, deed.model, deed.act);
  }

  /** Minutes: what Redis's own clock goes on meanwhile counts for nothing. */
  #pass(): void {
    const minutes = 60_000 * (1 + this.#number(5));
    this.said.push(`${minutes} ms later`);
    this.#ahead += minutes;
    this.#model.pass(minutes);
  }

  async #take(node: number): Promise<void> {
    if (this.#takers.length > 6) return;
    const bound = [...this.#model.bindings.keys()];
    const queue = this.#random.of([...queues, ...bound]);
    const prefetch = 1 + this.#number(4);
    await this.#begins(node, queue, prefetch);
  }

  async #begins(node: number, queue: string, prefetch: number): Promise<void> {
    this.said.push(`${node} takes ${prefetch} from ${queue}`);
    const relay = this.#nodes[node]!;
    const source = this.#model.bindings.get(queue);
    if (source !== undefined) await relay.queues!.bindings.bind(queue, source);
    const taker = new FuzzTaker(node, queue, this.#model.consume(queue, prefetch), this.#told);
    this.#takers.push(taker);
    taker.consumption = await relay.queues!.consume(queue, taker);
    taker.consumption.begin();
  }

  async #leave(taker: FuzzTaker | undefined): Promise<void> {
    if (taker === undefined) return;
    await this.#leaveOne(taker);
    this.said.push(`${taker.node} leaves ${taker.queue}`);
    this.#takers = this.#takers.filter((one) => one !== taker);
    this.#model.cancel(taker.model);
    await taker.consumption.cancel();
  }

  /** Of dead letters that come all at once to a queue that is full some are dropped, who knows which: one is left. */
  async #leaveOne(taker: FuzzTaker): Promise<void> {
    const last = taker.model.held.filter(({ deliveries }) => deliveries >= this.#place.limits.tries);
    for (const message of last.slice(1)) {
      const { what, model, act } = this.#answer(taker, message, undefined);
      await this.#do(what, model, act);
      await this.#quiet();
    }
  }

  async #bind(node: number): Promise<void> {
    const [queue, source] = [this.#random.of(away), this.#random.of(sources)];
    const known = this.#model.bindings.get(queue);
    if (known !== undefined && known !== source) await this.#emptied(queue);
    const { bindings } = this.#nodes[node]!.queues!;
    await this.#do(
      `${node} binds ${queue} to ${source}`,
      () => this.#model.bind(queue, source),
      () => bindings.bind(queue, source),
    );
  }

  async #unbind(node: number): Promise<void> {
    const queue = this.#random.of([...this.#model.bindings.keys()]);
    if (queue === undefined) return;
    await this.#emptied(queue);
    const { bindings } = this.#nodes[node]!.queues!;
    await this.#do(
      `${node} ends ${queue}`,
      () => this.#model.unbind(queue),
      () => bindings.unbind(queue),
    );
  }

  /** Nobody takes from it any more. */
  async #emptied(queue: string): Promise<void> {
    for (const taker of this.#takers.filter((one) => one.queue === queue)) {
      await this.#leave(taker);
      await this.#quiet();
    }
  }

  #several(node: number): Deed[] {
    const used = new Set<ModelMessage>();
    const wanted: Kind[] = Array.from({ length: 1 + this.#number(4) }, () =>
      this.#random.of(['send', 'send', 'publish', 'ack', 'nack', 'nack']),
    );
    const deeds = wanted.flatMap((kind) => this.#deedsOf(kind, node, used));
    // dead letters follow a transaction: among what it does to their queue itself they have no place of their own
    const isTheirs = deeds.some(({ queue }) => queue === deadLetters);
    return deeds.filter(({ buries }) => !isTheirs || !buries);
  }

  #deedsOf(kind: Kind, node: number, used = nothing): Deed[] {
    if (kind === 'send') return [this.#send(node, used === nothing)];
    if (kind === 'publish') return [this.#publish(node)];
    // what one consumer has of several queues is counted by itself: within a transaction it is left alone
    const alone = (queue: string): boolean => used === nothing || !queue.startsWith('durable:');
    const own = this.#takers.filter((taker) => taker.node === node && alone(taker.queue));
    const held = own.flatMap((taker) =>
      taker.model.held.filter((message) => !used.has(message)).map((message) => ({ taker, message })),
    );
    const found = this.#random.of(held);
    if (found === undefined) return [];
    if (used !== nothing) used.add(found.message);
    return [this.#answer(found.taker, found.message, kind === 'ack' ? undefined : this.#number(3) > 0)];
  }

  /** @param alone - whether it may say what its queue is like: in a transaction that is said before */
  #send(node: number, alone: boolean): Deed {
    const [queue, body] = [this.#random.of(queues), `m${++this.#count}`];
    const most = alone && queue !== deadLetters ? this.#random.of([3, 3, 5, ...Array(12)]) : undefined;
    const terms = { ...this.#terms(), ...(most !== undefined && { most }) };
    this.#sentBodies.add(body);
    const message = new Message({ destination: queue, id: body, body: Buffer.from(body) });
    const said = {
      ...(terms.priority !== undefined && { priority: terms.priority }),
      ...(terms.expires !== undefined && { expires: terms.expires }),
      ...(most !== undefined && { declares: { count: most } }),
    };
    return {
      queue,
      what: `${node} sends ${body} to ${queue} ${JSON.stringify(terms)}`,
      model: () => this.#model.enqueue(queue, queue, body, terms),
      act: () => this.#nodes[node]!.queues!.enqueue(message, said),
    };
  }

  #publish(node: number): Deed {
    const [topic, body, terms] = [this.#random.of(topics), `m${++this.#count}`, this.#terms()];
    const headers = Object.entries(terms).flatMap(([name, value]) => [name, String(value)]);
    const message = new Message({ destination: topic, id: body, body: Buffer.from(body), headers });
    return {
      queue: topic,
      what: `${node} publishes ${body} on ${topic} ${JSON.stringify(terms)}`,
      model: () => this.#model.publish(topic, body, terms),
      act: () => this.#nodes[node]!.publish(message),
    };
  }

  #answer(taker: FuzzTaker, message: ModelMessage, requeue: boolean | undefined): Deed {
    const { consumption, tags, model, node, queue } = taker;
    const tag = tags.get(message)!;
    const act = async (): Promise<void> => {
      const known = await (requeue === undefined
        ? consumption.acknowledge(tag)
        : consumption.refuse(tag, requeue));
      expect(known).toBe(true);
    };
    const last = message.deliveries >= this.#place.limits.tries;
    const buries = queue !== deadLetters && (requeue === false || (requeue === true && last));
    const word = requeue === undefined ? 'acknowledges' : requeue ? 'gives back' : 'refuses';
    return {
      queue,
      buries,
      what: `${node} ${word} ${message.body} of ${queue}`,
      model: () => void this.#model.answer(model, message, requeue),
      act,
    };
  }

  async #commit(node: number, deeds: readonly Deed[]): Promise<void> {
    const sent = deeds.flatMap(({ what }) => / sends \S+ to (\S+)/.exec(what)?.[1] ?? []);
    const { together } = this.#nodes[node]!;
    await this.#do(
      `${node} commits:\n  ${deeds.map(({ what }) => what).join('\n  ')}`,
      () => {
        this.#model.assertRoom(sent);
        this.#model.together(() => {
          for (const { model } of deeds) model();
        }, false);
      },
      () =>
        together.call(
          this.#nodes[node]!,
          () => Promise.all(deeds.map(({ act }) => act())).then(() => {}),
          () => {},
        ),
    );
  }

  /** Both do it, or both refuse it, and say the same. */
  async #do(what: string, model: () => void, act: () => unknown): Promise<void> {
    this.said.push(what);
    let refusal: string | undefined;
    try {
      model();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal = error.message;
      this.said.push(`  refused: ${refusal}`);
    }
    let code: string | undefined;
    try {
      await this.#within(act(), () => `never done: ${what}`);
    } catch (error) {
      code = (error as { code?: string }).code ?? String(error);
    }
    expect(code).toBe(refusal);
  }

  /** All that should come has come, and Redis holds the rest. */
  async #quiet(): Promise<void> {
    await this.#come();
    const [waiting, outstanding] = await heldIn(this.#place, this.#ahead);
    this.#hear();
    expect({ waiting, outstanding }).toEqual({
      waiting: this.#model.waiting,
      outstanding: this.#model.outstanding,
    });
    const { lost } = this.#model;
    const told = lost.filter((one) => !one.endsWith('expired')).sort();
    expect(this.#dropped.filter((one) => !one.endsWith('expired')).sort()).toEqual(told);
  }

  /** Waits for all that should come; how long is bounded, so that what did not come is told. */
  async #come(): Promise<void> {
    const all = this.#told.until(() => {
      this.#hear();
      return this.#model.overdue().length === 0;
    });
    await this.#within(all, () => `never came: ${this.#model.overdue().join(', ')}`);
  }

  async #within(done: unknown, missing: () => string): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    const never = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(missing())), patience);
    });
    await Promise.race([done, never]).finally(() => clearTimeout(late));
  }

  #hear(): void {
    for (const { came, model, queue, tags, node } of this.#takers)
      for (const { message, deliveries, tag } of came.splice(0)) {
        this.said.push(`   ${node} gets ${message.body} of ${queue}`);
        const given = this.#model.given(model, String(message.body), deliveries, diedOf(message.headers));
        tags.set(given, tag);
      }
  }

  /** In the end everything is taken and answered, and nothing stays but who was there. */
  async #drain(): Promise<void> {
    for (const taker of [...this.#takers]) {
      await this.#leave(taker);
      await this.#quiet();
    }
    for (const queue of [...this.#model.bindings.keys(), ...new Set(queues)]) {
      await this.#begins(0, queue, 1000);
      await this.#quiet();
      const taker = this.#takers.at(-1)!;
      for (const message of [...taker.model.held])
        await this.#do(
          '',
          () => void this.#model.answer(taker.model, message, undefined),
          () => taker.consumption.acknowledge(taker.tags.get(message)!),
        );
      await this.#leave(taker);
      await this.#quiet();
    }
    for (const queue of new Set(queues)) await this.#nodes[2]!.queues!.remove(queue); // what was said of it stays else
    for (const queue of [...this.#model.bindings.keys()]) {
      this.#model.unbind(queue);
      await this.#nodes[1]!.queues!.bindings.unbind(queue);
    }
    // who leaves with nothing waits for nobody, and what has expired is told by whom nothing came to
    await vi.waitFor(async () => {
      this.#compareExpired();
      expect(await leftIn(this.#place)).toEqual([]);
    }, patience);
  }

  /** What had expired in the queue of a binding that was ended went with it. */
  #compareExpired(): void {
    const expired = this.#dropped.filter((one) => one.endsWith('expired'));
    expect(this.#model.lost).toEqual(expect.arrayContaining(expired));
    expect(new Set(this.#sent(expired))).toEqual(new Set(this.#sent(this.#model.lost)));
  }

  /** Of what expired that which was sent to a queue itself. */
  #sent(lost: readonly string[]): string[] {
    return lost.filter((one) => one.endsWith('expired') && this.#sentBodies.has(one.split(' ')[0]!));
  }

  #terms(): ModelTerms {
    const soon = Math.floor(this.#model.now) + 60_000 * (1 + this.#number(3)) - 30_000;
    return this.#random.of<ModelTerms>([
      ...[{}, {}, {}, { priority: 0 }, { priority: 7 }],
      ...[{ expires: soon }, { expires: 1 }, { priority: 9, expires: soon }],
    ]);
  }

  #number(below: number): number {
    return Math.floor(this.#random.next() * below);
  }
}
