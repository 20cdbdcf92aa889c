// The logs of a Redis relay: appending, how far they reach, reading, and who waits for replicas or the history.
import type { Buffer } from 'node:buffer';
import { StompwireError } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import type { LogPolicy } from '../../message/policies.ts';
import { destinationHash, type Position } from '../../message/position.ts';
import type { LoggedMessage } from '../../message/record.ts';
import { type Appended, type Log, type LogReach, MessageLost, type Redacted } from '../log.ts';
import { clearScript } from './clear-script.ts';
import { textOf } from './connection.ts';
import { keptTerms } from './kept-message.ts';
import type { Keys } from './keys.ts';
import { asUnavailable, unavailable } from './lane.ts';
import { reachScript } from './log-scripts.ts';
import type { Partition } from './partition.ts';
import { encodeExtra, encodeForLog, encodeTombstone, loggedMessage } from './payload.ts';
import { redactScript } from './redaction-script.ts';
import { callOn } from './unreplicated.ts';

/** What the logs stand on. */
export interface LogsParts {
  readonly keys: Keys;
  readonly history: boolean;
  readonly policyOf: (destination: string) => LogPolicy | undefined;
  readonly ahead: () => number;
  /** Hears why, and what, queues that topics fill have lost. */
  readonly lost: (lost: readonly Buffer[]) => void;
  readonly partitionOf: (destination: string) => Partition;
  /** Hands a message to Redis. */
  readonly send: (
    partition: Partition,
    parcel: { keys: readonly string[]; args: readonly (string | Buffer)[]; bytes: number },
  ) => Promise<unknown>;
}

/** See {@link Log}; all of it is with Redis. */
export class RedisLogs implements Log {
  readonly durable: boolean;
  readonly #parts: LogsParts;
  #outdated: (redacted?: Redacted) => void = () => {};

  constructor(parts: LogsParts) {
    this.#parts = parts;
    this.durable = parts.history;
  }

