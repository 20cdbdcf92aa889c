// Fills a page with the records that a store found, until it is full.
import type { Position } from '../message/position.ts';
import type { LogRecord } from '../message/record.ts';
import { cursorBehind } from './cursor.ts';
import type { HistoryPage, HistoryQuery } from './store.ts';

/** How many records a page may have. */
export const largestPage = 1000;

/** Takes what was found in the order of the query, one record more than the page holds if there is one. */
export class PageFilling {
  readonly #query: HistoryQuery;
  readonly #records: LogRecord[] = [];
  #bytes = 0;
  /** Where it ends before all was found. */
  #end: Position | undefined;

  constructor(query: HistoryQuery) {
    if (!(query.limit >= 1 && query.limit <= largestPage))
      throw new RangeError(`a page has 1 to ${largestPage} records, not ${query.limit}`);
    this.#query = query;
  }

  /** Takes a record. @returns whether there may be room for the next; if not, no more need be found */
  take(record: LogRecord): boolean {
    const { limit, maxBytes = Number.POSITIVE_INFINITY } = this.#query;
    const bytes = this.#bytes + record.body.length;
    const fits = this.#records.length < limit && (bytes <= maxBytes || this.#records.length === 0);
    if (fits) {
      this.#records.push(record);
      this.#bytes = bytes;
    } else this.#end = this.#records.at(-1);
    return fits;
  }

  /** Ends the page before it is full: all up to there was looked at. */
  end(at: Position): void {
    this.#end = at;
  }

  /** The page; it has a next one when a record had no room, or when it was ended. */
  page(): HistoryPage {
    return { records: this.#records, next: this.#end && cursorBehind(this.#query, this.#end) };
  }
}
