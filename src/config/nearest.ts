// The known name that a mistyped one was probably meant to be.

/** How many letters must be put in, left out or changed to make one word of the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (let column = 1; column <= to.length; column++) {
      const change = row[column - 1]! + (to[column - 1] === letter ? 0 : 1);
      next.push(Math.min(change, row[column]! + 1, next[column - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

/**
 * Finds the known name with the fewest differing letters; case does not count.
 *
 * @param word - what was given
 * @param known - the names to choose from, at least one
 * @returns the nearest; of equally near ones the first
 */
export function nearest(word: string, known: readonly string[]): string {
  const lower = word.toLowerCase();
  const far = known.map((name) => ({ name, steps: distance(lower, name.toLowerCase()) }));
  return far.reduce((best, next) => (next.steps < best.steps ? next : best)).name;
}
