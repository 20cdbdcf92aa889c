// The hot logs of a single node, in memory: positions, known keys, what is stored, within a bound of bytes.
import { Buffer } from 'node:buffer';
import type { Soon } from '../channel/channel.ts';
import { StompwireError } from '../errors.ts';
import type { Message } from '../message/message.ts';
import type { LogPolicy, Policies } from '../message/policies.ts';
import type { Position } from '../message/position.ts';
import type { LoggedMessage } from '../message/record.ts';
import { type Counter, type Metrics, noMetrics } from '../metrics/metrics.ts';
import { HotLog } from './hot-log.ts';
import { KnownKeys } from './known-keys.ts';
import type { Appended, Beginnings, LocalLog, LogReach, Recorder } from './log.ts';

/** What logs in memory stand on. */
export interface MemoryLogParts {
  readonly policies: Policies;
  readonly beginnings: Beginnings;
  /** Where records go; without it nothing is stored, and nothing waits for that. */
  readonly recorder?: Recorder | undefined;
  /** Whether what is recorded comes to disk. */
  readonly durable?: boolean;
  /** Bytes over all logs; what is not stored yet may be more, as much as its recorder takes. */
  readonly maxBytes?: number;
  /** Idempotency keys over all logs. */
  readonly maxKeys?: number;
  readonly metrics?: Metrics;
  /** Milliseconds since the epoch of Unix: the times of messages. It may jump. */
  readonly clock?: () => number;
  /** Milliseconds of a clock that only goes on: ages and windows. */
  readonly monotonic?: () => number;
}

/** For so long a log that holds nothing is kept all the same, in milliseconds. */
const idleTime = 60_000;

/** What waits until it is known where a log begins. */
interface Step {
  run(log: HotLog): void;
  reject(error: unknown): void;
}

/**
 * The readable reference of the log port. Nothing of an append is awaited but the begin of a log: then it is
 * in the log, recorded and delivered before the call returns.
 */
export class MemoryLog implements LocalLog {
  readonly durable: boolean;
  readonly #parts: MemoryLogParts;
  readonly #maxBytes: number;
  readonly #clock: () => number;
  readonly #monotonic: () => number;
  readonly #deliver: (message: LoggedMessage) => void;
  readonly #logs = new Map<string, HotLog>();
  readonly #beginning = new Map<string, Step[]>();
  readonly #keys: KnownKeys;
  readonly #appended: Counter;
  readonly #again: Counter;
  #bytes = 0;
  /** Above so many bytes room is made: higher than the bound while the last search for room found none. */
  #roomAt: number;
  #closed = false;

  /** @param deliver - brings a message to the subscribers */
  constructor(parts: MemoryLogParts, deliver: (message: LoggedMessage) => void) {
    const { metrics = noMetrics } = parts;
    this.durable = parts.durable ?? false;
    this.#parts = parts;
    this.#maxBytes = parts.maxBytes ?? 64 * 1024 * 1024;
    this.#roomAt = this.#maxBytes;
    this.#clock = parts.clock ?? Date.now;
    this.#monotonic = parts.monotonic ?? (() => performance.now());
    this.#deliver = deliver;
    this.#keys = new KnownKeys(parts.maxKeys ?? 100_000);
    this.#appended = metrics.counter('log_appended', 'Messages that were given a position');
    this.#again = metrics.counter('log_duplicates', 'Messages that came again under their idempotency key');
    metrics.gauge('hot_log_bytes', 'Bytes that the hot logs hold', () => this.#bytes);
    metrics.gauge('hot_logs', 'Destinations that have a hot log', () => this.#logs.size);
  }

  append(message: Message, policy: LogPolicy, key?: string): Soon<Appended> {
    if (this.#closed) throw closed();
    const log = this.#logs.get(message.destination);
    if (log !== undefined) return this.#append(log, message, message.body, policy, key);
    const known = this.#knownPlace(message.destination, key);
    if (known !== undefined) return known;
    const body = copyOf(message.body); // it waits, and a slice is good for this turn only
    return this.#withLog(message.destination, policy, (begun) =>
      this.#append(begun, message, body, policy, key),
    );
  }

  reach(destination: string): Soon<LogReach> {
    const policy = this.#parts.policies.of(destination);
    if (policy === undefined) return { top: { epoch: 0, seq: 0 }, oldest: 1 };
    return this.#withLog(destination, policy, (log) => {
      this.#trimByAge(log, policy);
      return log.reach;
    });
  }

