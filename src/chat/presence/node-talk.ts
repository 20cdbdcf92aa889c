// What nodes tell each other of who is where: changes in batches, signs of life, and all of it to who missed something.
import { randomUUID } from 'node:crypto';
import type { AllNodes, Saying } from './all-nodes.ts';
import type { Standing } from './standing.ts';

/** What talking stands on. */
export interface TalkParts {
  readonly nodes: Pick<AllNodes, 'say' | 'replace' | 'forget'>;
  /** All that this node knows of its own sessions. */
  readonly own: () => Iterable<Saying>;
  /** Brings something to all other nodes, in its order; may fail: what is missed is asked for. */
  readonly announce: (about: Readonly<Record<string, unknown>>) => void;
  /** Every so many milliseconds a node says that it is there. */
  readonly beat: number;
  /** After so many milliseconds without a word it is not. */
  readonly dies: number;
  /** Changes are gathered for so many milliseconds. */
  readonly gather: number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** A node died without a word; told on one of those that are left, as far as they know each other. */
  readonly lost?: (() => void) | undefined;
}

/** Another node. */
interface Peer {
  /** The number of the last batch that was taken. */
  seq: number;
  heard: number;
  asked: number;
  /** Parts of all that it knows, until they are complete. */
  parts: Saying[];
}

type Heard = Readonly<Record<string, unknown>>;

/** So many sayings travel together. */
const perBatch = 500;

const standings = ['offline', 'away', 'online'] as const;

/** The talk of one node with the others. Each batch has a number, so that what is missed shows. */
export class NodeTalk {
  /** Another one each time that a node starts. */
  readonly name = randomUUID().slice(0, 13);
  readonly #parts: TalkParts;
  readonly #peers = new Map<string, Peer>();
  readonly #pending = new Map<string, Saying>();
  #seq = 0;
  #told = Number.NEGATIVE_INFINITY;
  #telling: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #beating: NodeJS.Timeout | undefined;

  constructor(parts: TalkParts) {
    this.#parts = parts;
  }

  /** Says hello, and asks what the others know. */
  start(): void {
    this.#say({ ask: '*' });
    this.#beating = setInterval(() => this.#beat(), this.#parts.beat).unref();
  }

  /** Says goodbye: nobody has to miss this node. */
  stop(): void {
    for (const timer of [this.#telling, this.#gathering]) clearTimeout(timer);
    clearInterval(this.#beating);
    if (this.#beating !== undefined) this.#say({ bye: true });
    this.#beating = undefined;
  }

  /** Somebody of this node is something else. */
  changed(saying: Saying): void {
    this.#pending.set(`${saying[0]}/${saying[1]}`, saying);
    this.#gathering ??= setTimeout(() => this.#flush(), this.#parts.gather).unref();
  }

  /** Takes what another node says. */
  take(heard: Heard): void {
    const from = String(heard.from);
    if (from === this.name) return;
    if (heard.bye === true) return this.#lost(from);
    const peer = this.#peers.get(from) ?? { seq: 0, heard: 0, asked: Number.NEGATIVE_INFINITY, parts: [] };
    this.#peers.set(from, peer);
    peer.heard = this.#parts.now();
    if (heard.ask === '*' || heard.ask === this.name) this.#tellSoon();
    if (heard.whole !== undefined) this.#takeWhole(from, peer, heard);
    else this.#takeBatch(from, peer, heard);
  }

  #takeBatch(from: string, peer: Peer, heard: Heard): void {
    const seq = Number(heard.seq);
    const isNext = heard.batch !== undefined && seq === peer.seq + 1;
    if (isNext) {
      peer.seq = seq;
      for (const saying of readSayings(heard.batch)) this.#parts.nodes.say(from, saying);
    } else if (seq !== peer.seq) this.#ask(from, peer);
  }

  #takeWhole(from: string, peer: Peer, heard: Heard): void {
    const [part, of] = heard.whole as [number, number];
    if (part === 0) peer.parts = [];
    peer.parts.push(...readSayings(heard.sayings));
    if (part < of - 1) return;
    const sayings = peer.parts;
    peer.parts = [];
    // parts that were lost on the way: asked for once more
    if (sayings.length !== heard.size) return this.#ask(from, peer);
    peer.seq = Number(heard.seq);
    this.#parts.nodes.replace(from, sayings);
  }

  #ask(from: string, peer: Peer): void {
    const now = this.#parts.now();
    if (now - peer.asked < this.#parts.beat / 2) return;
    peer.asked = now;
    this.#say({ ask: from });
  }

  #flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const sayings = [...this.#pending.values()];
    this.#pending.clear();
    for (let at = 0; at < sayings.length; at += perBatch) {
      this.#seq++;
      this.#say({ batch: sayings.slice(at, at + perBatch).map(written) });
    }
  }

  /** Many may ask at once, of whom one answer is for all. */
  #tellSoon(): void {
    const { now, gather } = this.#parts;
    const pause = Math.max(gather, this.#told + 10 * gather - now());
    this.#telling ??= setTimeout(() => this.#tell(), pause).unref();
  }

  #tell(): void {
    this.#telling = undefined;
    this.#told = this.#parts.now();
    this.#flush();
    const sayings = Array.from(this.#parts.own(), written);
    const of = Math.max(1, Math.ceil(sayings.length / perBatch));
    for (let part = 0; part < of; part++) {
      const some = sayings.slice(part * perBatch, (part + 1) * perBatch);
      this.#say({ whole: [part, of], size: sayings.length, sayings: some });
    }
  }

  #beat(): void {
    const { now, dies } = this.#parts;
    this.#say({});
    const limit = now() - dies;
    const dead = [...this.#peers].filter(([, { heard }]) => heard < limit);
    for (const [name] of dead) this.#lost(name);
    if (dead.length > 0 && [...this.#peers.keys()].every((name) => this.name < name)) this.#parts.lost?.();
  }

  #lost(name: string): void {
    if (this.#peers.delete(name)) this.#parts.nodes.forget(name);
  }

  #say(about: Heard): void {
    this.#parts.announce({ from: this.name, seq: this.#seq, ...about });
  }
}

const written = ([place, key, standing]: Saying): unknown[] => [place, key, standings.indexOf(standing)];

function readSayings(sayings: unknown): Saying[] {
  return (sayings as [string, string, number][]).map(([place, key, code]) => [
    place,
    key,
    standings[code] ?? ('offline' satisfies Standing),
  ]);
}
