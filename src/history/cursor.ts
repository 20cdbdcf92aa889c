// Cursors: where a page ended, sealed with the query that it belongs to.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { StompwireError } from '../errors.ts';
import { numberOf, type Position } from '../message/position.ts';
import type { HistoryQuery } from './store.ts';

/** The cursor of the page behind a position. How large the pages are may change from one to the next. */
export function cursorBehind(query: HistoryQuery, { epoch, seq }: Position): string {
  return Buffer.from(`${epoch}-${seq}.${sealOf(query, epoch, seq)}`).toString('base64url');
}

/**
 * Where a query goes on; `undefined`: it begins.
 *
 * @throws {StompwireError} `bad-cursor`: damaged, or of another query
 */
export function positionInCursor(query: HistoryQuery): Position | undefined {
  const { cursor } = query;
  if (cursor === undefined) return undefined;
  const [, epoch, seq] = /^(\d+)-(\d+)\./.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const position = { epoch: Number(epoch), seq: Number(seq) };
  if (epoch !== undefined && cursorBehind(query, position) === cursor) return position;
  throw new StompwireError('bad-cursor');
}

/** Of the place too, so that a damaged place is seen. */
function sealOf(query: HistoryQuery, epoch: number, seq: number): string {
  const { destination, order = 'newest', before, after, from, to, sender, text } = query;
  // as one number: which epoch that is of may be another one by the next page
  const bounds = [before && numberOf(before), after && numberOf(after), from, to];
  const sealed = JSON.stringify([destination, order, bounds, sender, text, epoch, seq]);
  return createHash('sha256').update(sealed).digest('base64url').slice(0, 16);
}
