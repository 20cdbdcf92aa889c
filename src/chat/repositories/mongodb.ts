// What the chat knows, in a MongoDB: the database of the history, for all nodes.
import type { Db, MongoClient } from 'mongodb';
import { StompwireError } from '../../index.ts';
import { clientFor, databaseOf } from '../../mongodb/connection.ts';
import { asking } from '../../mongodb/failures.ts';
import { migrate } from '../../mongodb/schema.ts';
import type { ChatRepository } from '../repository.ts';
import { changeShelf } from './mongodb/changes.ts';
import type { Ask } from './mongodb/keys.ts';
import { memberShelf } from './mongodb/members.ts';
import { noticeShelf } from './mongodb/notices.ts';
import { readingShelf } from './mongodb/reading.ts';
import { roomShelf } from './mongodb/rooms.ts';
import { schema } from './mongodb/schema.ts';
import { seenShelf } from './mongodb/seen.ts';

/**
 * Each call is one write that decides, with a unique id or a condition of its own: no transactions, which would ask for
 * a replica set and be tried again under load. Writes wait for the majority, reads ask the primary.
 */
export class MongoDbRepository implements ChatRepository {
  readonly rooms = roomShelf((talk) => this.#ask(talk));
  readonly members = memberShelf((talk) => this.#ask(talk));
  readonly reading = readingShelf((talk) => this.#ask(talk));
  readonly notices = noticeShelf((talk) => this.#ask(talk));
  readonly seen = seenShelf((talk) => this.#ask(talk));
  readonly changes = changeShelf((talk) => this.#ask(talk));
  readonly #url: string;
  readonly #pending = new Set<Promise<unknown>>();
  #client: MongoClient | undefined;
  #db: Db | undefined;

  /**
   * @param url - as the history's
   * @throws {StompwireError} `bad-configuration`: the address cannot be understood; it is never shown
   */
  constructor(url: string) {
    this.#url = url;
    this.#client = clientFor(url);
  }

  async open(): Promise<void> {
    const client = (this.#client ??= clientFor(this.#url));
    const db = databaseOf(client, this.#url);
    await asking(async () => {
      await client.connect();
      await migrate(db, schema);
    });
    this.#db = db;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#db = undefined;
    await Promise.allSettled(this.#pending);
    await client?.close();
  }

  readonly #ask: Ask = async (talk) => {
    const db = this.#db;
    if (db === undefined) throw new StompwireError('history-unavailable', 'the rooms are closed');
    const answer = asking(() => talk(db));
    this.#pending.add(answer);
    return answer.finally(() => this.#pending.delete(answer));
  };
}
