// The statements of an open file, each made ready once.
import type { Database, Statement } from 'better-sqlite3';

/** Runs statements. */
export class Statements {
  readonly #db: Database;
  readonly #ready = new Map<string, Statement>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** All of it in one commit, or none. */
  together<T>(work: () => T): T {
    return this.#db.transaction(work).immediate();
  }

  /** @returns how many rows it has changed */
  run(sql: string, ...given: unknown[]): number {
    return this.#statement(sql).run(...given).changes;
  }

  get<Row>(sql: string, ...given: unknown[]): Row | undefined {
    return this.#statement(sql).get(...given) as Row | undefined;
  }

  all<Row>(sql: string, ...given: unknown[]): Row[] {
    return this.#statement(sql).all(...given) as Row[];
  }

  /** There are as many as the file's program has. */
  #statement(sql: string): Statement {
    const known = this.#ready.get(sql);
    if (known !== undefined) return known;
    const made = this.#db.prepare(sql);
    this.#ready.set(sql, made);
    return made;
  }
}
