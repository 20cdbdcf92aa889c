// What nodes say to each other: commands over the relay, at addresses that no client can name.
import { Buffer } from 'node:buffer';
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import { Message } from '../message/message.ts';
import type { Relay } from './relay.ts';

/** What a command is about. It travels as JSON; bytes and a content-type travel beside it, as they are. */
export interface Command {
  readonly about: Readonly<Record<string, unknown>>;
  readonly body?: Buffer;
  readonly contentType?: string | undefined;
  readonly headers?: readonly string[] | undefined;
}

/** Does what a command says. What it returns is the answer, where one is asked for. */
export type CommandHandler = (command: Command) => unknown;

/** Whoever begins with it is no destination, for those begin with a slash. */
const mark = '$';

const addressOf = (node: string): string => `${mark}node/${node}`;
const addressOfAll = `${mark}nodes`;

/** Whether a message is a command, and nothing for subscribers. */
export function isCommand({ address }: Message): boolean {
  return address.startsWith(mark);
}

interface Asked {
  readonly missing: Set<string>;
  readonly answers: unknown[];
  done(): void;
}

/**
 * The line from this node to the others. What one node says to another arrives in its order; an answer tells that
 * it was done. A node that dies answers nothing, so every question has its time.
 */
export class NodeLine {
  readonly #relay: Relay;
  readonly #node: string;
  readonly #handlers = new Map<string, CommandHandler>();
  readonly #asked = new Map<string, Asked>();
  #count = 0;

  constructor(relay: Relay, node: string) {
    this.#relay = relay;
    this.#node = node;
  }

  /** Begins to listen; the relay has been started. */
  async start(): Promise<void> {
    await Promise.all([addressOf(this.#node), addressOfAll].map((address) => this.#relay.interest(address)));
  }

  /** Says what a command does on this node. */
  on(name: string, handler: CommandHandler): void {
    this.#handlers.set(name, handler);
  }

  /** Says something to one node, and waits for no answer; done when the relay has it. */
  tell(node: string, name: string, command: Command): Soon<void> {
    return this.#say(addressOf(node), { name }, command);
  }

  /** Says something to all other nodes, and waits for no answer; done when the relay has it. */
  tellAll(name: string, command: Command): Soon<void> {
    return this.#say(addressOfAll, { name }, command);
  }

  /**
   * Asks all nodes, and waits for the answers of some.
   *
   * @throws {StompwireError} `relay-unavailable`: not all of them answered within so many milliseconds
   */
  async ask(name: string, command: Command, nodes: readonly string[], within: number): Promise<unknown[]> {
    const question = `${this.#node}-${(this.#count++).toString(36)}`;
    const answers: unknown[] = [];
    const missing = new Set(nodes);
    const answered = new Promise<void>((done) => this.#asked.set(question, { missing, answers, done }));
    const timer = setTimeout(() => this.#asked.get(question)?.done(), within);
    try {
      await this.#say(addressOfAll, { name, question }, command);
      if (missing.size > 0) await answered;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(question);
    }
    if (missing.size === 0) return answers;
    throw new StompwireError(
      'relay-unavailable',
      `${missing.size} of ${nodes.length} nodes did not answer within ${within} ms: ${[...missing].join(', ')}`,
    );
  }

  /** Takes a command that the relay has brought. What is none of ours is passed over: the relay may be shared. */
  readonly take = (message: Message): void => {
    const said = readSaid(message);
    if (said === undefined || said.from === this.#node) return;
    if (said.answers !== undefined) return this.#answered(said.answers, said.from, said.about);
    const handler = this.#handlers.get(said.name);
    if (handler !== undefined) void this.#obey(handler, message, said);
  };

  /** What a command does at once holds before what the relay brings next. */
  async #obey(handler: CommandHandler, message: Message, { from, question, about }: Said): Promise<void> {
    const { body, contentType, headers } = message;
    let answer: unknown;
    try {
      answer = await handler({ about, body, contentType, headers: headers.slice(2) });
    } catch {
      return; // who asked is told by our silence
    }
    if (question === undefined || answer === undefined) return;
    await Promise.resolve(
      this.#say(addressOf(from), { name: '', answers: question }, { about: { answer } }),
    ).catch(() => {});
  }

  #answered(question: string, from: string, { answer }: Said['about']): void {
    const asked = this.#asked.get(question);
    if (asked === undefined) return;
    asked.answers.push(answer);
    if (asked.missing.delete(from) && asked.missing.size === 0) asked.done();
  }

  #say(address: string, said: Omit<Said, 'from' | 'about'>, command: Command): Soon<void> {
    const { about, body = Buffer.alloc(0), contentType, headers = [] } = command;
    const line = JSON.stringify({ ...said, from: this.#node, about } satisfies Said);
    const id = `${this.#node}-c${(this.#count++).toString(36)}`;
    return this.#relay.publish(
      new Message({ destination: address, id, body, contentType, headers: ['command', line, ...headers] }),
    );
  }
}

/** A command on its way. */
interface Said {
  readonly name: string;
  readonly from: string;
  readonly question?: string;
  readonly answers?: string;
  readonly about: Readonly<Record<string, unknown>>;
}

function readSaid({ headers: [name, line] }: Message): Said | undefined {
  if (name !== 'command' || line === undefined) return undefined;
  try {
    const said = JSON.parse(line) as Said;
    return typeof said.from === 'string' && typeof said.about === 'object' ? said : undefined;
  } catch {
    return undefined;
  }
}
