// Presence: who is connected, who is in which room, and when somebody was last seen.
import { AllNodes } from './all-nodes.ts';
import type { LastSeen } from './last-seen.ts';
import { NodeTalk } from './node-talk.ts';
import { OwnSessions } from './own-sessions.ts';
import { RoomBoard, type RoomPresence } from './room-board.ts';
import { everywhere, guestKey, type Person, personOf, type Standing } from './standing.ts';

/** A user, wherever connected. */
export interface UserPresence extends Person {
  /** ISO 8601, UTC; of who is offline. */
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
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** Nobody is at a device from which nothing came for so many milliseconds; 0: that says nothing. */
  readonly awayAfter: number;
  /** When people were last there. */
  readonly seen: Pick<LastSeen, 'came' | 'went' | 'of'>;
  /** Tells the subscribers of this node. */
  readonly publish: (presence: RoomPresence) => void;
  /** Brings something to all other nodes. */
  readonly announce: (about: Readonly<Record<string, unknown>>) => void;
  /** Hears of everybody who came to, or went from, a place; `''`: the whole service. */
  readonly changed?: (place: string, key: string) => void;
  /** Another node died without a word; told on one of those that are left. */
  readonly lost?: () => void;
}

/** Between nodes changes are gathered for so many milliseconds. */
const betweenNodes = 50;

/** It is looked so often in the time after which nobody is at a device, and every so many milliseconds. */
const looksPerTime = 10;
const looksAtLeast = 30_000;

/** Who is where. */
export class Presence {
  /** The sessions of this node are told here. */
  readonly own: OwnSessions;
  readonly #parts: PresenceParts;
  readonly #nodes: AllNodes;
  readonly #board: RoomBoard;
  readonly #talk: NodeTalk;
  #looking: NodeJS.Timeout | undefined;

  constructor(parts: PresenceParts) {
    const { named, gather, publish, dies, now, announce, lost } = parts;
    this.#parts = parts;
    this.#nodes = new AllNodes((place, key) => this.#changed(place, key));
    this.#board = new RoomBoard({ nodes: this.#nodes, named, gather, publish });
    this.own = new OwnSessions((...saying) => {
      this.#note(...saying);
      this.#nodes.say(this.#talk.name, saying);
      this.#talk.changed(saying);
    }, now);
    const own = () => this.own.entries();
    const talk = { dies, now, announce, lost, beat: dies / 5, gather: Math.min(gather, betweenNodes) };
    this.#talk = new NodeTalk({ ...talk, nodes: this.#nodes, own });
  }

  start(): void {
    this.#talk.start();
    const { awayAfter, now } = this.#parts;
    if (awayAfter === 0) return;
    const every = Math.min(looksAtLeast, awayAfter / looksPerTime);
    this.#looking = setInterval(() => this.own.quiet(now() - awayAfter), every).unref();
  }

  stop(): void {
    clearInterval(this.#looking);
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
  async of(users: readonly string[]): Promise<UserPresence[]> {
    const keys = users.flatMap((user) => [user, guestKey(user)]);
    const seen = await this.#parts.seen.of(keys.filter((key) => this.standing(key) === 'offline'));
    return users.map((user) => this.#presenceOf(user, seen));
  }

  /** What a user, or a guest by {@link guestKey}, is in a room at this moment, or anywhere. */
  standing(key: string, roomId = everywhere): Standing {
    return this.#nodes.of(roomId, key);
  }

  #presenceOf(user: string, seen: ReadonlyMap<string, number>): UserPresence {
    const isKnown = (key: string): boolean => seen.has(key) || this.standing(key) !== 'offline';
    const guest = guestKey(user);
    const key = isKnown(user) || !isKnown(guest) ? user : guest;
    const person = personOf(key, this.standing(key));
    const at = seen.get(key);
    return at === undefined ? person : { ...person, lastSeen: new Date(at).toISOString() };
  }

  #changed(place: string, key: string): void {
    if (place !== everywhere && !place.startsWith('@')) this.#board.changed(place, key);
    this.#parts.changed?.(place, key);
  }

  #note(place: string, key: string, standing: Standing): void {
    if (place !== everywhere) return;
    if (standing === 'offline') this.#parts.seen.went(key);
    else this.#parts.seen.came(key);
  }
}
