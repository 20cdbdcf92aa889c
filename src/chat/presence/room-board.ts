// What the clients of this node are told of who is in a room: changes in batches, each with a version that follows the last.
import type { AllNodes } from './all-nodes.ts';
import { type Person, personOf, type Standing } from './standing.ts';

/**
 * Who is in a room. With `people` or with neither list it stands for itself; with `changes` it goes onto the one whose
 * version is `since`.
 */
export interface RoomPresence {
  readonly roomId: string;
  /** Grows with every message of this node. */
  readonly version: number;
  /** How many people are in the room. */
  readonly count: number;
  /** Everybody; none: there are too many to be named. */
  readonly people?: readonly Person[];
  readonly since?: number;
  /** Who is something else than before; `offline`: not in the room. */
  readonly changes?: readonly Person[];
}

/** What a board stands on. */
export interface BoardParts {
  readonly nodes: Pick<AllNodes, 'of' | 'size' | 'keys'>;
  /** In rooms of more people nobody is named: that would be traffic of their square. */
  readonly named: number;
  /** Changes are gathered for so many milliseconds, in large rooms longer. */
  readonly gather: number;
  /** Tells the subscribers of this node. */
  readonly publish: (presence: RoomPresence) => void;
}

/** What was told of a room last. */
interface Told {
  presence: RoomPresence | undefined;
  count: number;
  /** None: nobody is named. */
  people: Map<string, Standing> | undefined;
  /** Who may have changed; none: nobody is named anyway. */
  dirty: Set<string> | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** So many deliveries of a room's presence in a millisecond are enough. */
const deliveriesPerMillisecond = 10;

/** Once nobody was named, a room has to shrink to this part of the limit before somebody is again. */
const shrinks = 0.9;

/** The rooms of a node. */
export class RoomBoard {
  readonly #parts: BoardParts;
  readonly #rooms = new Map<string, Told>();
  #version = 0;
  #closed = false;

  constructor(parts: BoardParts) {
    this.#parts = parts;
  }

  /** What was told last: the next message goes onto it. */
  snapshot(roomId: string): RoomPresence {
    const told = this.#rooms.get(roomId);
    if (told === undefined) return { roomId, version: this.#version, count: 0, people: [] };
    const { presence } = told;
    if (presence?.changes === undefined && presence !== undefined) return presence;
    const { version } = presence ?? { version: this.#version };
    const snapshot = { roomId, version, count: told.count, people: peopleIn(told.people ?? []) };
    if (presence !== undefined) told.presence = snapshot;
    return snapshot;
  }

  /** Somebody is something else in a room. */
  changed(roomId: string, key: string): void {
    if (this.#closed) return;
    const told = this.#rooms.get(roomId) ?? this.#begun(roomId);
    told.dirty?.add(key);
    told.timer ??= setTimeout(() => this.#flush(roomId, told), this.#pause(roomId)).unref();
  }

  /** Tells nothing more. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#rooms.values()) clearTimeout(timer);
    this.#rooms.clear();
  }

  /** The larger a room, the rarer the news of it: the deliveries in a second are bounded. */
  #pause(roomId: string): number {
    const { nodes, gather } = this.#parts;
    return Math.max(gather, nodes.size(roomId) / deliveriesPerMillisecond);
  }

  #begun(roomId: string): Told {
    const told: Told = {
      presence: undefined,
      count: 0,
      people: new Map(),
      dirty: new Set(),
      timer: undefined,
    };
    this.#rooms.set(roomId, told);
    return told;
  }

  #flush(roomId: string, told: Told): void {
    told.timer = undefined;
    const count = this.#parts.nodes.size(roomId);
    const presence = this.#news(roomId, told, count);
    told.count = count;
    if (presence !== undefined) {
      this.#version = presence.version;
      told.presence = presence;
      this.#parts.publish(presence);
    }
    // the next message of a room that was empty names everybody anew
    if (count === 0) this.#rooms.delete(roomId);
  }

  #news(roomId: string, told: Told, count: number): RoomPresence | undefined {
    const { named } = this.#parts;
    const head = { roomId, version: this.#version + 1, count };
    const wasNaming = told.people !== undefined;
    if (count > (wasNaming ? named : named * shrinks)) {
      told.people = undefined;
      told.dirty = undefined;
      return wasNaming || count !== told.count ? head : undefined;
    }
    const changes = wasNaming ? this.#changes(roomId, told.people!, told.dirty!) : [];
    if (!wasNaming) told.people = this.#everybody(roomId);
    told.dirty = new Set();
    if (!wasNaming || told.presence === undefined)
      return wasNaming && changes.length === 0 ? undefined : { ...head, people: peopleIn(told.people!) };
    return changes.length === 0 ? undefined : { ...head, since: told.presence.version, changes };
  }

  /** Brings what was told up to date. @returns what is new in it */
  #changes(roomId: string, people: Map<string, Standing>, dirty: ReadonlySet<string>): Person[] {
    const changes: Person[] = [];
    for (const key of dirty) {
      const now = this.#parts.nodes.of(roomId, key);
      if (now === (people.get(key) ?? 'offline')) continue;
      if (now === 'offline') people.delete(key);
      else people.set(key, now);
      changes.push(personOf(key, now));
    }
    return changes;
  }

  #everybody(roomId: string): Map<string, Standing> {
    const { nodes } = this.#parts;
    return new Map(Array.from(nodes.keys(roomId), (key) => [key, nodes.of(roomId, key)]));
  }
}

const peopleIn = (people: Iterable<readonly [string, Standing]>): Person[] =>
  Array.from(people, ([key, standing]) => personOf(key, standing));
