// Reads a password from a terminal without showing it, or a line from a pipe.
import type { Readable } from 'node:stream';
import { StompwireError } from '../errors.ts';

/** Where a password is typed or piped in: the process's stdin. */
export type PasswordSource = Pick<Readable, 'setEncoding' | typeof Symbol.asyncIterator> & {
  readonly isTTY?: boolean;
  /** Of a terminal: keys come one by one, and are not echoed. */
  setRawMode?(raw: boolean): unknown;
};

const interrupt = '\u0003';
const endOfInput = '\u0004';
const backspace = /^[\b\u007f]$/;
const lineEnd = /^[\r\n]$/;

/**
 * At a terminal it is asked for twice.
 *
 * @param say - writes the prompts; not where the result goes
 * @returns the password, or `undefined` after Ctrl-C
 */
export async function readPassword(
  source: PasswordSource,
  say: (text: string) => void,
): Promise<string | undefined> {
  source.setEncoding('utf8');
  const keys = keysOf(source);
  if (source.isTTY !== true) return lineOf(keys);
  source.setRawMode?.(true);
  try {
    return await typedTwice(keys, say);
  } finally {
    source.setRawMode?.(false);
    await keys.return();
  }
}

type Keys = AsyncGenerator<string, void, undefined>;

async function* keysOf(source: AsyncIterable<unknown>): Keys {
  for await (const chunk of source) yield* String(chunk);
}

async function typedTwice(keys: Keys, say: (text: string) => void): Promise<string | undefined> {
  const ask = async (prompt: string): Promise<string | undefined> => {
    say(prompt);
    const line = await lineOf(keys);
    say('\n');
    return line;
  };
  const password = await ask('Password: ');
  if (password === undefined) return undefined;
  const again = await ask('Again: ');
  if (again === undefined || again === password) return again;
  throw new StompwireError('bad-configuration', 'the two passwords differ; nothing was hashed');
}

/** Up to the end of the line; characters come whole, so that one backspace takes one of them. */
async function lineOf(keys: Keys): Promise<string | undefined> {
  const line: string[] = [];
  for (;;) {
    const { value: key, done } = await keys.next();
    if (done === true || key === endOfInput || lineEnd.test(key)) return line.join('');
    if (key === interrupt) return undefined;
    if (backspace.test(key)) line.pop();
    else line.push(key);
  }
}
