// What a run of the kit prints: a line for each conversation, a count, and the same as JSON.
import { isGood, type Outcome, type Result } from './suite.ts';

const order: readonly Result[] = ['pass', 'known', 'not played', 'mended', 'fail'];

/** The longest reason that a line of the table shows. */
const widest = 160;

/** A line for each conversation: result, scope, name, and why. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const names = Math.max(...outcomes.map(({ name }) => name.length), 0);
  const lines = outcomes.map(({ result, scope, name, reason }) =>
    `${result.padEnd(10)}  ${scope.padEnd(9)}  ${name.padEnd(names)}  ${shortened(reason ?? '')}`.trimEnd(),
  );
  return `${[...lines, '', countsOf(outcomes)].join('\n')}\n`;
}

/** The whole run as JSON. */
export function jsonOf(url: string, outcomes: readonly Outcome[]): string {
  return `${JSON.stringify({ url, good: isGood(outcomes), outcomes }, undefined, 2)}\n`;
}

function countsOf(outcomes: readonly Outcome[]): string {
  const counts = order
    .map((result) => [result, outcomes.filter((outcome) => outcome.result === result).length] as const)
    .filter(([, count]) => count > 0)
    .map(([result, count]) => `${count} ${result}`);
  return counts.join(', ');
}

function shortened(reason: string): string {
  const [line = ''] = reason.split('\n');
  return line.length > widest ? `${line.slice(0, widest)}...` : line;
}
