// The table that a benchmark prints: what, ours, the rival's, the ratio, the target beside it, PASS or over.
import { median, pairwise, quotient, type Spread } from './statistics.ts';

/** What a ratio must be. */
export interface Target {
  readonly limit: number;
  readonly kind: 'at most' | 'at least';
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly rival: string;
  readonly ratio: Spread;
  /** Stands behind the ratio: `x`, or a unit where it is a difference. */
  readonly unit: string;
  readonly target: Target | undefined;
}

/** How two series become a row. */
export interface Comparison {
  readonly what: string;
  readonly ours: readonly number[];
  readonly rival: readonly number[];
  readonly rivalName: string;
  /** Of the values: `us`, `MB/s`, `KiB`. */
  readonly of: string;
  /** Default: ours divided by the rival's. */
  readonly compare?: (our: number, their: number) => number;
  /** Default: `x`. */
  readonly unit?: string;
  readonly target?: Target;
}

export function rowOf(comparison: Comparison): Row {
  const { what, ours, rival, rivalName, of, compare = quotient, unit = 'x', target } = comparison;
  return {
    what,
    ours: `${figure(median(ours))} ${of}`,
    rival: `${figure(median(rival))} ${of} ${rivalName}`,
    ratio: pairwise(ours, rival, compare),
    unit,
    target,
  };
}

/** Whether the target is met; `''` where there is none. */
export function verdict({ ratio, target }: Pick<Row, 'ratio' | 'target'>): string {
  if (target === undefined) return '';
  if (target.kind === 'at least') return ratio.median >= target.limit ? 'PASS' : 'under';
  return ratio.median <= target.limit ? 'PASS' : 'over';
}

const heads = ['what', 'stompwire', 'rival', 'ratio (lowest-highest)', 'target', ''];

/** The rows as text, in columns. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [heads, ...rows.map(cellsOf)];
  const widths = heads.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const lines = cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function cellsOf(row: Row): string[] {
  const { what, ours, rival, ratio, unit, target } = row;
  const shown = `${figure(ratio.median)} ${unit} (${figure(ratio.low)}-${figure(ratio.high)})`;
  const wanted = target === undefined ? '' : `${target.kind} ${target.limit} ${unit}`;
  return [what, ours, rival, shown, wanted, verdict(row)];
}

/** Three digits that count, and no more than a reader needs. */
function figure(value: number): string {
  if (Math.abs(value) >= 10_000) return Math.round(value).toLocaleString('en');
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
