// Whether a Redis has a message that it confirmed before, or a promotion has lost it.
import type { Position } from '../../message/position.ts';
import type { Connection } from './connection.ts';
import { hasScript } from './fate-scripts.ts';

/** `unknown`: there is no log, for it was too old or is lost as a whole; or its epoch ended too long ago. */
export type Fate = 'here' | 'lost' | 'unknown';

const answers: readonly Fate[] = ['lost', 'here', 'unknown'];

/** @param top - the key of its destination's counter */
export async function fateOf(
  commands: Pick<Connection, 'run'>,
  top: string,
  { epoch, seq }: Position,
): Promise<Fate> {
  return answers[Number(await commands.run(hasScript, [top], [String(epoch), String(seq)]))]!;
}
