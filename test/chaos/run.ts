// One chaos run: actors on, trouble for a while, calm, a last message to every room, and the verdict.
import { setTimeout as after } from 'node:timers/promises';
import { check, type Verdict } from './check.ts';
import type { History, Kept, Terms } from './history.ts';
import { Notes } from './notes.ts';
import { type Cast, castOf, type Plan } from './plan.ts';
import { Random } from './random.ts';
import type { Trouble } from './trouble.ts';

/** What a run is let loose on. */
export interface Target {
  /** The WebSocket endpoint for the client of this number. */
  endpointOf(client: number): string;
  /** What else goes wrong. */
  readonly trouble: Trouble;
  /** Ends the service in good order, and reads what its store holds; `undefined`: there is none to read. */
  finish(): Promise<readonly Kept[] | undefined>;
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly history: History;
  readonly counts: ReadonlyMap<string, number>;
  /** Milliseconds that clients were away without having ended their connection, in order of size. */
  readonly outages: readonly number[];
  /** What did not come to an end by itself. */
  readonly stuck: readonly string[];
}

/** Nothing may be lost, and no gap told: only clients' connections ended. */
export const plainTerms: Terms = { gaps: 'never', keeps: 'accepted' };
/** The service died: what was not receipted as stored may be lost, and that is told. */
export const killTerms: Terms = { gaps: 'told', keeps: 'stored' };

/** Redis died, too: what had reached a replica may not be lost either; a SUBSCRIBE may have to wait for it. */
export const nodesTerms: Terms = {
  gaps: 'told',
  keeps: 'replicated',
  refusals: ['relay-unavailable', 'history-unavailable', 'resume-broken'],
};

/** How long the end of a run may take: a bound for what hangs, nothing is measured by it. */
const patience = 60_000;

export async function runChaos(plan: Plan, target: Target, terms: Terms): Promise<Outcome> {
  const notes = new Notes();
  const cast = castOf(plan, notes, (client) => target.endpointOf(client));
  await live(plan, cast, target);
  const stuck = await settle(cast);
  for (const actor of everybody(cast)) actor.leave();
  const store = await target.finish();
  const history: History = {
    sendings: [...cast.publishers, ...cast.closers].flatMap(({ sendings }) => sendings),
    views: cast.listeners.flatMap(({ views }) => views),
    store,
    textOf,
  };
  return {
    verdict: check(history, terms),
    history,
    counts: notes.counts,
    outages: notes.outages.sort((a, b) => a - b),
    stuck,
  };
}

const everybody = ({ listeners, publishers, closers }: Cast) => [...listeners, ...publishers, ...closers];

async function live(plan: Plan, cast: Cast, target: Target): Promise<void> {
  for (const actor of everybody(cast)) actor.open();
  for (const publisher of cast.publishers) publisher.start();
  const over = AbortSignal.timeout(plan.seconds * 1000);
  await Promise.all([target.trouble(new Random(plan.seed).branch(), over), after(plan.seconds * 1000)]);
  for (const publisher of cast.publishers) publisher.stop();
  for (const actor of everybody(cast)) actor.calm();
}

/** Everything sent is receipted, and one more message per room reaches everybody in it. */
async function settle({ publishers, closers, listeners }: Cast): Promise<readonly string[]> {
  const waits = publishers.map((publisher) => publisher.settled());
  if (!(await inTime(Promise.all(waits))))
    return publishers.flatMap(({ unsettled }) => unsettled.map((text) => `no answer for ${text}`));
  const missing = new Set<string>();
  const heard = new Promise<void>((resolve) => {
    for (const listener of listeners) {
      listener.onMessage = (body) => {
        missing.delete(`${listener.login} has not heard ${textOf(body)}`);
        if (missing.size === 0) resolve();
      };
    }
  });
  for (const closer of closers) {
    const { text, room } = closer.publish('stored', true);
    for (const { login, views } of listeners)
      if (views.some((view) => view.room === room)) missing.add(`${login} has not heard ${text}`);
  }
  await inTime(heard);
  await inTime(Promise.all(closers.map((closer) => closer.settled())));
  return [...missing];
}

/** Whether it is done within the patience of a run. */
async function inTime(done: Promise<unknown>): Promise<boolean> {
  const giveUp = new AbortController();
  const late = after(patience, false, { signal: giveUp.signal }).catch(() => false);
  const outcome = await Promise.race([done.then(() => true), late]);
  giveUp.abort();
  return outcome;
}

/** The chat's messages carry what was sent as `content`. */
function textOf(body: string): string {
  try {
    return (JSON.parse(body) as { content: string }).content;
  } catch {
    return `no message of the chat: ${JSON.stringify(body.slice(0, 80))}`;
  }
}
