// What a store holds after a run, as `history export` of the built executable writes it.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Kept } from './history.ts';

const cli = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

/** What stands before the name of a room. */
export const roomTopic = '/topic/chat-room/';

/** @param flags - where the history is; no service may be running on an embedded one */
export async function exported(flags: readonly string[]): Promise<readonly Kept[]> {
  const words = [cli, 'history', 'export', ...flags];
  const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 30 });
  return stdout.split('\n').filter(Boolean).map(keptOf);
}

function keptOf(line: string): Kept {
  const {
    destination,
    epoch,
    seq,
    body = '',
  } = JSON.parse(line) as Omit<Kept, 'room'> & { destination: string };
  return { room: destination.slice(roomTopic.length), epoch, seq, body };
}
