// One logged room: a hot log in memory, a history behind it, and a test that says when what gets where.
import { Buffer } from 'node:buffer';
import type { HistoryQuery, HistoryStore } from '../../src/history/store.ts';
import { MemoryStore } from '../../src/history/stores/memory.ts';
import { Message } from '../../src/message/message.ts';
import { type LogPolicy, Policies } from '../../src/message/policies.ts';
import type { Position } from '../../src/message/position.ts';
import type { LoggedMessage, LogRecord } from '../../src/message/record.ts';
import { MemoryLog } from '../../src/relay/memory-log.ts';

export const room = '/topic/room/1';

/** What a test's room may have of its own. */
export interface RoomParts {
  /** How many messages the hot log keeps. */
  readonly count?: number;
  readonly policy?: Partial<LogPolicy>;
  /** No history at all. */
  readonly store?: false;
}

export class Room {
  readonly policies: Policies;
  readonly store: HistoryStore | undefined;
  /** What was asked of the history. */
  readonly finds: HistoryQuery[] = [];
  /** Hears what is delivered live. */
  readonly live: LoggedMessage[] = [];
  /** The log's calendar. */
  now = 1_000_000;
  log: MemoryLog;
  #waiting: LogRecord[] = [];
  #begin: Position = { epoch: 1, seq: 0 };
  #messages = 0;
  readonly #policy: LogPolicy;

  constructor({ count = 1000, policy = {}, store }: RoomParts = {}) {
    this.policies = new Policies().add({ pattern: '/topic/room/*', count, ...policy });
    this.#policy = this.policies.of(room)!;
    this.store = store === false ? undefined : watched(new MemoryStore(), this.finds);
    this.log = this.#newLog();
  }

  /** Appends messages whose bodies are their numbers; the history has them only when `written`. @returns how many */
  say(many = 1, bytes = 0): number {
    for (let i = 0; i < many; i++) {
      const body = Buffer.from(String(++this.#messages).padEnd(bytes, ' '));
      void this.log.append(new Message({ destination: room, body, id: 'none' }), this.#policy);
    }
    return many;
  }

  /** The writer comes by: all that waits, or some of it, is in the history. */
  async written(many = this.#waiting.length): Promise<void> {
    const batch = this.#waiting.splice(0, many);
    await this.store?.append(batch);
    const last = batch.at(-1);
    if (last !== undefined) this.log.storedThrough(last.destination, { epoch: last.epoch, seq: last.seq });
  }

  /** What is not written yet is lost, and another epoch begins. */
  crash(): void {
    this.#waiting = [];
    this.#begin = { epoch: this.#begin.epoch + 1, seq: 0 };
    this.log = this.#newLog();
  }

  /** All is written, and the next run goes on where this one ended. */
  async restart(): Promise<void> {
    await this.written();
    const { top } = await this.log.reach(room);
    this.#begin = top;
    this.log = this.#newLog();
  }

  #newLog(): MemoryLog {
    const { policies } = this;
    const recorder = { record: (record: LogRecord) => void this.#waiting.push(record) };
    const parts = {
      policies,
      beginnings: { of: () => this.#begin },
      clock: () => this.now,
      monotonic: () => this.now,
    };
    return new MemoryLog(this.store === undefined ? parts : { ...parts, recorder }, (message) =>
      this.live.push(message),
    );
  }
}

function watched(store: HistoryStore, finds: HistoryQuery[]): HistoryStore {
  void store.open(); // at once, in memory
  const find = store.find.bind(store);
  store.find = (query) => {
    finds.push(query);
    return find(query);
  };
  return store;
}
