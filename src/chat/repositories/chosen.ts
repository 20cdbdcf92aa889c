// Where the chat keeps what it knows: beside the messages, wherever the options put those; what is live, where nodes meet.
import { join } from 'node:path';
import { type Config, ConfigError } from '../../index.ts';
import type { LiveRepository } from '../live-repository.ts';
import type { ChatRepository } from '../repository.ts';
import { LateLive, LateRepository } from './late.ts';
import { MemoryRepository } from './memory.ts';

/** What decides. */
export interface Choice {
  readonly config: Pick<Config, 'history' | 'data' | 'broker'>;
  /** Whether rooms are open to everybody: then nothing but their names and who has joined is kept. */
  readonly open: boolean;
  /** Hears that a thread of the repository has died; it is started again. */
  readonly died: (why: Error) => void;
}

/**
 * The repository that the addresses name; its `open()` comes next.
 *
 * @throws {ConfigError} rooms of members that only one process would know, where several share a broker
 */
export function repositoryOf({ config: { history, data, broker }, open, died }: Choice): ChatRepository {
  if (/^mongodb(\+srv)?:/i.test(history))
    return new LateRepository(async () => new (await import('./mongodb.ts')).MongoDbRepository(history));
  const alone = /^memory(:|$)/i.test(broker);
  if (!alone && !open)
    throw new ConfigError([
      'rooms: rooms of members must be known to every node that shares the broker; give history the address of a store (mongodb://...), or rooms "open"',
    ]);
  if (!alone || data === 'memory') return new MemoryRepository();
  const file = join(data, 'chat.sqlite');
  return new LateRepository(async () => new (await import('./sqlite.ts')).SqliteRepository(file, died));
}

/** Where what is live is: in the Redis that joins the nodes; else with the rest, which one process has. */
export function liveOf({ broker }: Pick<Config, 'broker'>, repository: ChatRepository): LiveRepository {
  if (!/^rediss?(\+\w+)?:/i.test(broker)) return repository;
  return new LateLive(async () => new (await import('./redis.ts')).RedisLive(broker));
}
