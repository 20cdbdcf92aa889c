// Queries in the language of MongoDB: each a few ranges that the indexes answer without a detour.
import type { Filter } from 'mongodb';
import { comparePositions, type Position } from '../../../message/position.ts';
import type { HistoryQuery, StoreUpkeep } from '../../store.ts';
import { lookupOf, wordsOf } from '../../words.ts';
import type { RecordDocument } from './document.ts';

export type Conditions = Parameters<StoreUpkeep['count']>[0];
type RecordFilter = Filter<RecordDocument>;

/** The order of the positions, one way or the other. */
export const sortOf = (order: HistoryQuery['order']) =>
  order === 'oldest' ? ({ epoch: 1, seq: 1 } as const) : ({ epoch: -1, seq: -1 } as const);

/**
 * What a query asks for, from the lowest positions to the highest. One condition on a pair such as (epoch, seq)
 * would read an index from its end up to the place where the page begins; a range of each part begins there.
 */
export function filtersOf(query: Conditions): RecordFilter[] {
  const common = { ...placeless(query), ...wordFilter(query.text ?? '') };
  return rangesOf(query.after, query.before).map((range) => ({ ...common, ...range }));
}

function placeless({ destination, from, to, sender }: Conditions): RecordFilter {
  const time = {
    ...(from !== undefined && { $gte: new Date(from) }),
    ...(to !== undefined && { $lt: new Date(to) }),
  };
  return {
    ...(destination !== undefined && { destination }),
    ...(sender !== undefined && { sender }),
    ...((from ?? to) !== undefined && { time }),
  };
}

function rangesOf(after: Position | undefined, before: Position | undefined): RecordFilter[] {
  if (after === undefined && before === undefined) return [{}];
  if (after === undefined) return below(before!);
  if (before === undefined) return above(after);
  if (comparePositions(after, before) >= 0) return [];
  const { epoch } = after;
  if (epoch === before.epoch) return [{ epoch, seq: { $gt: after.seq, $lt: before.seq } }];
  const between = { epoch: { $gt: epoch, $lt: before.epoch } };
  return [above(after)[0]!, between, below(before)[1]!];
}

const above = ({ epoch, seq }: Position): RecordFilter[] => [
  { epoch, seq: { $gt: seq } },
  { epoch: { $gt: epoch } },
];
const below = ({ epoch, seq }: Position): RecordFilter[] => [
  { epoch: { $lt: epoch } },
  { epoch, seq: { $lt: seq } },
];

/** Finds all that holds the words, and perhaps more: the pairs of a word may stand apart. */
function wordFilter(text: string): RecordFilter {
  const lookups = wordsOf(text).map(lookupOf);
  if (lookups.length === 0) return {};
  const pairs = [...new Set(lookups.flatMap((lookup) => ('pairs' in lookup ? lookup.pairs : [])))];
  const begins = lookups.flatMap((lookup) => ('begin' in lookup ? [lookup.begin] : []));
  const conditions = begins.map((begin) => ({ bigrams: { $regex: `^${literally(begin)}` } }));
  return { $and: [...(pairs.length > 0 ? [{ bigrams: { $all: pairs } }] : []), ...conditions] };
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
