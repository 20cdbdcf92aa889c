// Durable subscriptions over Redis: noted in one place, filled where their topics are, ended from any node.
//
// The note stands where the subscription's name lies, for who ends it knows nothing else; what fills its queue stands
// with the topic. Two places in a cluster are two steps: the note goes first and is looked at again behind the second, so
// that who was overtaken by another node takes its own back. A node that dies in between leaves a note that the next
// SUBSCRIBE or UNSUBSCRIBE of that name completes.
//
// What is said of a queue is said in the step that binds it: nothing comes into it before, and a node that dies then has
// left none without its limits.
//
// A queue that goes by itself is bound by the step in which its consumer joins, and unbound by the step in which it goes:
// so it is never bound without anybody who ends it. Its note stays behind, and is forgotten when there is no room for
// another one.
import type { Buffer } from 'node:buffer';
import { StompwireError } from '../../errors.ts';
import { isPattern, type Separator } from '../../message/destination.ts';
import type { Position } from '../../message/position.ts';
import type { QueueArguments } from '../../queue/consumer.ts';
import { isPassing } from '../../queue/passing.ts';
import { assertOwner, assertSame } from '../../queue/same-terms.ts';
import type { Bindings } from '../queues.ts';
import {
  bindingKeys,
  bindScript,
  forgetNoteScript,
  noteScript,
  oldNotesScript,
  patternText,
  unbindScript,
} from './binding-scripts.ts';
import { textOf } from './connection.ts';
import { RedisCopies } from './copies.ts';
import { refuseOther, saidOf, saidText } from './declared.ts';
import type { Keys } from './keys.ts';
import { unavailable } from './lane.ts';
import type { Partition } from './partition.ts';
import { tooMany } from './queue-bounds.ts';
import type { Script } from './scripts.ts';

/** What bindings stand on. */
export interface RedisBindingsParts {
  readonly keys: Keys;
  readonly partitions: readonly Partition[];
  readonly separator: Separator;
  /** How many there may be, over all partitions. */
  readonly bindings: number;
  /** How many queues of which something is said. */
  readonly queues: number;
  readonly ahead: () => number;
  /** Drops a queue. */
  readonly remove: (queue: string) => Promise<void>;
  /** Where dead letters go. */
  readonly deadLetters: string;
  /** Hears why, and what, queues have lost. */
  readonly lost: (lost: readonly Buffer[]) => void;
}

/** A binding that this node takes from. */
export interface Bound {
  readonly source: string;
  readonly queues: readonly string[];
  /** What was said of it, by its first taker or a later one. */
  terms: QueueArguments | undefined;
  /** How many take from it here. */
  takers: number;
}

/** So often it is begun anew when another node binds the same name meanwhile. */
const attempts = 10;

/** See {@link Bindings}. */
export class RedisBindings implements Bindings {
  readonly #parts: RedisBindingsParts;
  readonly #bound = new Map<string, Bound>();
  readonly #copies: RedisCopies;

  constructor(parts: RedisBindingsParts) {
    this.#parts = parts;
    this.#copies = new RedisCopies(parts);
  }

