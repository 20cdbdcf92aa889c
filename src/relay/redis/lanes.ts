// What one partition's primary is sent: a lane for each kind, in an order of its own.
import { type CommitKind, commitScript } from './commit-script.ts';
import type { Keys } from './keys.ts';
import { Lane, type LaneParts } from './lane.ts';
import type { Script } from './scripts.ts';
import { appendScript, publishScript } from './send-scripts.ts';

/** What the lanes of a partition stand on. */
export interface LanesParts extends Pick<LaneParts, 'run' | 'misled' | 'freed'> {
  readonly keys: Keys;
  /** Whether there is a history, and how many records may wait for it in one partition. */
  readonly history: boolean;
  readonly feedBound: number;
  /** How far the clock of the logs is ahead of that of Redis, in milliseconds. */
  readonly ahead: () => number;
  /** How the queues that topics fill are bounded, as the scripts read it. */
  readonly queueBounds: string;
  /** Under which name this node has what it was given of queues. */
  readonly holder: string;
  /** A channel's name in this database: channels know no databases. */
  readonly channel: (name: string) => string;
}

export class Lanes {
  /** What is appended to logs. */
  readonly log: Lane;
  /** What is published and kept in no log. */
  readonly plain: Lane;
  /** Transactions. */
  readonly commits: Lane;
  readonly #parts: LanesParts;
  readonly #all: Lane[] = [];

  constructor(partition: number, parts: LanesParts) {
    this.#parts = parts;
    const { keys, ahead, holder, queueBounds } = parts;
    const all = parts.channel(keys.all(partition));
    const filled = [keys.bindings(partition), keys.queues(partition).all];
    const logged = [keys.feed(partition), keys.stored(partition), all, ...filled];
    const feedBound = String(parts.history ? parts.feedBound : 0);
    const bounds = (): string[] => [String(ahead()), feedBound, queueBounds];
    this.log = this.open(appendScript, () => ({ keys: logged, args: bounds() }), 'log');
    const plain = (): string[] => [String(ahead()), queueBounds];
    this.plain = this.open(publishScript, () => ({ keys: [all, ...filled], args: plain() }), 'plain');
    this.commits = this.open(commitScript, () => ({ keys: logged, args: [...bounds(), holder] }));
  }

  /**
   * Another lane to the same primary.
   *
   * @param head - what stands before the keys and arguments of the messages
   * @param kind - what it brings, as a part of a transaction; none: that is no part of any
   */
  open(script: Script, head: LaneParts['head'], kind?: CommitKind): Lane {
    const { run, misled, freed } = this.#parts;
    const lane = new Lane({ script, kind, head, run, misled, freed });
    this.#all.push(lane);
    return lane;
  }

  /** Sends what waits. */
  flush(): void {
    for (const lane of this.#all) lane.flush();
  }

  /** Refuses what has waited too long. */
  sweep(now: number): void {
    for (const lane of this.#all) lane.sweep(now);
  }

  /** Done when all that waits now has been answered or refused. */
  async settled(): Promise<void> {
    await Promise.all(this.#all.map((lane) => lane.settled()));
  }

  /** Refuses what waits; done when what is under way has been answered, or is late. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map((lane) => lane.close()));
  }
}
