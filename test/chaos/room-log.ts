// The log of a room, put together from what all clients heard of it and what the store holds.
import { grouped } from './grouped.ts';
import type { Fault, FaultKind, Kept, Seen, Terms, View } from './history.ts';

/** A position that somebody knows of. */
export interface Place {
  readonly epoch: number;
  readonly seq: number;
  readonly body: string;
  /** Which sending it comes from. */
  readonly text: string;
  /** How many known positions stand before it. */
  rank: number;
  heard: boolean;
  stored: boolean;
}

export type Tell = (kind: FaultKind, what: string) => void;

export const nameOf = ({ epoch, seq }: Pick<Place, 'epoch' | 'seq'>): string => `${epoch}-${seq}`;

/** The text of a message-id behind the hash of its destination. */
const idShape = /^([^.\s]+)\.(\d+)-(\d+)$/;

export class RoomLog {
  /** All places, in the order of the room. */
  readonly order: readonly Place[];
  readonly byText: ReadonlyMap<string, readonly Place[]>;
  readonly tell: Tell;
  readonly #places = new Map<string, Place>();
  readonly #byId = new Map<string, Place | undefined>();
  readonly #textOf: (body: string) => string;
  #hash: string | undefined;

  constructor(
    room: string,
    views: readonly View[],
    store: readonly Kept[],
    textOf: (body: string) => string,
    faults: Fault[],
  ) {
    this.tell = (kind, what) => faults.push({ kind, room, what });
    this.#textOf = textOf;
    for (const { client, seen } of views) for (const one of seen) this.#hear(client, one);
    for (const kept of store) this.#keep(kept);
    this.order = [...this.#places.values()].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq);
    for (const [rank, place] of this.order.entries()) place.rank = rank;
    this.byText = grouped(this.order, ({ text }) => text);
  }

  /** The hash that names the room in its message-ids. */
  get hash(): string | undefined {
    return this.#hash;
  }

  /** The place that a message-id names. */
  placeOf(id: string): Place | undefined {
    return this.#byId.get(id);
  }

  /** Whether a crash may have taken it: the end of an epoch that another one followed. */
  mayBeLost({ stored, epoch }: Place, { gaps }: Terms): boolean {
    return gaps === 'told' && !stored && epoch < this.order.at(-1)!.epoch;
  }

  #hear(client: string, one: Seen): void {
    if (one.kind !== 'message') return;
    const known = this.#byId.get(one.id);
    const place = known ?? this.#read(one.id, one.body);
    if (place === undefined) return;
    if (place.body !== one.body) this.#twoBodies(place, `client ${client}`, one.body);
    place.heard = true;
  }

  #read(id: string, body: string): Place | undefined {
    if (this.#byId.has(id)) return undefined;
    const [, hash, epoch, seq] = idShape.exec(id) ?? [];
    this.#hash ??= hash;
    const ours = hash !== undefined && hash === this.#hash;
    if (!ours) this.tell('foreign-id', `message-id ${id}`);
    const place = ours ? this.#at(Number(epoch), Number(seq), body) : undefined;
    this.#byId.set(id, place);
    return place;
  }

  #keep({ epoch, seq, body }: Kept): void {
    const place = this.#at(epoch, seq, body);
    if (place.body !== body) this.#twoBodies(place, 'the store', body);
    if (place.stored) this.tell('stored-twice', `position ${nameOf(place)}`);
    place.stored = true;
  }

  #at(epoch: number, seq: number, body: string): Place {
    const name = nameOf({ epoch, seq });
    const place = this.#places.get(name);
    if (place !== undefined) return place;
    const text = this.#textOf(body);
    const made: Place = { epoch, seq, body, text, rank: -1, heard: false, stored: false };
    this.#places.set(name, made);
    return made;
  }

  #twoBodies(place: Place, who: string, body: string): void {
    this.tell('two-bodies', `${nameOf(place)} is ${place.text} and for ${who} ${this.#textOf(body)}`);
  }
}