  async append(message: Message, policy: LogPolicy, key?: string): Promise<Appended> {
    const { keys, ahead, partitionOf } = this.#parts;
    const { destination } = message;
    const envelope = encodeForLog(message, Date.now() + ahead(), key);
    const top = keys.top(destination);
    const partition = partitionOf(destination);
    const answer = await this.#parts.send(partition, {
      keys: [
        keys.log(destination),
        top,
        key === undefined ? top : keys.key(destination, key),
        partition.channelOf(destination),
      ],
      args: [
        destination,
        envelope,
        encodeExtra(message),
        key === undefined ? '0' : '1',
        String(policy.count),
        String(policy.age),
        String(policy.window),
        this.#held(policy),
        String(partition.epochAfter(destination)),
        keptTerms(message),
      ],
      bytes: envelope.length + 200,
    });
    return appendedOf(answer, destination, this.#parts.lost);
  }

  async reach(destination: string): Promise<LogReach> {
    const policy = this.#parts.policyOf(destination);
    if (policy === undefined) return { top: { epoch: 0, seq: 0 }, oldest: 1 };
    const { keys, ahead, history, partitionOf } = this.#parts;
    const partition = partitionOf(destination);
    const of = [
      keys.log(destination),
      keys.top(destination),
      keys.stored(partition.index),
      keys.redacted(destination),
    ];
    const args = [
      String(ahead()),
      destination,
      String(policy.age),
      history ? '1' : '0',
      this.#held(policy),
      String(partition.epochAfter(destination)),
    ];
    const reply = await asked(partition.call(({ commands }) => callOn(commands, reachScript, of, args)));
    const [epoch, seq, oldest, ended = ''] = (reply as unknown[]).map(textOf);
    const top = { epoch: Number(epoch), seq: Number(seq) };
    return { top, oldest: Number(oldest), ended: endsOf(ended) };
  }

  async read(
    destination: string,
    after: Position,
    limit: number,
    maxBytes = Number.POSITIVE_INFINITY,
  ): Promise<readonly LoggedMessage[]> {
    const found: LoggedMessage[] = [];
    let bytes = 0;
    // an entry has more bytes than its body: a page that was cut may have room
    for (let more = true; more && found.length < limit && bytes < maxBytes; ) {
      const at = { epoch: after.epoch, seq: after.seq + found.length };
      const page = await this.#read(destination, at, limit - found.length, maxBytes - bytes);
      for (const message of page.messages) {
        found.push(message);
        bytes += message.body.length;
      }
      more = page.messages.length > 0 && at.seq + page.messages.length < page.top;
    }
    return found;
  }

  async #read(
    destination: string,
    after: Position,
    limit: number,
    maxBytes: number,
  ): Promise<{ readonly messages: readonly LoggedMessage[]; readonly top: number }> {
    const most = Number.isFinite(maxBytes) ? maxBytes : undefined;
    const page = await asked(this.#parts.partitionOf(destination).read(destination, after, limit, most));
    const hash = destinationHash(destination);
    const messages: LoggedMessage[] = [];
    if (!('top' in page) || page.top.epoch !== after.epoch) return { messages, top: 0 };
    const { epoch } = page.top;
    for (const { seq, envelope, extra } of page.entries) {
      if (seq !== after.seq + 1 + messages.length) break;
      try {
        messages.push(loggedMessage({ destination, epoch, seq }, hash, envelope, extra));
      } catch {
        return { messages, top: 0 }; // as if it had left the log: the history may have it
      }
    }
    return { messages, top: page.top.seq };
  }

  /** See the script that does it. */
  async redact(destination: string, position: Position): Promise<boolean> {
    const done = await this.#redactIn(destination, position);
    if (!this.durable) return done;
    try {
      await this.#parts.partitionOf(destination).waits.wait(destination, position);
    } catch (error) {
      if (error instanceof MessageLost) return done; // nobody will have it
      throw error;
    }
    return done || this.#redactIn(destination, position); // it may have been held back until now
  }

  async #redactIn(destination: string, { epoch, seq }: Position): Promise<boolean> {
    const [message] = await this.read(destination, { epoch, seq: seq - 1 }, 1);
    if (message?.position.seq !== seq || message.position.epoch !== epoch) return false;
    return asked(this.#redact(this.#parts.partitionOf(destination), message));
  }

  /** See the script that does it. */
  async clear(destination: string, upTo: Position): Promise<void> {
    const { keys, partitionOf } = this.#parts;
    const partition = partitionOf(destination);
    try {
      const last = this.durable ? await this.#lastThrough(destination, upTo) : undefined;
      if (last !== undefined) await partition.waits.wait(destination, last);
    } catch (error) {
      if (!(error instanceof MessageLost)) throw error;
    }
    const of = [keys.log(destination), keys.top(destination), keys.redacted(destination)];
    const told = partition.named(keys.redactions(partition.index));
    const args = [destination, String(upTo.epoch), String(upTo.seq), told];
    await asked(partition.call(({ commands }) => commands.run(clearScript, of, args)));
  }

  /** The last message up to a position that the log knows of. */
  async #lastThrough(destination: string, { epoch, seq }: Position): Promise<Position | undefined> {
    const { top, ended = [] } = await this.reach(destination);
    return [top, ...ended]
      .filter((end) => end.epoch <= epoch)
      .map((end) => (end.epoch === epoch ? { epoch, seq: Math.min(end.seq, seq) } : end))
      .find((end) => end.seq > 0);
  }

  async tellRedacted(destination: string, position?: Position): Promise<void> {
    const { keys, partitionOf } = this.#parts;
    const partition = partitionOf(destination);
    const channel = partition.named(keys.redactions(partition.index));
    const what = position === undefined ? destination : `${destination}\n${position.epoch}-${position.seq}`;
    await asked(partition.call(({ commands }) => commands.redis.spublish(channel, what)));
  }

  onRedacted(listener: (redacted?: Redacted) => void): void {
    this.#outdated = listener;
  }

  /**
   * Somebody has redacted something, or may have while this node did not hear.
   *
   * @param told - what was said of it: a destination, mostly with a place behind it
   */
  outdated(told = ''): void {
    const [, destination, place] = /^([^\n]*)\n(\d+-\d+)$/.exec(told) ?? [];
    const [position] = endsOf(place ?? '');
    this.#outdated(position && { destination: destination!, position });
  }

  async #redact(partition: Partition, message: LoggedMessage): Promise<boolean> {
    const { keys, history, policyOf } = this.#parts;
    const { destination, position } = message;
    const of = [keys.log(destination), keys.top(destination), keys.stored(partition.index)];
    const places = [keys.redacted(destination), keys.redactions(partition.index)];
    const args = [
      destination,
      String(position.epoch),
      String(position.seq),
      encodeTombstone(message),
      String(policyOf(destination)?.age ?? 0),
      history ? '1' : '0',
      partition.named(keys.redactions(partition.index)),
    ];
    const names = [...of, ...places];
    return Number(await partition.call(({ commands }) => commands.run(redactScript, names, args))) === 1;
  }

  stored(destination: string, position: Position): Promise<void> {
    if (!this.durable)
      return Promise.reject(
        new StompwireError('not-stored', 'no history on disk: the message cannot be stored'),
      );
    return this.#parts.partitionOf(destination).waits.wait(destination, position);
  }

  async replicated(destination: string, position: Position): Promise<void> {
    const { keys, partitionOf } = this.#parts;
    const partition = partitionOf(destination);
    if (partition.link === undefined) throw unavailable('it is away');
    const mark = `${keys.tag(partition.index)}:replicated`;
    await partition.link.replication.wait(keys.top(destination), mark, position);
  }

  /** Without a history there is nothing to be held back for. */
  #held(policy: LogPolicy): '0' | '1' {
    return this.#parts.history && policy.deliver === 'stored' ? '1' : '0';
  }
}

/** `<epoch>-<seq> <epoch>-<seq>`. */
function endsOf(text: string): Position[] {
  return [...text.matchAll(/(\d+)-(\d+)/g)].map(([, epoch, seq]) => ({
    epoch: Number(epoch),
    seq: Number(seq),
  }));
}

function appendedOf(
  answer: unknown,
  destination: string,
  lostByQueues: (lost: readonly Buffer[]) => void,
): Appended {
  const [kind, first, second] = (answer as unknown[]).slice(0, 3).map(textOf);
  const lost = (answer as Buffer[]).slice(3);
  if (lost.length > 0) lostByQueues(lost);
  if (kind === '2') throw new StompwireError('history-full');
  if (kind === '3')
    throw unavailable(`the key of another kind stands where the log of '${destination}' is: ${first}`);
  return { position: { epoch: Number(first), seq: Number(second) }, again: kind === '1' };
}

async function asked<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    throw asUnavailable(error);
  }
}
