// Presence: who is connected, who is in which room, and when somebody was last seen.
import { AllNodes } from './all-nodes.ts';
import { NodeTalk } from './node-talk.ts';
import { OwnSessions } from './own-sessions.ts';
import { RoomBoard, type RoomPresence } from './room-board.ts';
import { everywhere, guestKey, type Person, personOf, type Standing } from './standing.ts';

/** A user, wherever connected. */
export interface UserPresence extends Person {
  /** ISO 8601, UTC; of who is offline and went while this node was there. */
  readonly lastSeen?: string;
}

/** What presence stands on. */
export interface PresenceParts {
  /** In rooms of more people nobody is named. */
  readonly named: number;
  /** Changes are gathered for so many milliseconds before clients are told. */
  readonly gather: number;
  /** After so many milliseconds without a word a node counts as gone. */
  readonly dies: number;
  /** Milliseconds since the epoch of Unix. */
  readonly clock: () => number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** Tells the subscribers of this node. */
  readonly publish: (presence: RoomPresence) => void;
  /** Brings something to all other nodes. */
  readonly announce: (about: Readonly<Record<string, unknown>>) => void;
  /** Hears of everybody who came to, or went from, a place; `''`: the whole service. */
  readonly changed?: (place: string, key: string) => void;
  /** Another node died without a word; told on one of those that are left. */
  readonly lost?: () => void;
}

/** Of so many people who went it is known when. */
const remembered = 50_000;

/** Between nodes changes are gathered for so many milliseconds. */
const betweenNodes = 50;

/** Who is where. */
export class Presence {
  /** The sessions of this node are told here. */
  readonly own: OwnSessions;
  readonly #parts: PresenceParts;
  readonly #nodes: AllNodes;
  readonly #board: RoomBoard;
  readonly #talk: NodeTalk;
  /** When people went, those who went last at the end. */
  readonly #seen = new Map<string, number>();

  constructor(parts: PresenceParts) {
    const { named, gather, publish, dies, now, announce, lost } = parts;
    this.#parts = parts;
    this.#nodes = new AllNodes((place, key) => this.#changed(place, key));
    this.#board = new RoomBoard({ nodes: this.#nodes, named, gather, publish });
    this.own = new OwnSessions((...saying) => {
      this.#nodes.say(this.#talk.name, saying);
      this.#talk.changed(saying);
    });
    const own = () => this.own.entries();
    const talk = { dies, now, announce, lost, beat: dies / 5, gather: Math.min(gather, betweenNodes) };
    this.#talk = new NodeTalk({ ...talk, nodes: this.#nodes, own });
  }

  start(): void {
    this.#talk.start();
  }

  stop(): void {
    this.#talk.stop();
    this.#board.close();
  }

  /** Takes what another node announced. */
  take(about: Readonly<Record<string, unknown>>): void {
    this.#talk.take(about);
  }

  /** Who is in a room, as the subscribers of `/topic/chat-room/{roomId}/presence` on this node were told last. */
  room(roomId: string): RoomPresence {
    return this.#board.snapshot(roomId);
  }

  /** How many are connected to the service. */
  get count(): number {
    return this.#nodes.size(everywhere);
  }

  /** What users are, wherever they are connected; a guest counts where no user has the name. */
  of(users: readonly string[]): UserPresence[] {
    return users.map((user) => this.#presenceOf(user));
  }

  /** What a user, or a guest by {@link guestKey}, is in a room at this moment, or anywhere. */
  standing(key: string, roomId = everywhere): Standing {
    return this.#nodes.of(roomId, key);
  }

  #presenceOf(user: string): UserPresence {
    const guest = guestKey(user);
    const key = this.#isKnown(user) || !this.#isKnown(guest) ? user : guest;
    const person = personOf(key, this.standing(key));
    const seen = this.#seen.get(key);
    return seen === undefined ? person : { ...person, lastSeen: new Date(seen).toISOString() };
  }

  #isKnown(key: string): boolean {
    return this.#seen.has(key) || this.standing(key) !== 'offline';
  }

  #changed(place: string, key: string): void {
    if (place === everywhere) this.#note(key);
    else if (!place.startsWith('@')) this.#board.changed(place, key);
    this.#parts.changed?.(place, key);
  }

  #note(key: string): void {
    this.#seen.delete(key);
    if (this.standing(key) !== 'offline') return;
    this.#seen.set(key, this.#parts.clock());
    if (this.#seen.size > remembered) this.#seen.delete(this.#seen.keys().next().value!);
  }
}
