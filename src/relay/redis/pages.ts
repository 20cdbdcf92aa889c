// What a log answers to a reader.
import { Buffer } from 'node:buffer';
import type { Position } from '../../message/position.ts';
import { textOf } from './connection.ts';

/** An entry of a log, as it was found. */
export interface LogEntry {
  readonly seq: number;
  readonly envelope: Buffer;
  readonly extra: string;
}

/** What a log answers to a reader. */
export interface LogPage {
  /** The epoch that counts, and the seq up to which messages may be given out. */
  readonly top: Position;
  readonly oldest: number;
  readonly fence: string;
  /** What stands behind the place that was asked for; nothing when its epoch does not count. */
  readonly entries: readonly LogEntry[];
}

/** Where there is no log, only who would count is known. */
export type NoPage = Pick<LogPage, 'fence'>;

/** What the script for reading has answered. */
export function pageOf(reply: readonly unknown[]): LogPage | NoPage {
  const [epoch, seq, oldest, fence] = reply.slice(0, 4).map(textOf) as [string, string, string, string];
  if (epoch === '') return { fence };
  const entries = (reply[4] ?? []) as readonly [Buffer, readonly Buffer[]][];
  return {
    top: { epoch: Number(epoch), seq: Number(seq) },
    oldest: Number(oldest),
    fence,
    entries: entries.map(entryOf),
  };
}

/** An entry that somebody else has written has no envelope, or none that can be read. */
function entryOf([id, pairs]: readonly [Buffer, readonly Buffer[]]): LogEntry {
  let envelope: Buffer | undefined;
  let extra = '';
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const name = pairs[at]!.toString();
    if (name === 'm') envelope = pairs[at + 1]!;
    else if (name === 'x') extra = pairs[at + 1]!.toString();
  }
  return { seq: Number.parseInt(id.toString(), 10), envelope: envelope ?? noBytes, extra };
}

const noBytes = Buffer.alloc(0);
