// The first line of a frame: which command its bytes spell, told at the first byte that cannot be one.
import { FrameError, printable } from './errors.ts';
import { type Command, clientCommands, serverCommands } from './frame.ts';

const LF = 10;
const CR = 13;

/** Bytes of a refused command line that are looked at for the message. */
const shownBytes = 41;

/** The commands that begin with a byte; no other byte can begin a frame. */
const commandsByFirstByte: readonly (readonly Command[])[] = group([...clientCommands, ...serverCommands]);

function group(commands: readonly string[]): Command[][] {
  const table: Command[][] = Array.from({ length: 256 }, () => []);
  for (const command of commands) table[command.charCodeAt(0)]!.push(command as Command);
  return table;
}

/**
 * Finds the command that begins at `from`. A line ends with LF or CRLF in every version: 1.0 and 1.1 know
 * only LF [STOMP 1.1, Augmented BNF], and reading CRLF there too breaks no client.
 *
 * @param bytes - holds the line
 * @param from - where the command begins
 * @param end - where the bytes that have arrived end
 * @param accepts - the commands that may come
 * @returns the command, or undefined while more bytes are needed to tell
 * @throws FrameError `unknown-command`, without waiting for the line to end
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { clientCommands, FrameParser } from 'stompwire/frames';
 *
 * const parser = new FrameParser({ accepts: clientCommands });
 * parser.write(Buffer.from('G')); // the first byte of an HTTP request is enough
 * assert.throws(() => parser.read(), { code: 'unknown-command' });
 * ```
 */
export function matchCommand(
  bytes: Buffer,
  from: number,
  end: number,
  accepts: ReadonlySet<string>,
): Command | undefined {
  let undecided = false;
  for (const command of commandsByFirstByte[bytes[from]!]!) {
    const matched = matchedLength(command, bytes, from, end);
    if (matched === command.length) {
      const ending = lineEnding(bytes, from + matched, end);
      if (ending > 0 && accepts.has(command)) return command;
      if (ending === 0 && accepts.has(command)) undecided = true;
    } else if (from + matched === end && accepts.has(command)) undecided = true;
  }
  if (undecided) return undefined;
  throw unknownCommand(bytes, from, end, accepts);
}

/**
 * How many bytes the line ending at a position has.
 *
 * @param bytes - holds the line
 * @param at - where the ending is expected
 * @param end - where the bytes that have arrived end
 * @returns 1 for LF, 2 for CRLF, 0 when more bytes are needed to tell, -1 when it is neither
 * @see Line endings: `EOL` in [STOMP 1.2, Augmented BNF].
 *
 * @example
 * ```ts
 * import assert from 'node:assert';
 * import { FrameParser } from 'stompwire/frames';
 *
 * const parser = new FrameParser({ version: '1.0' });
 * parser.write(Buffer.from('DISCONNECT\r\n\r\n\0'));
 * assert.equal(parser.read()?.command, 'DISCONNECT');
 * ```
 */
export function lineEnding(bytes: Buffer, at: number, end: number): number {
  if (at === end) return 0;
  if (bytes[at] === LF) return 1;
  if (bytes[at] !== CR) return -1;
  if (at + 1 === end) return 0;
  return bytes[at + 1] === LF ? 2 : -1;
}

function matchedLength(command: string, bytes: Buffer, from: number, end: number): number {
  const most = Math.min(command.length, end - from);
  let length = 1;
  while (length < most && bytes[from + length] === command.charCodeAt(length)) length++;
  return length;
}

function unknownCommand(bytes: Buffer, from: number, end: number, accepts: ReadonlySet<string>): FrameError {
  const [line = ''] = bytes.toString('latin1', from, Math.min(end, from + shownBytes)).split(/\r?\n/, 1);
  return new FrameError('unknown-command', `${printable(line)}; expected ${[...accepts].join(', ')}`);
}
