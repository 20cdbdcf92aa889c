// The commands under `history`: what an operator does with what is stored.
import type { Command, Option as Flag } from 'commander';
import { listDeadLetters, retryDeadLetters } from './dead-letters.ts';
import { collect, flagsOf, valuesByKey } from './flags.ts';
import { exportHistory } from './history-export.ts';
import { importHistory } from './history-import.ts';
import type { HistorySurroundings } from './history-store.ts';

const NOTES = `
The history is found as by serve: --history, --data, their environment variables, or the file of --config.
An embedded history belongs to one process at a time: stop the service first.`;

/**
 * Adds `history` to a program.
 *
 * @param ended - told the exit code
 */
export function historyCommand(
  program: Command,
  around: HistorySurroundings,
  ended: (code: number) => void,
): Command {
  const history = program
    .command('history')
    .description('Look after the stored messages.')
    .helpCommand(false);
  withStore(history.command('export [file]'))
    .description('Write stored messages as lines of JSON to a file, or to stdout.')
    .option('--destination <pattern>', 'Only of these destinations. (repeatable)', collect)
    .action(async (file: string | undefined, options: { destination?: string[] }) => {
      const { destination: destinations = [], ...flags } = options;
      ended(await exportHistory({ file: file ?? '-', destinations }, valuesByKey(flags), around));
    });
  withStore(history.command('import [file]'))
    .description(
      'Put lines of JSON from a file, or from stdin, into the history; what is there stays as it is.',
    )
    .action(async (file: string | undefined, flags: Record<string, unknown>) => {
      ended(await importHistory(file ?? '-', valuesByKey(flags), around));
    });
  deadLettersCommand(history, around, ended);
  return history;
}

function deadLettersCommand(
  history: Command,
  around: HistorySurroundings,
  ended: (code: number) => void,
): void {
  const letters = history
    .command('dead-letters')
    .description('Look after what the history could not keep.')
    .helpCommand(false);
  withLetters(letters.command('list'))
    .description('Write a line of JSON for each, the oldest first.')
    .action(async (flags: Record<string, unknown>) => {
      ended(await listDeadLetters(valuesByKey(flags), around));
    });
  withLetters(letters.command('retry [id...]'))
    .description('Try again to store them, each in the place that a tombstone keeps for it.')
    .option('--all', 'All of them.')
    .action(async (ids: string[], { all, ...flags }: { all?: boolean }, command: Command) => {
      if (!all && ids.length === 0) command.error('error: name dead letters, or give --all');
      ended(await retryDeadLetters(all ? [] : ids, valuesByKey(flags), around));
    });
}

function withLetters(command: Command): Command {
  for (const flag of flagsOf()) if (flag.long === '--broker') command.addOption(flag as Flag);
  return withStore(command);
}

const storeFlags: ReadonlySet<string | undefined> = new Set(['--history', '--data', '--config']);

function withStore(command: Command): Command {
  for (const flag of flagsOf()) if (storeFlags.has(flag.long)) command.addOption(flag as Flag);
  return command.addHelpText('after', NOTES);
}
