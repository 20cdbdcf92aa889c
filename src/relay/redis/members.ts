// Which users are connected where, kept in Redis by all nodes: each says whom it has, and that it is alive.
import { Buffer } from 'node:buffer';
import type { StompwireError } from '../../errors.ts';
import type { Member, Members, Presence, PresenceListener } from '../members.ts';
import type { QuotaShare, Quotas } from '../quotas.ts';
import { textOf } from './connection.ts';
import type { Keys } from './keys.ts';
import { type Lane, type ParcelParts, unavailable } from './lane.ts';
import { memberScript } from './member-script.ts';
import type { Partition } from './partition.ts';

/** What the members stand on. */
export interface RedisMembersParts {
  readonly keys: Keys;
  readonly partitions: readonly Partition[];
  /** Names this node. */
  readonly node: string;
  /** After how many milliseconds without a sign of life a node's users are gone. */
  readonly timeout: number;
  readonly send: (partition: Partition, lane: Lane, parcel: ParcelParts) => Promise<unknown>;
}

/** A node that has missed this many signs of life, and then another one at which somebody looks, is dead. */
const beatsToLive = 4;

/** For how long a sign of life counts, so that a dead node is missed, and its users are told of, within the time-out. */
export function spanOf(timeout: number): number {
  return Math.round((timeout * beatsToLive) / (beatsToLive + 1));
}

