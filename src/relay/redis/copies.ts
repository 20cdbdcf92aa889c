// The copies of logged messages that wait in queues over Redis, or that somebody has: redacted, or taken out, everywhere.
import type { Buffer } from 'node:buffer';
import type { Separator } from '../../message/destination.ts';
import { PatternMatcher } from '../../message/pattern.ts';
import { destinationHash, messageIdOf, type Position } from '../../message/position.ts';
import { redactedCopy } from '../../queue/redacted.ts';
import { encodeMessage } from '../envelope.ts';
import { textOf } from './connection.ts';
import { changeCopiesScript, findCopiesScript } from './copies-script.ts';
import { decodeKept } from './kept-message.ts';
import type { Keys } from './keys.ts';
import { asUnavailable } from './lane.ts';
import type { Partition } from './partition.ts';

/** What they stand on. */
export interface RedisCopiesParts {
  readonly keys: Keys;
  readonly partitions: readonly Partition[];
  readonly ahead: () => number;
  /** Where dead letters go. */
  readonly deadLetters: string;
  /** Hears why, and what, queues have lost. */
  readonly lost: (lost: readonly Buffer[]) => void;
}

/** Messages of one destination that are looked for together: who asks while others are looked for comes with the next. */
interface Search {
  readonly positions: Position[];
  /** The ids of those of which there was a copy. */
  readonly done: Promise<ReadonlySet<string>>;
}

/** What one goes through all queues for. */
interface Sought {
  /** As the script that finds is told it. */
  readonly args: readonly string[];
  /** Whether what is found does not come again. */
  readonly isOver: boolean;
  /** Hears the id of each message of which a copy is found. */
  readonly found: (id: string) => void;
}

/** So many messages are looked for together, and in so many queues at a time. */
const together = { messages: 200, queues: 16 };

/** See {@link Bindings}. */
export class RedisCopies {
  readonly #parts: RedisCopiesParts;
  /** By destination, those that have not begun. */
  readonly #next = new Map<string, Search>();
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(parts: RedisCopiesParts) {
    this.#parts = parts;
  }

  /** @returns whether there was a copy */
  async redact(destination: string, position: Position): Promise<boolean> {
    let search = this.#next.get(destination);
    if (search === undefined || search.positions.length >= together.messages)
      search = this.#begin(destination);
    search.positions.push(position);
    return (await search.done).has(messageIdOf(destinationHash(destination), position));
  }

  async clear(destination: string, { epoch, seq }: Position): Promise<void> {
    const args = ['upTo', destination, destinationHash(destination), String(epoch), String(seq)];
    await this.#through(destination, { args, isOver: true, found: () => {} });
  }

  #begin(destination: string): Search {
    const positions: Position[] = [];
    const before = this.#last.get(destination);
    const run = (): Promise<ReadonlySet<string>> => {
      if (this.#next.get(destination) === search) this.#next.delete(destination);
      return this.#redactAll(destination, positions);
    };
    const done = Promise.resolve(before).then(run, run);
    const search: Search = { positions, done };
    this.#next.set(destination, search);
    this.#last.set(destination, done);
    const forget = (): void => {
      if (this.#last.get(destination) === done) this.#last.delete(destination);
    };
    done.then(forget, forget);
    return search;
  }

  async #redactAll(destination: string, positions: readonly Position[]): Promise<ReadonlySet<string>> {
    const hash = destinationHash(destination);
    const args = positions.flatMap(({ epoch, seq }) => [
      `${destination} ${epoch}-${seq}`,
      `${hash} ${epoch}-${seq}`,
    ]);
    const ids = new Set<string>();
    await this.#through(destination, { args, isOver: false, found: (id) => ids.add(id) });
    return ids;
  }

  /** The queues that a destination fills, and behind them the dead letters: what dies goes from here to there. */
  async #through(destination: string, sought: Sought): Promise<void> {
    const { keys, partitions, deadLetters } = this.#parts;
    try {
      const home = partitions[keys.partitionOf(destination)]!;
      const queues = await this.#filledBy(home, destination);
      for (let at = 0; at < queues.length; at += together.queues)
        await Promise.all(
          queues.slice(at, at + together.queues).map((queue) => this.#throughOne(home, queue, sought)),
        );
      await this.#throughOne(partitions[keys.partitionOf(deadLetters)]!, deadLetters, sought);
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  async #filledBy(home: Partition, destination: string): Promise<string[]> {
    const bindings = this.#parts.keys.bindings(home.index);
    const [queues, patterns] = await home.call(({ commands: { redis } }) =>
      Promise.all([redis.smembers(`${bindings}\0${destination}`), redis.hgetall(`${bindings}\0patterns`)]),
    );
    for (const [queue, text] of Object.entries(patterns)) if (fits(text, destination)) queues.push(queue);
    return queues;
  }

  async #throughOne(partition: Partition, queue: string, sought: Sought): Promise<void> {
    const { keys, ahead, lost } = this.#parts;
    const named = [keys.queue(queue), keys.queues(partition.index).all];
    for (let ended = '0', begun = false; !begun || ended !== '0'; begun = true) {
      const args = [String(ahead()), queue, ended, ...sought.args];
      const reply = await partition.call(({ commands }) => commands.run(findCopiesScript, named, args));
      const [at, found, gone] = reply as [unknown, Buffer[], Buffer[]];
      ended = textOf(at);
      lost(gone);
      const changes = this.#changes(queue, found, sought);
      if (changes.length === 0) continue;
      const said = [String(ahead()), queue, sought.isOver ? '1' : '0', ...changes];
      lost(
        (await partition.call(({ commands }) => commands.run(changeCopiesScript, named, said))) as Buffer[],
      );
    }
  }

  /** Order, envelope and tombstone of each. */
  #changes(queue: string, found: readonly Buffer[], sought: Sought): (string | Buffer)[] {
    const changes: (string | Buffer)[] = [];
    for (let at = 0; at < found.length; at += 2) {
      const message = decodeKept(found[at + 1]!);
      sought.found(message.id);
      const tombstone = redactedCopy(message, queue === this.#parts.deadLetters);
      changes.push(textOf(found[at]), found[at + 1]!, encodeMessage(tombstone));
    }
    return changes;
  }
}

/** Whether a destination fits a pattern as who publishes reads it: separators, a blank, the pattern. */
function fits(text: string, destination: string): boolean {
  const blank = text.indexOf(' ');
  const separators = text.slice(0, blank) as Separator;
  return new PatternMatcher(text.slice(blank + 1), separators).matches(destination);
}
