// Databases of one's own in a real MongoDB, dropped when they are closed.
import { randomUUID } from 'node:crypto';
import { type Db, MongoClient } from 'mongodb';
import { MongoDbStore, type MongoDbStoreOptions } from '../../src/history/stores/mongodb.ts';

/** A database of a test's own, beside the store that it is for. */
export class MongoPlace {
  readonly url: string;
  readonly #client: MongoClient;

  /** @param server - the address of a server; its database is not touched */
  constructor(server: string) {
    const name = `stompwire_test_${randomUUID().slice(0, 8)}`;
    const [, host = '', query = ''] = /^([^/]*\/\/[^/?]+)[^?]*(\?.*)?$/.exec(server) ?? [];
    this.url = `${host}/${name}${query}`;
    this.#client = new MongoClient(this.url);
  }

  /** As an operator sees it. */
  get db(): Db {
    return this.#client.db();
  }

  async store(options: MongoDbStoreOptions = {}): Promise<MongoDbStore> {
    return new MongoDbStore(this.url, options);
  }

  async close(): Promise<void> {
    await this.db.dropDatabase();
    await this.#client.close();
  }
}
