// The judge: says what was wrong in a run. It shares nothing with the product but the promises.
import { grouped } from './grouped.ts';
import type { Fault, History, Terms } from './history.ts';
import { RoomLog } from './room-log.ts';
import { checkSendings, checkStore } from './sendings.ts';
import { Walk, type WalkFigures } from './walk.ts';

/** What was found, and how much was looked at. */
export interface Verdict extends WalkFigures {
  readonly faults: readonly Fault[];
  /** Positions that are known of all rooms. */
  readonly positions: number;
  readonly stored: number;
}

export function check(history: History, terms: Terms): Verdict {
  const faults: Fault[] = [];
  const verdict = { faults, messages: 0, resumes: 0, toldGaps: 0, lateGaps: 0, positions: 0, stored: 0 };
  const sendings = new Map(history.sendings.map((sending) => [sending.text, sending]));
  const hashes = new Map<string, string>();
  for (const room of roomsOf(history)) {
    const log = checkRoom(room, history, sendings, terms, verdict, faults);
    const other = log.hash === undefined ? undefined : hashes.get(log.hash);
    if (other !== undefined) log.tell('foreign-id', `${log.hash} names ${other} as well`);
    if (log.hash !== undefined) hashes.set(log.hash, room);
  }
  return verdict;
}

function roomsOf({ sendings, views, store = [] }: History): ReadonlySet<string> {
  return new Set([...sendings, ...views, ...(store ?? [])].map(({ room }) => room));
}

function checkRoom(
  room: string,
  history: History,
  sendings: ReadonlyMap<string, History['sendings'][number]>,
  terms: Terms,
  totals: WalkFigures & { positions: number; stored: number },
  faults: Fault[],
): RoomLog {
  const views = history.views.filter((view) => view.room === room);
  const kept = (history.store ?? []).filter((one) => one.room === room);
  const log = new RoomLog(room, views, kept, history.textOf, faults);
  totals.positions += log.order.length;
  totals.stored += kept.length;
  for (const view of views) add(totals, new Walk(view, log, sendings, terms).run());
  checkSendings(log, sendings, terms, room);
  if (history.store !== undefined) checkStore(log, sendings, terms);
  return log;
}

function add(totals: WalkFigures, { messages, resumes, toldGaps, lateGaps }: WalkFigures): void {
  totals.messages += messages;
  totals.resumes += resumes;
  totals.toldGaps += toldGaps;
  totals.lateGaps += lateGaps;
}

/** The faults in a few lines: how many of each kind, and the first ones of it. */
export function account(faults: readonly Fault[], each = 3): string {
  const kinds = [...grouped(faults, ({ kind }) => kind)];
  return kinds
    .map(([kind, all]) => {
      const shown = all.slice(0, each).map(({ room, what }) => `  ${room}: ${what}`);
      return [`${all.length} x ${kind}`, ...shown].join('\n');
    })
    .join('\n');
}