  read(destination: string, after: Position, limit: number, maxBytes?: number): readonly LoggedMessage[] {
    const log = this.#logs.get(destination);
    return log === undefined || log.epoch !== after.epoch ? [] : log.read(after.seq, limit, maxBytes);
  }

  async stored(destination: string, { epoch, seq }: Position): Promise<void> {
    if (!this.durable)
      throw new StompwireError('not-stored', 'no history on disk: the message cannot be stored');
    if (this.#closed) throw closed();
    const log = this.#logs.get(destination);
    // an epoch that is over, and a log that was forgotten, have been stored
    if (log !== undefined && log.epoch === epoch) await log.whenStored(seq);
  }

  /** The history has all records of a destination up to a position. */
  readonly storedThrough = (destination: string, { epoch, seq }: Position): void => {
    const log = this.#logs.get(destination);
    if (log === undefined || log.epoch !== epoch) return;
    const { top } = log;
    log.advance(seq);
    if (log.holdsBack) for (let at = top + 1; at <= log.top; at++) this.#deliver(log.at(at)!);
    const policy = this.#parts.policies.of(destination);
    if (policy !== undefined) this.#trimByCount(log, policy);
    while (this.#bytes > this.#maxBytes && log.size > 0 && log.oldest <= log.stored)
      this.#bytes -= log.shift();
  };

  /** What an earlier run has stored under a key is known; of that run only the calendar tells when it was. */
  remember(destination: string, key: string, position: Position, time: number): void {
    const window = this.#parts.policies.of(destination)?.window ?? 0;
    const left = Math.min(window, time + window - this.#clock());
    if (left > 0) this.#keys.add(destination, key, position, this.#monotonic() + left);
  }

  async redact(destination: string, { epoch, seq }: Position): Promise<boolean> {
    if (this.#closed) throw closed();
    const log = this.#logs.get(destination);
    if (log === undefined || log.epoch !== epoch) return false;
    const isHere = log.at(seq) !== undefined;
    this.#bytes += log.redact(seq);
    await log.whenStored(Math.min(seq, log.seq));
    return isHere;
  }

  async clear(destination: string, { epoch, seq }: Position): Promise<void> {
    if (this.#closed) throw closed();
    const log = this.#logs.get(destination);
    if (log === undefined || log.epoch !== epoch) return;
    const last = Math.min(seq, log.seq);
    await log.whenStored(last);
    while (log.size > 0 && log.oldest <= last) this.#bytes -= log.shift();
  }

  /** Lets go of what is too old, and of logs that hold nothing: they begin again where they ended. */
  sweep(): void {
    const now = this.#monotonic();
    this.#keys.sweep(now);
    for (const log of this.#logs.values()) {
      const policy = this.#parts.policies.of(log.destination);
      if (policy !== undefined) this.#trimByAge(log, policy);
      if (log.idle && now - log.used >= idleTime) this.#logs.delete(log.destination);
    }
  }

  close(): void {
    this.#closed = true;
    for (const log of this.#logs.values()) log.giveUp(closed());
    for (const steps of this.#beginning.values()) for (const step of steps) step.reject(closed());
    this.#beginning.clear();
  }

  #append(log: HotLog, message: Message, body: Buffer, policy: LogPolicy, key: string | undefined): Appended {
    const again = this.#knownPlace(log.destination, key);
    if (again !== undefined) return again;
    const logged = log.next(message, body === message.body ? copyOf(body) : body, this.#clock());
    this.#record(logged, key);
    const now = this.#monotonic();
    this.#bytes += log.push(logged, now);
    log.used = now;
    if (this.#parts.recorder === undefined) log.stored = log.seq;
    if (key !== undefined) this.#keys.add(log.destination, key, logged.position, now + policy.window);
    this.#appended.add();
    this.#trimByCount(log, policy);
    if (this.#bytes > this.#roomAt) this.#makeRoom();
    if (!log.holdsBack || log.stored === log.seq) this.#deliver(logged);
    return { position: logged.position, again: false };
  }

  #knownPlace(destination: string, key: string | undefined): Appended | undefined {
    const position = key === undefined ? undefined : this.#keys.find(destination, key, this.#monotonic());
    if (position === undefined) return undefined;
    this.#again.add();
    return { position, again: true };
  }

  #record(message: LoggedMessage, key: string | undefined): void {
    const { recorder } = this.#parts;
    if (recorder === undefined) return;
    const { destination, time, sender, contentType, headers, body } = message;
    const { epoch, seq } = message.position;
    recorder.record({ destination, epoch, seq, time, sender, contentType, headers, body, key });
  }

  /** Does something with a log, now or once it is known where it begins; in the order of the calls. */
  #withLog<T>(destination: string, policy: LogPolicy, use: (log: HotLog) => T): Soon<T> {
    const log = this.#logs.get(destination);
    if (log !== undefined) return use(log);
    const waiting = this.#beginning.get(destination);
    if (waiting !== undefined) return queued(waiting, use);
    const begin = this.#parts.beginnings.of(destination, policy);
    if (!(begin instanceof Promise)) return use(this.#begun(destination, begin, policy));
    const steps: Step[] = [];
    this.#beginning.set(destination, steps);
    const done = queued(steps, use);
    begin.then(
      (position) => this.#goOn(destination, steps, this.#begun(destination, position, policy)),
      (error: unknown) => this.#refuse(destination, steps, error),
    );
    return done;
  }

  #begun(destination: string, begin: Position, policy: LogPolicy): HotLog {
    const kept = Buffer.from(destination).toString(); // no slice of the frame that brought it
    const log = new HotLog(kept, begin, policy.deliver === 'stored');
    log.used = this.#monotonic();
    if (!this.#closed) this.#logs.set(kept, log);
    return log;
  }

  #goOn(destination: string, steps: readonly Step[], log: HotLog): void {
    if (this.#closed) return;
    this.#beginning.delete(destination);
    for (const step of steps) step.run(log);
  }

  #refuse(destination: string, steps: readonly Step[], error: unknown): void {
    this.#beginning.delete(destination);
    for (const step of steps) step.reject(error);
  }

  /** What is not stored yet stays: it can be read nowhere else. */
  #trimByCount(log: HotLog, { count }: LogPolicy): void {
    while (log.size > count && log.oldest <= log.stored) this.#bytes -= log.shift();
  }

  #trimByAge(log: HotLog, { age }: LogPolicy): void {
    if (age === 0) return;
    const before = this.#monotonic() - age;
    while (log.size > 0 && log.oldest <= log.stored && log.cameAt(log.oldest) < before)
      this.#bytes -= log.shift();
  }

  /** Log after log gives up the older half of what is stored, and then stands behind the others. */
  #makeRoom(): void {
    for (let turns = this.#logs.size; turns > 0 && this.#bytes > this.#maxBytes; turns--) {
      const log = this.#logs.values().next().value!;
      for (let left = Math.ceil(log.size / 2); left > 0 && log.oldest <= log.stored; left--)
        this.#bytes -= log.shift();
      this.#logs.delete(log.destination);
      this.#logs.set(log.destination, log);
    }
    this.#roomAt = Math.max(this.#maxBytes, this.#bytes * 1.1);
  }
}

function queued<T>(steps: Step[], use: (log: HotLog) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const run = (log: HotLog): void => {
      try {
        resolve(use(log));
      } catch (error) {
        reject(error);
      }
    };
    steps.push({ run, reject });
  });
}

/** A slice would keep the whole read that brought it. */
function copyOf(body: Buffer): Buffer {
  return Buffer.from(body);
}

function closed(): StompwireError {
  return new StompwireError('relay-unavailable', 'the relay is closed');
}
