// Plays many conversations against one broker and says what became of each.
import { obstacle } from './corpus.ts';
import type { Dialogue, Scope } from './dialogue.ts';
import type { Exceptions } from './exceptions.ts';
import { play, type Stage } from './play.ts';

/** `known`: it failed, and the list of exceptions says so; `mended`: the list says so, and it passed. */
export type Result = 'pass' | 'fail' | 'known' | 'mended' | 'not played';

/** What became of one conversation. */
export interface Outcome {
  readonly name: string;
  readonly title: string;
  readonly cites: string;
  readonly scope: Scope;
  readonly result: Result;
  /** Why it did not pass: what went otherwise, at which line of its text. */
  readonly reason?: string;
}

/** What to play, and how to judge it. */
export interface Plan {
  readonly stage: Omit<Stage, 'unique'>;
  /** What the broker was started with, of what conversations may need. */
  readonly offers: ReadonlySet<string>;
  readonly exceptions: Exceptions;
  /** Tells a run from those before it: destinations are named after it. */
  readonly run: string;
}

/** Conversations that are held at a time: those that fail by waiting do not wait one after another. */
const atOnce = 8;

/** Plays them all; the outcomes are in their order. */
export async function playAll(dialogues: readonly Dialogue[], plan: Plan): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = dialogues.entries();
  const player = async (): Promise<void> => {
    for (const [at, dialogue] of waiting) outcomes[at] = await outcomeOf(dialogue, at, plan);
  };
  await Promise.all(Array.from({ length: atOnce }, player));
  return outcomes;
}

/** Whether there is nothing to look into. */
export function isGood(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(({ result }) => result !== 'fail' && result !== 'mended');
}

async function outcomeOf(dialogue: Dialogue, at: number, plan: Plan): Promise<Outcome> {
  const { name, title, cites, scope } = dialogue;
  const about = { name, title, cites, scope };
  const hindered = obstacle(dialogue, plan.stage.url, plan.offers);
  if (hindered !== undefined) return { ...about, result: 'not played', reason: hindered };
  const fault = await play(dialogue, { ...plan.stage, unique: `${plan.run}${at}` });
  const known = plan.exceptions.get(name);
  if (fault === undefined) {
    if (known === undefined) return { ...about, result: 'pass' };
    return { ...about, result: 'mended', reason: `the list of exceptions says that it fails: ${known}` };
  }
  if (known !== undefined) return { ...about, result: 'known', reason: known };
  return { ...about, result: 'fail', reason: `line ${fault.line}: ${fault.what}` };
}
