// Durable subscriptions over Redis: noted in one place, filled where their topics are, ended from any node.
//
// The note stands where the subscription's name lies, for who ends it knows nothing else; what fills its queue stands
// with the topic. Two places in a cluster are two steps: the note goes first and is looked at again behind the second, so
// that who was overtaken by another node takes its own back. A node that dies in between leaves a note that the next
// SUBSCRIBE or UNSUBSCRIBE of that name completes.
import { StompwireError } from '../../errors.ts';
import { isPattern, type Separator } from '../../message/destination.ts';
import type { Bindings } from '../queues.ts';
import { bindScript, noteScript, unbindScript } from './binding-scripts.ts';
import type { Keys } from './keys.ts';
import { unavailable } from './lane.ts';
import type { Partition } from './partition.ts';
import type { Script } from './scripts.ts';

/** What bindings stand on. */
export interface RedisBindingsParts {
  readonly keys: Keys;
  readonly partitions: readonly Partition[];
  readonly separator: Separator;
  /** How many there may be, over all partitions. */
  readonly bindings: number;
  /** Drops a queue. */
  readonly remove: (queue: string) => Promise<void>;
}

/** A binding that this node takes from. */
interface Bound {
  readonly source: string;
  readonly queues: readonly string[];
}

/** So often it is begun anew when another node binds the same name meanwhile. */
const attempts = 10;

/** See {@link Bindings}. */
export class RedisBindings implements Bindings {
  readonly #parts: RedisBindingsParts;
  readonly #bound = new Map<string, Bound>();

  constructor(parts: RedisBindingsParts) {
    this.#parts = parts;
  }

  async bind(queue: string, source: string): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const known = await this.#noted(queue);
      if (known !== '' && known !== source) await this.#empty(queue, known);
      if (!(await this.#note(queue, known, source))) continue;
      await this.#each(source, (partition) => this.#fill(partition, queue, source));
      if ((await this.#noted(queue)) === source) return this.#isBound(queue, source);
      await this.#empty(queue, source);
    }
    throw unavailable('others subscribe under this name at the same time');
  }

  async unbind(queue: string): Promise<boolean> {
    const source = await this.#noted(queue);
    if (source === '') return false;
    await this.#empty(queue, source);
    return this.#note(queue, source, '');
  }

  /** The queues of a binding that this node has made; none: it is a queue like others. */
  queuesOf(queue: string): readonly string[] | undefined {
    return this.#bound.get(queue)?.queues;
  }

  /** Nobody takes from a binding here any more. */
  left(queue: string): void {
    this.#bound.delete(queue);
  }

  /** A Redis that came back empty knows nothing of who is here; what was ended elsewhere meanwhile stays ended. */
  async up(partition: Partition): Promise<void> {
    const { keys } = this.#parts;
    for (const [queue, { source }] of [...this.#bound]) {
      if (!this.#placesOf(source).includes(partition) && this.#homeOf(queue) !== partition) continue;
      const [noted, mark] = await this.#homeOf(queue).call(({ commands }) =>
        commands.redis.hmget(keys.durable(this.#homeOf(queue).index), queue, ''),
      );
      if (mark === null || noted === source) await this.bind(queue, source);
    }
  }

  #isBound(queue: string, source: string): void {
    const { keys } = this.#parts;
    const queues = this.#placesOf(source).map(({ index }) => keys.queueIn(index, queue));
    this.#bound.set(queue, { source, queues });
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

  async #each(source: string, act: (partition: Partition) => Promise<unknown>): Promise<void> {
    await Promise.all(this.#placesOf(source).map(act));
  }

  async #noted(queue: string): Promise<string> {
    const home = this.#homeOf(queue);
    const key = this.#parts.keys.durable(home.index);
    return (await home.call(({ commands }) => commands.redis.hget(key, queue))) ?? '';
  }

  /** @returns whether it was noted @throws {StompwireError} `too-many-durable-subscriptions` */
  async #note(queue: string, before: string, after: string): Promise<boolean> {
    const { keys, bindings } = this.#parts;
    const home = this.#homeOf(queue);
    // one field is the mark
    const most = String(Math.ceil(bindings / keys.partitions) + 1);
    const done = await run(home, noteScript, [keys.durable(home.index)], [queue, before, after, most]);
    if (Number(done) !== 2) return Number(done) === 1;
    throw new StompwireError(
      'too-many-durable-subscriptions',
      `there are as many durable subscriptions as a partition may have of maxDurableSubscriptions=${bindings}; UNSUBSCRIBE one with durable:true first`,
    );
  }

  async #fill(partition: Partition, queue: string, source: string): Promise<void> {
    const { keys, separator } = this.#parts;
    const args = [keys.queueIn(partition.index, queue), source, isPattern(source) ? separator : ''];
    await run(partition, bindScript, this.#keysOf(partition, source), args);
  }

  /** Nothing fills it any more, and what waits in it goes. */
  async #empty(queue: string, source: string): Promise<void> {
    const { keys, remove } = this.#parts;
    this.#bound.delete(queue);
    await this.#each(source, async (partition) => {
      const name = keys.queueIn(partition.index, queue);
      const args = [name, isPattern(source) ? '1' : '0'];
      await run(partition, unbindScript, this.#keysOf(partition, source), args);
      await remove(name);
    });
  }

  #keysOf({ index }: Partition, source: string): readonly string[] {
    const bindings = this.#parts.keys.bindings(index);
    return [bindings, `${bindings}\0${isPattern(source) ? 'patterns' : source}`];
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
