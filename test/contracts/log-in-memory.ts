// The log of a single node for the contract, with all that stands behind it in the test's hand.
import { StompwireError } from '../../src/errors.ts';
import { type LogPolicy, Policies } from '../../src/message/policies.ts';
import type { Position } from '../../src/message/position.ts';
import type { LogRecord } from '../../src/message/record.ts';
import type { Beginnings } from '../../src/relay/log.ts';
import { MemoryRelay } from '../../src/relay/memory.ts';
import type { MemoryLogParts } from '../../src/relay/memory-log.ts';
import type { LogNodes } from './relay-log.ts';

/** Where nothing was before. */
const anew: Beginnings = { of: () => ({ epoch: 7, seq: 0 }) };

/** One relay with logs. */
export class LogInMemory implements LogNodes {
  readonly records: LogRecord[] = [];
  readonly relay: MemoryRelay;
  /** How long it has been going on. */
  now = 1_000_000;
  /** How far the calendar has jumped. */
  jumped = 0;
  full = false;

  constructor(policies: readonly LogPolicy[], parts: Partial<MemoryLogParts> = {}) {
    const all = new Policies();
    for (const policy of policies) all.add(policy);
    const recorder = { record: (record: LogRecord) => this.#record(record) };
    this.relay = new MemoryRelay({
      policies: all,
      beginnings: anew,
      recorder,
      durable: true,
      clock: () => this.now + this.jumped,
      monotonic: () => this.now,
      ...parts,
    });
  }

  async node(): Promise<MemoryRelay> {
    return this.relay;
  }

  async recorded(): Promise<readonly LogRecord[]> {
    return this.records;
  }

  async confirm(destination: string, position: Position): Promise<void> {
    this.relay.log!.storedThrough(destination, position);
  }

  async fill(full: boolean): Promise<void> {
    this.full = full;
  }

  async pass(milliseconds: number): Promise<void> {
    this.now += milliseconds;
  }

  async close(): Promise<void> {}

  #record(record: LogRecord): void {
    if (this.full) throw new StompwireError('history-full');
    this.records.push(record);
  }
}