  async bind(queue: string, source: string, terms?: QueueArguments, owner?: string): Promise<void> {
    const passing = isPassing(terms);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const known = await this.#noted(queue);
      if (known !== '') await this.#assertMay(queue, known, terms, owner);
      if (known !== '' && known !== source) await this.#empty(queue, known);
      if (!(await this.#note(queue, known, source, passing))) continue;
      if (!passing) await this.#fill(queue, source, terms, owner);
      if ((await this.#noted(queue)) === source) return this.#isBound(queue, source, terms);
      if (!passing) await this.#empty(queue, source);
    }
    throw unavailable('others subscribe under this name at the same time');
  }

  async unbind(queue: string): Promise<boolean> {
    const source = await this.#noted(queue);
    if (source === '') return false;
    const was = await this.#empty(queue, source);
    await this.#note(queue, source, '', false);
    return was;
  }

  redact(destination: string, position: Position): Promise<boolean> {
    return this.#copies.redact(destination, position);
  }

  clear(destination: string, upTo: Position): Promise<void> {
    return this.#copies.clear(destination, upTo);
  }

  /** A binding that this node has made, of which there is one taker more; none: it is a queue like others. */
  joined(queue: string): Bound | undefined {
    const bound = this.#bound.get(queue);
    if (bound !== undefined) bound.takers++;
    return bound;
  }

  /** One taker less: what goes with the last one is forgotten when that has left. */
  async leave(queue: string, bound: Bound, cancel: () => Promise<void>): Promise<void> {
    bound.takers--;
    if (bound.takers === 0 && this.#bound.get(queue) === bound) this.#bound.delete(queue);
    const noted = bound.takers === 0 && isPassing(bound.terms) ? this.#notedAt(queue) : null;
    await cancel();
    const at = await noted;
    if (at !== null) await this.#forgetIfGone(this.#homeOf(queue), queue, bound.source, at).catch(() => {});
  }

  /** A Redis that came back empty knows nothing of who is here; what was ended elsewhere meanwhile stays ended. */
  async up(partition: Partition): Promise<void> {
    const { keys } = this.#parts;
    for (const [queue, { source, terms }] of [...this.#bound]) {
      if (!this.#placesOf(source).includes(partition) && this.#homeOf(queue) !== partition) continue;
      const [noted, mark] = await this.#homeOf(queue).call(({ commands }) =>
        commands.redis.hmget(keys.durable(this.#homeOf(queue).index), queue, ''),
      );
      if (mark === null || noted === source) await this.bind(queue, source, terms, terms?.owner);
    }
  }

  #isBound(queue: string, source: string, terms: QueueArguments | undefined): void {
    const { keys } = this.#parts;
    const known = this.#bound.get(queue);
    if (known?.source === source) {
      known.terms ??= terms; // those who take from it are counted by it
      return;
    }
    const queues = this.#placesOf(source).map(({ index }) => keys.queueIn(index, queue));
    this.#bound.set(queue, { source, queues, terms, takers: 0 });
  }

  #homeOf(queue: string): Partition {
    const { keys, partitions } = this.#parts;
    return partitions[keys.partitionOf(queue)]!;
  }

  /** Where what is published to a source is. */
  #placesOf(source: string): readonly Partition[] {
    const { keys, partitions } = this.#parts;
    return isPattern(source) ? partitions : [partitions[keys.partitionOf(source)]!];
  }

  async #each<T>(source: string, act: (partition: Partition) => Promise<T>): Promise<readonly T[]> {
    return Promise.all(this.#placesOf(source).map(act));
  }

  async #noted(queue: string): Promise<string> {
    const home = this.#homeOf(queue);
    const key = this.#parts.keys.durable(home.index);
    return (await home.call(({ commands }) => commands.redis.hget(key, queue))) ?? '';
  }

  /** Who comes is asked before anything is changed. @throws {StompwireError} `bad-header`, `denied` */
  async #assertMay(
    queue: string,
    known: string,
    terms: QueueArguments | undefined,
    owner: string | undefined,
  ): Promise<void> {
    const place = this.#placesOf(known)[0]!;
    const was = await saidOf(this.#parts, place, this.#parts.keys.queueIn(place.index, queue));
    if (was === undefined) return;
    assertOwner(queue, was, owner);
    if (terms !== undefined) assertSame(queue, was, terms);
  }

  /** @returns whether it was noted @throws {StompwireError} `too-many-durable-subscriptions` */
  async #note(queue: string, before: string, after: string, passing: boolean): Promise<boolean> {
    const { keys, bindings } = this.#parts;
    const home = this.#homeOf(queue);
    // one field is the mark
    const most = String(Math.ceil(bindings / keys.partitions) + 1);
    const args = [this.#ahead, queue, before, after, most, passing ? '1' : '0'];
    const note = (): Promise<unknown> => run(home, noteScript, [keys.durable(home.index)], args);
    let done = Number(await note());
    if (done === 2 && (await this.#forgetGone(home))) done = Number(await note());
    if (done !== 2) return done === 1;
    throw new StompwireError(
      'too-many-durable-subscriptions',
      `there are as many durable subscriptions as a partition may have of maxDurableSubscriptions=${bindings}; UNSUBSCRIBE one with durable:true first`,
    );
  }

  /** Forgets the notes of queues that went by themselves. @returns whether there were any */
  async #forgetGone(home: Partition): Promise<boolean> {
    const key = this.#parts.keys.durable(home.index);
    const found = ((await run(home, oldNotesScript, [key], [this.#ahead])) as unknown[]).map(textOf);
    let gone = false;
    for (let at = 0; at < found.length; at += 3)
      if (await this.#forgetIfGone(home, found[at]!, found[at + 1]!, found[at + 2]!)) gone = true;
    return gone;
  }

  /** @param noted - when it was noted: what was noted anew stays @returns whether it is forgotten */
  async #forgetIfGone(home: Partition, queue: string, source: string, noted: string): Promise<boolean> {
    if (source !== '' && (await this.#isFilled(queue, source))) return false;
    const key = this.#parts.keys.durable(home.index);
    return Number(await run(home, forgetNoteScript, [key], [queue, noted])) === 1;
  }

  /** When a queue that goes by itself was noted. */
  #notedAt(queue: string): Promise<string | null> {
    const home = this.#homeOf(queue);
    const key = `${this.#parts.keys.durable(home.index)}\0passing`;
    return home.call(({ commands }) => commands.redis.zscore(key, queue)).catch(() => null);
  }

  get #ahead(): string {
    return String(this.#parts.ahead());
  }

  async #isFilled(queue: string, source: string): Promise<boolean> {
    const { keys } = this.#parts;
    const filled = await this.#each(source, (partition) =>
      partition.call(({ commands }) =>
        commands.redis.hexists(keys.bindings(partition.index), keys.queueIn(partition.index, queue)),
      ),
    );
    return filled.includes(1);
  }

  /** The first place decides, so that of two who come at once one has all of them. */
  async #fill(
    queue: string,
    source: string,
    terms: QueueArguments | undefined,
    owner: string | undefined,
  ): Promise<void> {
    const [first, ...rest] = this.#placesOf(source);
    await this.#fillAt(first!, queue, source, terms, owner);
    await Promise.all(rest.map((place) => this.#fillAt(place, queue, source, terms, owner)));
  }

  /** @throws {StompwireError} `bad-header`, `denied`, `queue-full`: somebody was quicker */
  async #fillAt(
    place: Partition,
    queue: string,
    source: string,
    terms: QueueArguments | undefined,
    owner = '',
  ): Promise<void> {
    const { keys, separator, queues } = this.#parts;
    const name = keys.queueIn(place.index, queue);
    const named = [...bindingKeys(keys, place.index, source), keys.queue(name), keys.queues(place.index).all];
    const pattern = isPattern(source) ? patternText(separator, source) : '';
    const most = String(Math.ceil(queues / keys.partitions));
    const said = terms === undefined ? '' : saidText(terms);
    const args = [this.#ahead, name, source, pattern, said, owner, most];
    const reply = await run(place, bindScript, named, args);
    if (reply === 2) throw tooMany(queue, queues);
    if (typeof reply !== 'number') refuseOther(queue, textOf(reply), terms ?? { owner });
  }

  /** Nothing fills it any more, and what waits in it goes. @returns whether something did */
  async #empty(queue: string, source: string): Promise<boolean> {
    const { keys, remove } = this.#parts;
    this.#bound.delete(queue);
    const was = await this.#each(source, async (partition) => {
      const name = keys.queueIn(partition.index, queue);
      const args = [name, isPattern(source) ? '1' : '0'];
      const unbound = await run(partition, unbindScript, bindingKeys(keys, partition.index, source), args);
      await remove(name);
      return Number(unbound) === 1;
    });
    return was.includes(true);
  }
}

function run(
  partition: Partition,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<unknown> {
  return partition.call(({ commands }) => commands.run(script, keys, args));
}
