// The commands and their flags, read with commander; the flags come from the table of options.
import { Command, CommanderError, type Option as Flag } from 'commander';
import { version } from '../version.ts';
import { conformanceCommand } from './conformance.ts';
import { collect, flagsOf, valuesByKey } from './flags.ts';
import { type HashingSurroundings, makeEntry } from './hash-password.ts';
import { historyCommand } from './history.ts';
import type { HistorySurroundings } from './history-store.ts';
import { type Surroundings, serve } from './serve.ts';
import { writeHistory } from './write-history.ts';

const NOTES = `
A flag wins over the environment, the environment over the file, the file over the defaults.
Each flag is an environment variable too: --stomp-port is STOMPWIRE_STOMP_PORT; lists are
comma-separated there. In the file an option stands under its key: {"stompPort": 61613}.`;

/**
 * Runs one command line to its end; for `serve` that is when the service has stopped.
 *
 * @param words - the arguments after the program's name
 * @param around - everything the commands touch outside themselves
 * @returns the exit code
 */
export async function runCommandLine(
  words: readonly string[],
  around: Surroundings & HashingSurroundings & HistorySurroundings,
): Promise<number> {
  let code = 0;
  const program = programOf(around);
  serveCommand(program).action(async (_options, command: Command) => {
    code = await serve(valuesByKey(command.opts()), around);
  });
  writeHistoryCommand(program).action(async (_options, command: Command) => {
    code = await writeHistory(valuesByKey(command.opts()), around);
  });
  hashPasswordCommand(program).action(async (name: string, { role }: { role?: string[] }) => {
    code = await makeEntry(name, role ?? [], around);
  });
  historyCommand(program, around, (ended) => {
    code = ended;
  });
  conformanceCommand(program, around, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
}

function programOf({ out, err }: Pick<Surroundings, 'out' | 'err'>): Command {
  return new Command('stompwire')
    .description('A STOMP message broker over WebSocket and TCP, with a chat service on top.')
    .version(version(), '--version', 'Print the version.')
    .helpOption('--help', 'Print this help.')
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('(--help shows the commands and flags)')
    .configureOutput({ writeOut: out, writeErr: err, outputError: (text) => err(withoutSecrets(text)) })
    .addHelpText('after', '\nThe flags of a command: stompwire serve --help');
}

function serveCommand(program: Command): Command {
  const command = program
    .command('serve')
    .description('Start the service and run it until SIGTERM or SIGINT.');
  for (const flag of flagsOf()) command.addOption(flag as Flag);
  return command.addHelpText('after', NOTES);
}

/** Of the options of `serve`, those that say something to the writer. */
const writerFlags: ReadonlySet<string | undefined> = new Set(
  'broker history history-batch history-batch-time history-retention ops drain-timeout log-level config'
    .split(' ')
    .map((name) => `--${name}`),
);

function writeHistoryCommand(program: Command): Command {
  const command = program
    .command('write-history')
    .description('Write what a shared broker logs to the history of all nodes, until SIGTERM or SIGINT.');
  for (const flag of flagsOf()) if (writerFlags.has(flag.long)) command.addOption(flag as Flag);
  return command.addHelpText('after', NOTES);
}

function hashPasswordCommand(program: Command): Command {
  return program
    .command('hash-password <name>')
    .description('Read a password from stdin, unseen, and print an entry for the file of --users-file.')
    .option('--role <role>', 'A role of the user. (repeatable)', collect);
}

/** What commander quotes may hold a password: an unknown flag loses its value, any text what stands before an `@`. */
function withoutSecrets(text: string): string {
  return text.replace(/^(error: unknown option '[^=]*?)=.*'/s, "$1'").replace(/\S*@/g, '***@');
}
