// What a broker is known to do otherwise: a list with reasons, so that a run tells what is new.
import { readFileSync } from 'node:fs';
import { StompwireError } from '../errors.ts';

/** Conversations that a broker fails for one reason. */
interface Group {
  readonly reason: string;
  /** Over which connections: `tcp`, `ws`; absent: all. */
  readonly over?: readonly string[];
  readonly dialogues: readonly string[];
}

/** The reasons by the name of the conversation. */
export type Exceptions = ReadonlyMap<string, string>;

/**
 * Reads a file of known exceptions: `{"exceptions": [{"reason", "over", "dialogues"}]}`.
 *
 * @param url - the broker's address: what is over other connections does not count
 * @throws {StompwireError} `bad-configuration` when it is no such file
 */
export function readExceptions(path: string, url: string): Exceptions {
  const groups = groupsOf(path);
  const kind = /^(ws|wss|sockjs\+ws):/.test(url) ? 'ws' : 'tcp';
  return new Map(
    groups
      .filter(({ over }) => over === undefined || over.includes(kind))
      .flatMap(({ reason, dialogues }) => dialogues.map((name) => [name, reason] as const)),
  );
}

function groupsOf(path: string): readonly Group[] {
  let why = 'it is not {"exceptions": [{"reason": "...", "dialogues": ["..."]}]}';
  try {
    const { exceptions } = JSON.parse(readFileSync(path, 'utf8')) as { exceptions?: unknown };
    if (Array.isArray(exceptions) && exceptions.every(isGroup)) return exceptions;
  } catch (error) {
    why = (error as Error).message;
  }
  throw new StompwireError('bad-configuration', `--exceptions ${path}: ${why}`);
}

function isGroup(group: Partial<Group> | null): group is Group {
  return typeof group?.reason === 'string' && Array.isArray(group.dialogues);
}
