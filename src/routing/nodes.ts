// What the nodes of a service say to each other for a program: announcements that reach all of them.
import type { Soon } from '../channel/channel.ts';
import type { NodeLine } from '../relay/node-line.ts';

/** Takes an announcement. It must not throw. */
export type AnnouncementListener = (about: Readonly<Record<string, unknown>>) => void;

/**
 * The nodes of a service, this one among them. No client hears an announcement or can make one. One that is made while
 * a node is away from the others does not reach it: a program that keeps something by it keeps it for a while only, or
 * looks again when the node is back.
 *
 * @example
 * ```ts
 * import { createServer } from 'stompwire';
 *
 * const server = createServer({ port: 0, stompPort: 'off', logLevel: 'silent' });
 * server.nodes.on('prices.changed', ({ of }) => console.log('forget what was known of', of));
 * server.nodes.onReturn(() => console.log('forget everything'));
 * await server.start();
 * await server.nodes.announce('prices.changed', { of: 'tea' });
 * await server.close();
 * ```
 */
export class Nodes {
  readonly #listeners = new Map<string, AnnouncementListener>();
  readonly #failed: (error: unknown, name: string) => void;
  readonly #returning: (() => void)[] = [];
  #line: NodeLine | undefined;

  /** @param failed - hears of listeners that throw */
  constructor(failed: (error: unknown, name: string) => void) {
    this.#failed = failed;
  }

  /**
   * Says who takes announcements of a name; before `start` or after it.
   *
   * @param name - one of the program's own, which every node uses
   * @throws {Error} when the name has its listener already
   */
  on(name: string, listener: AnnouncementListener): this {
    if (this.#listeners.has(name)) throw new Error(`announcements '${name}' have their listener already`);
    this.#listeners.set(name, listener);
    this.#line?.on(lineName(name), ({ about }) => this.#tell(name, about));
    return this;
  }

  /**
   * Announces something to every node. This one has heard it before the call returns; it is done when the relay has it.
   *
   * @param about - small JSON
   * @throws {StompwireError} `relay-unavailable`
   * @throws {Error} before `start`
   */
  announce(name: string, about: Readonly<Record<string, unknown>>): Soon<void> {
    if (this.#line === undefined) throw new Error('announce() before start(): there are no nodes yet');
    this.#tell(name, about);
    return this.#line.tellAll(lineName(name), { about });
  }

  /** Adds a listener that hears that this node was away from the others, and is back: it may have missed something. */
  onReturn(listener: () => void): this {
    this.#returning.push(listener);
    return this;
  }

  /** This node was away, and is back. */
  returned(): void {
    for (const listener of this.#returning) this.#try(listener, 'return');
  }

  /** Has a line to the others. */
  join(line: NodeLine): void {
    this.#line = line;
    for (const name of this.#listeners.keys())
      line.on(lineName(name), ({ about }) => this.#tell(name, about));
  }

  #tell(name: string, about: Readonly<Record<string, unknown>>): void {
    this.#try(() => this.#listeners.get(name)?.(about), name);
  }

  #try(told: () => void, name: string): void {
    try {
      told();
    } catch (error) {
      this.#failed(error, name);
    }
  }
}

/** Apart from what the server itself says. */
const lineName = (name: string): string => `program:${name}`;