/** See {@link Members} and {@link Quotas}. What Redis does stands in `member-script.ts`. */
export class RedisMembers implements Members, Presence, Quotas {
  readonly node: string;
  readonly #parts: RedisMembersParts;
  readonly #shares: readonly Share[];
  readonly #listeners: PresenceListener[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: RedisMembersParts) {
    this.#parts = parts;
    this.node = parts.node;
    this.#shares = parts.partitions.map((partition) => new Share(partition, parts));
  }

  /** Why others may not see whom this node has; `undefined`: they do. */
  get trouble(): string | undefined {
    return this.#shares.find(({ trouble }) => trouble !== undefined)?.trouble;
  }

  start(): void {
    this.#beat();
  }

  /** A primary can be reached again: what it does not know is said at once. */
  up(partition: Partition): void {
    if (this.#timer !== undefined) this.#shares[partition.index]!.beat();
  }

  async join(user: string, session: string, limit: number): Promise<boolean> {
    return this.#shareOf(user).join(user, session, limit);
  }

  async leave(user: string, session: string): Promise<void> {
    await this.#shareOf(user).leave(user, session);
  }

  async claimShare(user: string, limit: number, wanted: number): Promise<QuotaShare> {
    return this.#shareOf(user).claim(user, limit, wanted);
  }

  async keepShare(user: string, count: number): Promise<void> {
    await this.#shareOf(user).keep(user, count);
  }

  async sessionsOf(user: string): Promise<readonly Member[]> {
    const words = wordsOf(await this.#shareOf(user).ask('of', user));
    return words.flatMap((session, at) => (at % 2 === 0 ? [{ session, node: words[at + 1]! }] : []));
  }

  /** Each node that is alive says so in the first partition; in others only where it has users, or listens. */
  async nodes(): Promise<readonly string[]> {
    return wordsOf(await this.#shares[0]!.ask('nodes'));
  }

  async count(): Promise<number> {
    const counts = await Promise.all(this.#shares.map((share) => share.ask('count')));
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  async page(after: string, limit: number): Promise<readonly string[]> {
    const pages = await Promise.all(this.#shares.map((share) => share.ask('page', after, String(limit))));
    return (pages as Buffer[][]).flat().sort(Buffer.compare).slice(0, limit).map(textOf);
  }

  async watch(listener: PresenceListener): Promise<void> {
    this.#listeners.push(listener);
    if (this.#listeners.length > 1) return;
    const { keys, partitions } = this.#parts;
    const heard = (change: Buffer): void => this.#heard(change);
    await Promise.all(partitions.map((partition) => partition.hear(keys.presence(partition.index), heard)));
  }

  /** Takes this node out: nobody has to wait until it is missed. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listeners.length = 0;
    await Promise.all(this.#shares.map((share) => share.close()));
  }

  #heard(change: Buffer): void {
    const user = change.toString('utf8', 1);
    for (const listener of this.#listeners) listener(user, change[0] === 0x2b);
  }

  #beat(): void {
    const watching = this.#listeners.length > 0;
    for (const share of this.#shares) if (watching || share.matters) share.beat();
    const every = this.#parts.timeout / (beatsToLive + 1);
    this.#timer = setTimeout(() => this.#beat(), every * (0.8 + Math.random() * 0.2)).unref();
  }

  #shareOf(user: string): Share {
    return this.#shares[this.#parts.keys.partitionOf(user)]!;
  }
}

/** The users of one partition, as far as they are on this node. */
class Share {
  readonly #partition: Partition;
  readonly #parts: RedisMembersParts;
  readonly #lane: Lane;
  /** Session to user. */
  readonly #own = new Map<string, string>();
  /** By user: what of its quota this node has, as Redis said last. */
  readonly #quotas = new Map<string, number>();
  /** How much Redis has done for this node here, if it has lost nothing. */
  #mark = 0;
  /** Whether Redis may know otherwise. */
  #doubtful = false;
  #asking = false;
  #trouble: string | undefined;

  constructor(partition: Partition, parts: RedisMembersParts) {
    this.#partition = partition;
    this.#parts = parts;
    const { keys, node, timeout } = parts;
    const channel = partition.named(keys.presence(partition.index));
    const span = String(spanOf(timeout));
    this.#lane = partition.lane(memberScript, () => ({
      keys: [...keys.members(partition.index), channel],
      args: [node, span],
    }));
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Whether others would miss something without this node's signs of life, or be told of it for too long. */
  get matters(): boolean {
    return this.#partition.index === 0 || this.#own.size > 0 || this.#doubtful;
  }

  async join(user: string, session: string, limit: number): Promise<boolean> {
    this.#own.set(session, user);
    const letIn = (await this.#change('join', user, session, String(limit))) === 1;
    if (letIn) return true;
    this.#own.delete(session);
    this.#doubtful ||= this.#asking; // what is being said anew may name it
    return false;
  }

  async leave(user: string, session: string): Promise<void> {
    if (this.#own.delete(session)) await this.#change('leave', user, session);
  }

  async claim(user: string, limit: number, wanted: number): Promise<QuotaShare> {
    const [given, ...others] = (await this.#change(
      'claim',
      user,
      String(limit),
      String(wanted),
    )) as unknown[];
    const count = Number(given);
    if (count > 0) this.#quotas.set(user, count);
    this.#doubtful ||= this.#asking; // what is being said anew may have been without it
    return { count, others: wordsOf(others) };
  }

  async keep(user: string, count: number): Promise<void> {
    if (count > 0) this.#quotas.set(user, count);
    try {
      await this.#change('keep', user, String(count));
    } finally {
      if (count === 0) this.#quotas.delete(user); // not before: a claim may have been under way
    }
  }

  /** Says that this node is alive, and whom it has where that may not be known. */
  beat(): void {
    if (this.#asking || !this.#reachable) return;
    this.#asking = true;
    const mark = this.#mark;
    const said = this.#doubtful ? this.#anew() : this.ask('beat', String(mark)).then((known) => known === 1);
    said.then(
      (known) => this.#beaten(known),
      (error: StompwireError) => this.#lost(error),
    );
  }

  /** Asks in the order of all that was asked before. */
  ask(kind: string, ...words: readonly string[]): Promise<unknown> {
    if (!this.#reachable) return Promise.reject(unavailable('it is away'));
    const args = [kind, words[0] ?? '', words[1] ?? '', words[2] ?? ''];
    return this.#parts.send(this.#partition, this.#lane, { keys: [], args, bytes: sizeOf(args) });
  }

  async close(): Promise<void> {
    this.#own.clear();
    await this.ask('gone').catch(() => {}); // it is missed soon
  }

  get #reachable(): boolean {
    return this.#partition.link?.commands.up === true;
  }

  async #change(kind: string, ...words: readonly string[]): Promise<unknown> {
    this.#mark++;
    try {
      return await this.ask(kind, ...words);
    } catch (error) {
      this.#doubtful = true;
      throw error;
    }
  }

  async #anew(): Promise<boolean> {
    this.#doubtful = false;
    this.#mark = 1;
    const words = Array.from(this.#own, ([session, user]) => `${user}\0${session}`);
    const quotas = Array.from(this.#quotas, ([user, count]) => `${user}\0${count}`);
    await this.ask('anew', words.join('\0'), quotas.join('\0'));
    return true;
  }

  #beaten(known: boolean): void {
    this.#asking = false;
    this.#trouble = undefined;
    if (known) return;
    this.#doubtful = true;
    this.beat();
  }

  #lost(error: StompwireError): void {
    this.#asking = false;
    this.#doubtful = true;
    this.#trouble = `other nodes may not know the users of this one: ${error.message}`;
  }
}

const sizeOf = (words: readonly string[]): number => words.reduce((sum, { length }) => sum + length, 50);

const wordsOf = (answer: unknown): string[] => (answer as unknown[]).map(textOf);
