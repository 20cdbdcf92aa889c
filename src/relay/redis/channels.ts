// Which channels of one partition a node listens to, over connections that come and go.
import { type Connection, messageOf } from './connection.ts';
import { unavailable } from './lane.ts';

/** A channel that is wanted. */
interface Wanted {
  /** Whether this connection listens to it. */
  confirmed: boolean;
  /** Whether this connection was asked to. */
  asked: boolean;
  readonly waiting: Waiting[];
}

interface Waiting {
  readonly deadline: number;
  resolve(): void;
  reject(error: Error): void;
}

/** One command names so many channels. */
const together = 200;

/** Confirmed is what the server has confirmed on the connection that there is now. */
export class Channels {
  readonly #wanted = new Map<string, Wanted>();
  readonly #misled: (error: unknown) => void;
  readonly #hints: readonly string[];
  #connection: Connection | undefined;
  #asking = false;

  /**
   * @param misled - hears that the server is not the one that has this partition
   * @param hints - channels that any server of a cluster brings: what comes on them may be missed
   */
  constructor(misled: (error: unknown) => void, hints: readonly string[] = []) {
    this.#misled = misled;
    this.#hints = hints;
  }

  /** Whether all that is wanted is listened to. */
  get complete(): boolean {
    for (const { confirmed } of this.#wanted.values()) if (!confirmed) return false;
    return true;
  }

  has(channel: string): boolean {
    return this.#wanted.has(channel);
  }

  /** Listens; done when it does, rejects when it does not by the deadline. */
  want(channel: string, deadline = Number.POSITIVE_INFINITY): Promise<void> {
    let wanted = this.#wanted.get(channel);
    if (wanted?.confirmed) return Promise.resolve();
    if (wanted === undefined) {
      wanted = { confirmed: false, asked: false, waiting: [] };
      this.#wanted.set(channel, wanted);
    }
    const { waiting } = wanted;
    const done = new Promise<void>((resolve, reject) => waiting.push({ deadline, resolve, reject }));
    this.#askSoon();
    return done;
  }

  /** Listens no more. */
  drop(channel: string): void {
    const wanted = this.#wanted.get(channel);
    if (wanted === undefined) return;
    this.#wanted.delete(channel);
    for (const { resolve } of wanted.waiting) resolve();
    if (wanted.asked && this.#connection?.up === true)
      this.#connection.redis.sunsubscribe(channel).catch(() => {});
  }

  /** Goes on over a connection, which has just been made, or over none. */
  use(connection: Connection | undefined): void {
    this.leave();
    this.#connection = connection;
    if (connection?.up === true && this.#hints.length > 0)
      connection.redis.subscribe(...this.#hints).catch(() => {});
    this.#askSoon();
  }

  /** The connection is lost, or another one is used: it no longer counts. */
  leave(): void {
    if (this.#connection?.up === true) {
      const asked = [...this.#wanted].filter(([, wanted]) => wanted.asked).map(([channel]) => channel);
      if (asked.length > 0) this.#connection.redis.sunsubscribe(...asked).catch(() => {});
    }
    for (const wanted of this.#wanted.values()) wanted.confirmed = wanted.asked = false;
    this.#connection = undefined;
  }

  sweep(now: number): void {
    for (const { waiting } of this.#wanted.values()) {
      while (waiting.length > 0 && waiting[0]!.deadline <= now)
        waiting.shift()!.reject(unavailable('it is away'));
    }
  }

  close(): void {
    for (const { waiting } of this.#wanted.values())
      for (const { reject } of waiting.splice(0)) reject(unavailable('the relay is closed'));
    this.#wanted.clear();
    this.#connection = undefined;
  }

  /** What is wanted within one turn is asked for together. */
  #askSoon(): void {
    if (this.#asking) return;
    this.#asking = true;
    queueMicrotask(() => {
      this.#asking = false;
      this.#ask();
    });
  }

  #ask(): void {
    const connection = this.#connection;
    if (connection?.up !== true) return;
    const missing = [...this.#wanted].filter(([, { asked }]) => !asked);
    for (let at = 0; at < missing.length; at += together)
      void this.#askFor(connection, missing.slice(at, at + together));
  }

  async #askFor(connection: Connection, some: readonly (readonly [string, Wanted])[]): Promise<void> {
    for (const [, wanted] of some) wanted.asked = true;
    const { session } = connection;
    try {
      await connection.redis.ssubscribe(...some.map(([channel]) => channel));
      if (this.#connection === connection && connection.session === session && connection.up)
        for (const [, wanted] of some) confirm(wanted);
    } catch (error) {
      // a lost connection is made again, and everything asked for again then
      if (this.#connection !== connection || !connection.up || connection.session !== session) return;
      for (const [, wanted] of some) wanted.asked = false;
      if (/^MOVED|^CLUSTERDOWN/.test(messageOf(error))) this.#misled(error);
      else connection.reset(`it cannot listen: ${messageOf(error)}`);
    }
  }
}

function confirm(wanted: Wanted): void {
  wanted.confirmed = true;
  for (const { resolve } of wanted.waiting.splice(0)) resolve();
}
