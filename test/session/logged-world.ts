// A world with one logged room: a test says what of it is written, lost on its way, late, or gone.
import type { Soon } from '../../src/channel/channel.ts';
import { MemoryStore } from '../../src/history/stores/memory.ts';
import type { Message } from '../../src/message/message.ts';
import { type LogPolicy, Policies } from '../../src/message/policies.ts';
import { destinationHash, messageIdOf, type Position } from '../../src/message/position.ts';
import type { LogRecord } from '../../src/message/record.ts';
import type { Log } from '../../src/relay/log.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import type { Deliver, Relay } from '../../src/relay/relay.ts';
import { type Client, type Heard, World, type WorldParts } from './world.ts';

export const room = '/topic/room/1';

/** The message-id of a place in the room. */
export const idOf = (seq: number, epoch = 1): string => messageIdOf(destinationHash(room), { epoch, seq });

/** What such a world may have of its own. */
export interface LoggedParts extends WorldParts {
  readonly policy?: Partial<LogPolicy>;
  readonly begin?: Position;
  readonly history?: MemoryStore;
  /** Called before the log answers: until it is done, the answer waits. */
  readonly pause?: () => Promise<void>;
}

/** A relay whose live messages a test can lose or keep back, and whose log takes its time. */
class Trouble implements Relay {
  readonly log: Log;
  /** Live messages do not arrive. */
  losing = false;
  /** Live messages wait, until they are let go. */
  late: Message[] | undefined;
  readonly #relay: MemoryRelay;
  #deliver: Deliver = () => {};

  constructor(relay: MemoryRelay, pause: LoggedParts['pause']) {
    const { log } = relay;
    this.#relay = relay;
    this.log = pause === undefined ? log! : slow(log!, pause);
  }

  start(deliver: Deliver): void {
    this.#deliver = deliver;
    this.#relay.start((message) => {
      if (this.losing && message.position !== undefined) return;
      if (this.late !== undefined) this.late.push(message);
      else deliver(message);
    });
  }

  arrive(many = Number.POSITIVE_INFINITY): void {
    for (const message of this.late?.splice(0, many) ?? []) this.#deliver(message);
  }

  publish(message: Message): void {
    this.#relay.publish(message);
  }

  interest(): void {}

  disinterest(): void {}

  close(): void {
    this.#relay.close();
  }
}

/** Answers are late twice: when they are given, and when they arrive. */
const slow = (log: Log, pause: () => Promise<void>): Log => {
  const late = async <T>(answer: () => Soon<T>): Promise<T> => {
    await pause();
    const given = await answer();
    await pause();
    return given;
  };
  return {
    durable: log.durable,
    append: (...given) => log.append(...given),
    stored: (...given) => log.stored(...given),
    redact: (...given) => log.redact(...given),
    clear: (...given) => log.clear(...given),
    reach: (destination) => late(() => log.reach(destination)),
    read: (...given) => late(() => log.read(...given)),
  };
};

export class LoggedWorld extends World {
  readonly history: MemoryStore;
  readonly trouble: Trouble;
  readonly #relay: MemoryRelay;
  readonly #waiting: LogRecord[];
  #said = 0;

  constructor({
    policy,
    begin = { epoch: 1, seq: 0 },
    history = new MemoryStore(),
    pause,
    ...parts
  }: LoggedParts = {}) {
    const policies = new Policies().add({ pattern: '/topic/room/*', ...policy });
    const waiting: LogRecord[] = [];
    const recorder = { record: (record: LogRecord) => void waiting.push(record) };
    const relay = new MemoryRelay({ policies, beginnings: { of: () => begin }, recorder });
    const trouble = new Trouble(relay, pause);
    void history.open(); // at once, in memory
    super({ ...parts, relay: trouble, policies, store: history });
    this.history = history;
    this.trouble = trouble;
    this.#relay = relay;
    this.#waiting = waiting;
  }

  /** Publishes messages whose bodies are their numbers. @returns how many */
  say(many = 1, bytes = 0): number {
    for (let i = 0; i < many; i++)
      void this.router.publisher.publish(room, String(++this.#said).padEnd(bytes, ' '));
    return many;
  }

  /** The writer comes by. */
  async written(many = this.#waiting.length): Promise<void> {
    const batch = this.#waiting.splice(0, many);
    await this.history.append(batch);
    const last = batch.at(-1);
    if (last !== undefined) this.#relay.log!.storedThrough(room, { epoch: last.epoch, seq: last.seq });
  }

  /** Somebody who listens to what goes wrong, and to nothing else yet. */
  async listener(headers: Record<string, string> = {}): Promise<Client> {
    const client = await this.connected(headers);
    client.say('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' });
    return client;
  }

  /** Somebody who resumes the room as subscription `s`. */
  async resuming(from: string, receipt = 'r'): Promise<Client> {
    const client = await this.listener();
    return client.say('SUBSCRIBE', { id: 's', destination: room, 'resume-from': from, receipt });
  }
}

/** Bodies of the MESSAGEs among frames; one behind which something may be missing has a `!`. */
export const bodiesOf = (frames: readonly Heard[]): string[] =>
  frames
    .filter(({ command }) => command === 'MESSAGE')
    .map(({ headers, body }) => `${headers.discontinuity === 'true' ? '!' : ''}${body.trim()}`);

export const numbers = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => String(from + i));
