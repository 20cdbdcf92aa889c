// Looks after a partition, or all of one server: each second it asks where logs stand, and whether what is sent comes back.
import type { Buffer } from 'node:buffer';
import type { Position } from '../../message/position.ts';
import { textOf } from './connection.ts';
import type { Link } from './link.ts';
import type { Tail } from './tail.ts';
import { watchScript } from './watch-script.ts';

/** One look: the answer, and the sign of life that was published with it, come over different connections. */
interface Look {
  readonly tails: readonly Tail[];
  readonly link: Link;
  readonly sessions: string;
  answer: readonly string[] | undefined;
  answered: number;
  heard: boolean;
}

/** So many logs are asked for in one call. */
const together = 1000;

/** A sign of life that is not heard for so long after it was published says that the connection is deaf. */
const deafAfter = 2500;

/** What a watch needs to know of its partition. */
export interface WatchParts {
  readonly link: () => Link | undefined;
  readonly tails: () => Iterable<Tail>;
  /** The keys of a call, and what it is to be told, for these tails. */
  readonly call: (tails: readonly Tail[]) => { keys: readonly string[]; args: readonly string[] };
  readonly clock: () => number;
}

/** What was published before a sign of life has come before it, or is lost: only then tails hear where they stand. */
export class Watch {
  readonly #parts: WatchParts;
  readonly #looks = new Map<string, Look>();
  #count = 0;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Looks at all tails of its partition, or at these, which come over the same connections. */
  look(of: Iterable<Tail> = this.#parts.tails()): void {
    const link = this.#parts.link();
    if (link === undefined || !link.commands.up || !link.subscriber.up) return;
    this.#listens();
    const tails = [...of];
    for (let at = 0; at === 0 || at < tails.length; at += together)
      this.#ask(link, tails.slice(at, at + together));
  }

  /** A sign of life has come. */
  heard(sign: Buffer): void {
    const token = sign.toString('latin1');
    const look = this.#looks.get(token);
    if (look === undefined) return;
    look.heard = true;
    this.#compare(token, look);
  }

  /** A connection was lost: what was asked over it counts no more. */
  interrupted(): void {
    this.#looks.clear();
  }

  #ask(link: Link, tails: readonly Tail[]): void {
    const token = String(this.#count++);
    const look: Look = {
      tails,
      link,
      sessions: sessionsOf(link),
      answer: undefined,
      answered: 0,
      heard: false,
    };
    this.#looks.set(token, look);
    const { keys, args } = this.#parts.call(tails);
    link.commands.run(watchScript, keys, [token, ...args]).then(
      (reply) => {
        look.answer = (reply as unknown[]).map(textOf);
        look.answered = this.#parts.clock();
        this.#compare(token, look);
      },
      () => this.#looks.delete(token),
    );
  }

  #compare(token: string, { tails, link, sessions, answer, heard }: Look): void {
    if (answer === undefined || !heard || !this.#looks.delete(token)) return;
    if (sessions !== sessionsOf(link)) return;
    const [fence = '', ...tops] = answer;
    tails.forEach((tail, at) => {
      tail.stands(positionOf(tops[at] ?? ''), fence, sessions);
    });
  }

  #listens(): void {
    const now = this.#parts.clock();
    for (const { link, answer, answered, heard } of this.#looks.values()) {
      if (answer === undefined || heard || now - answered < deafAfter) continue;
      link.subscriber.reset('it is published to, and nothing comes');
      return;
    }
  }
}

/** Names the connections of a link as they are now: others come with another name. */
export const sessionsOf = ({ name, commands, subscriber }: Link): string =>
  `${name} ${commands.session} ${subscriber.session}`;

function positionOf(text: string): Position | undefined {
  const at = text.indexOf('-');
  return at < 0 ? undefined : { epoch: Number(text.slice(0, at)), seq: Number(text.slice(at + 1)) };
}
