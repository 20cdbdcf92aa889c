// The arithmetic of the benchmarks: rounds in which every contender has its turn, medians, ratios.

/** Measures something once. */
export type Measure = () => Promise<number> | number;

/** What was measured, by contender, in the order of the rounds. */
export type Measured = Readonly<Record<string, readonly number[]>>;

/** Lets every contender have its turn in every round, so that a machine that slows down slows all of them. */
export async function interleaved(
  rounds: number,
  contenders: Readonly<Record<string, Measure>>,
): Promise<Measured> {
  const measured = Object.fromEntries(Object.keys(contenders).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const [name, measure] of Object.entries(contenders)) measured[name]!.push(await measure());
  return measured;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What stands between the lowest and the highest. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The median over the rounds of what `compare` makes of the two values of one round. */
export function pairwise(
  ours: readonly number[],
  theirs: readonly number[],
  compare: (our: number, their: number) => number,
): Spread {
  const values = ours.map((our, round) => compare(our, theirs[round]!));
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}

export const quotient = (our: number, their: number): number => our / their;
export const inverse = (our: number, their: number): number => their / our;
export const difference = (our: number, their: number): number => our - their;
