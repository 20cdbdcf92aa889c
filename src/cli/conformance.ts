// The command `conformance`: plays the conversations of the corpus against any broker, and tells how it did.
import { type Command, Option as Flag, InvalidArgumentError } from 'commander';
import { dialogues } from '../conformance/corpus.ts';
import type { Scope } from '../conformance/dialogue.ts';
import { readExceptions } from '../conformance/exceptions.ts';
import { Peer } from '../conformance/peer.ts';
import { jsonOf, tableOf } from '../conformance/report.ts';
import { isGood, playAll } from '../conformance/suite.ts';
import { StompwireError } from '../errors.ts';
import { failureLines } from './failure.ts';
import { collect } from './flags.ts';

/** What the command touches outside itself. */
export interface ConformanceSurroundings {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface Flags {
  readonly url: string;
  readonly login?: string;
  readonly passcode?: string;
  readonly vhost: string;
  readonly only?: Scope;
  readonly offers?: readonly string[];
  readonly exceptions?: string;
  readonly patience: number;
  readonly json?: boolean;
}

const schemes = ['ws', 'wss', 'tcp', 'stomp', 'tls', 'stomp+ssl', 'sockjs+ws', 'sockjs+wss'];

/**
 * Adds `conformance` to a program.
 *
 * @param ended - told the exit code: 0 when all that was played passed or is known to fail, 1 when not
 */
export function conformanceCommand(
  program: Command,
  around: ConformanceSurroundings,
  ended: (code: number) => void,
): void {
  program
    .command('conformance')
    .description('Hold conversations with a STOMP broker, and print which went as STOMP says.')
    .requiredOption('--url <address>', `The broker: ${schemes.join(', ')}.`, addressed)
    .option('--login <name>', 'The name to connect with.')
    .option('--passcode <passcode>', 'Its passcode.')
    .option('--vhost <name>', 'The virtual host that CONNECT names.', '/')
    .addOption(
      new Flag('--only <scope>', 'Only what any broker must pass.').choices(['generic', 'stompwire']),
    )
    .option('--offers <feature>', 'What the broker was started with. (repeatable)', offered)
    .option('--exceptions <file>', 'What the broker is known to fail, with the reasons.')
    .option('--patience <ms>', 'How long an answer may take, in ms.', milliseconds, 3000)
    .option('--json', 'Print JSON in the place of the table.')
    .action(async (flags: Flags) => ended(await conformance(flags, around)));
}

async function conformance(flags: Flags, { out, err }: ConformanceSurroundings): Promise<number> {
  const { url, login, passcode, vhost: host, only, offers = [], patience } = flags;
  try {
    await assertReachable(url);
    const exceptions = flags.exceptions === undefined ? new Map() : readExceptions(flags.exceptions, url);
    const played = dialogues().filter(({ scope }) => only === undefined || scope === only);
    const stage = { url, host, login, passcode, patience };
    const run = `c${Date.now().toString(36)}-`;
    const outcomes = await playAll(played, { stage, offers: new Set(offers), exceptions, run });
    out(flags.json ? jsonOf(url, outcomes) : tableOf(outcomes));
    return isGood(outcomes) ? 0 : 1;
  } catch (error) {
    for (const line of failureLines(error, undefined)) err(`${line}\n`);
    return 1;
  }
}

async function assertReachable(url: string): Promise<void> {
  const peer = new Peer(url);
  try {
    await peer.opened();
  } catch (error) {
    throw new StompwireError('bad-configuration', `--url ${url} cannot be reached: ${reasonOf(error)}`);
  } finally {
    peer.close();
  }
}

/** A name with several addresses fails with an error for each and no text of its own. */
function reasonOf(error: unknown): string {
  const { message, code } = error as Error & { code?: string };
  return message || (code ?? String(error));
}

function addressed(text: string): string {
  const { protocol } = URL.canParse(text) ? new URL(text) : { protocol: '' };
  if (schemes.includes(protocol.slice(0, -1))) return text;
  throw new InvalidArgumentError(`Give an address such as tcp://127.0.0.1:61613 or ws://127.0.0.1:8080/ws.`);
}

function offered(feature: string, others: string[] | undefined): string[] {
  const needed = [...new Set(dialogues().flatMap(({ needs }) => needs))].sort();
  if (needed.includes(feature)) return collect(feature, others);
  throw new InvalidArgumentError(`Give one that a conversation needs: ${needed.join(', ')}.`);
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number of milliseconds.');
}
