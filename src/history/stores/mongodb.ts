// The history in a MongoDB: for many writers and readers, on machines of its own.
import type { Db, MongoClient, TopologyDescription } from 'mongodb';
import { StompwireError } from '../../errors.ts';
import type { LogRecord } from '../../message/record.ts';
import { clientFor, databaseOf, isDurable } from '../../mongodb/connection.ts';
import { asking } from '../../mongodb/failures.ts';
import { migrate } from '../../mongodb/schema.ts';
import { positionInCursor } from '../cursor.ts';
import { PageFilling } from '../page.ts';
import type { HistoryPage, HistoryQuery, HistoryStore, Refusal, StoreUpkeep } from '../store.ts';
import { holds, textOf, wordsOf } from '../words.ts';
import { type RecordDocument, recordOf, unindexed } from './mongodb/document.ts';
import { filtersOf, sortOf } from './mongodb/filters.ts';
import { Run } from './mongodb/runs.ts';
import { keepFor, messagesIn, schema } from './mongodb/schema.ts';
import { type Ask, type AtHand, upkeepOf } from './mongodb/upkeep.ts';
import { write, writingsOf } from './mongodb/writing.ts';

/** How a MongoDB is used. */
export interface MongoDbStoreOptions {
  /** For how many milliseconds messages are kept, by their time; 0: for good. When nothing is said, it stays as it was. */
  readonly retention?: number;
  /** In milliseconds since the epoch of Unix; a test turns it. */
  readonly now?: () => number;
}

/**
 * Keeps records as documents. Each is put by an upsert that changes nothing where one is: a batch, or the driver's
 * retry of it, can come as often as it may. The first connection is made by `open()`.
 */
export class MongoDbStore implements HistoryStore {
  readonly durable: boolean;
  readonly upkeep: StoreUpkeep;
  readonly #url: string;
  readonly #retention: number | undefined;
  readonly #now: () => number;
  #client: MongoClient | undefined;
  #opened: AtHand | undefined;
  readonly #pending = new Set<Promise<unknown>>();
  #away: string | undefined;

  /**
   * @param url - `mongodb://` or `mongodb+srv://`, all options of the driver; the database is `stompwire` unless named
   * @throws {StompwireError} `bad-configuration`: the address cannot be understood; it is never shown
   */
  constructor(url: string, { retention, now = Date.now }: MongoDbStoreOptions = {}) {
    this.#url = url;
    this.#retention = retention;
    this.#now = now;
    this.#client = this.#newClient();
    this.durable = isDurable(this.#client);
    this.upkeep = upkeepOf(this.#ask);
  }

  /** As the driver sees it, which looks from time to time also while nobody asks. */
  get trouble(): string | undefined {
    return this.#opened === undefined ? undefined : this.#away;
  }

  async open(): Promise<void> {
    const client = (this.#client ??= this.#newClient());
    const db = databaseOf(client, this.#url);
    await asking(async () => {
      await client.connect();
      await migrate(db, schema);
      await keepFor(db, this.#retention);
    });
    this.#opened = { db, run: new Run(db, this.#now) };
  }

  async append(records: readonly LogRecord[]): Promise<readonly Refusal[]> {
    return this.#ask(async ({ db, run }) => {
      const { writings, refusals } = writingsOf(records);
      await run.reaching(writings);
      refusals.push(...(await write(db, writings)));
      await run.reached(writings);
      return refusals;
    });
  }

  async find(query: HistoryQuery): Promise<HistoryPage> {
    const filling = new PageFilling(query);
    const filters = filtersOf({ ...query, ...startOf(query) });
    if (query.order !== 'oldest') filters.reverse();
    await this.#ask(async ({ db }) => {
      for (const filter of filters) if (!(await fill(filling, db, query, filter))) return;
    });
    return filling.page();
  }

  async close(): Promise<void> {
    const [client, opened] = [this.#client, this.#opened];
    this.#client = undefined;
    this.#opened = undefined;
    await Promise.allSettled(this.#pending);
    // the next run begins behind a crash when this fails: it needs no tops then
    await opened?.run.keepTops().catch(() => {});
    await client?.close();
  }

  #newClient(): MongoClient {
    const client = clientFor(this.#url);
    client.on('topologyDescriptionChanged', ({ newDescription }) => {
      this.#away = awayOf(newDescription);
    });
    return client;
  }

  readonly #ask: Ask = async (talk) => {
    const at = this.#opened;
    if (at === undefined) throw new StompwireError('history-unavailable', 'the history is closed');
    const answer = asking(() => talk(at));
    this.#pending.add(answer);
    return answer.finally(() => this.#pending.delete(answer));
  };
}

/** Why nothing can be written, or `undefined` when it can. */
function awayOf({ servers }: TopologyDescription): string | undefined {
  const seen = [...servers.values()];
  if (seen.some(({ isWritable }) => isWritable)) return undefined;
  const causes = seen.flatMap(({ error }) => (error ? [error.message] : []));
  return `no primary of the database can be reached${causes.map((cause) => `: ${cause}`).join('')}`;
}

/** A page begins where the one before it ended. */
function startOf(query: HistoryQuery): Partial<HistoryQuery> {
  const position = positionInCursor(query);
  if (position === undefined) return {};
  return query.order === 'oldest' ? { after: position } : { before: position };
}

/** @returns whether there is room for more */
async function fill(
  filling: PageFilling,
  db: Db,
  query: HistoryQuery,
  filter: ReturnType<typeof filtersOf>[number],
): Promise<boolean> {
  const words = wordsOf(query.text ?? '');
  const batchSize = Math.min(query.limit + 1, Math.max(16, Math.ceil((query.maxBytes ?? 2 ** 20) / 1024)));
  const found = messagesIn(db).find(filter, { projection: unindexed, batchSize }).sort(sortOf(query.order));
  // words are looked at here once more, so nobody knows how many have to come
  if (words.length === 0) found.limit(query.limit + 1);
  for await (const document of found) {
    const record = recordOf(document as RecordDocument);
    if (words.length > 0 && !holds(textOf(record) ?? '', words)) continue;
    if (!filling.take(record)) return false;
  }
  return true;
}
