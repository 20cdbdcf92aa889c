// Gathers the changes of messages from the logs of rooms, each message of a log once in its life.
//
// What became of a message may stand anywhere behind it: looking for it would read a whole log for one old page. So
// changes are gathered beside the log, by the message that they are about, with a mark up to where that was done. The
// shelf and what is behind its mark are together all there is, exactly: a log is in order, so nothing comes up before a
// mark later; what was gathered twice, by two nodes or after a crash between the two, changes nothing. What is behind
// the mark stays short: a change is gathered when it was published, and other messages are passed every so many.
import { Buffer } from 'node:buffer';
import { setImmediate as turn } from 'node:timers/promises';
import type { History, HistoryMessage } from '../../index.ts';
import type { Change, Changed } from '../change.ts';
import { messageIn } from '../message.ts';
import type { ChangeShelf } from '../repository.ts';

/** What gathering stands on. */
export interface GatheringParts {
  readonly shelf: () => ChangeShelf;
  readonly history: Pick<History, 'page' | 'numberOf' | 'top'>;
  readonly destinationOf: (roomId: string) => string;
  /** Something was said in a room: from then on it is there, however that came into its log. */
  readonly used?: (roomId: string) => Promise<unknown>;
}

/** Messages of a page: few enough that others are served between two of them. */
const pageSize = 500;
/** Behind so many messages that change nothing the mark is moved. */
const moveEvery = 200;
/** After so many messages of a node in a room the mark follows. */
const followEvery = 500;
/** Without it no message is about another one. */
const changeMark = Buffer.from('"of"');
/** Rooms whose mark is known here. */
const mostKnown = 10_000;

/** See above. */
export class Gathering {
  readonly #parts: GatheringParts;
  /** Up to where a room is gathered at least, and up to where it was looked through: there is nothing behind that. */
  readonly #known = new Map<string, { readonly through: number; readonly looked: number }>();
  readonly #running = new Map<string, Promise<void>>();
  /** How much was said since. */
  readonly #said = new Map<string, number>();

  constructor(parts: GatheringParts) {
    this.#parts = parts;
  }

  /** What has become of messages by now: all is seen that was published before this was asked. */
  async of(roomId: string, numbers: readonly number[], user?: string): Promise<readonly Changed[]> {
    if (numbers.length === 0) return [];
    await this.gather(roomId);
    return this.#parts.shelf().of(roomId, numbers, user);
  }

  /** Done when all is gathered that was published before. */
  async gather(roomId: string): Promise<void> {
    // one that runs already may have passed the end of the log before what is asked for came
    await this.#running.get(roomId)?.catch(() => {});
    const running = this.#running.get(roomId) ?? this.#begin(roomId);
    await running;
  }

  /** Something is said in a room: now and then the mark follows, so that nobody who reads has to catch up with much. */
  said(roomId: string): void {
    const count = (this.#said.get(roomId) ?? 0) + 1;
    if (count < followEvery) {
      if (this.#said.size >= mostKnown) this.#said.clear();
      this.#said.set(roomId, count);
      return;
    }
    this.#said.delete(roomId);
    this.gather(roomId).catch(() => {}); // who reads next tries again, and is told
  }

  /** The room is gone. */
  forget(roomId: string): void {
    this.#known.delete(roomId);
  }

  #begin(roomId: string): Promise<void> {
    const running = this.#gather(roomId).finally(() => this.#running.delete(roomId));
    this.#running.set(roomId, running);
    return running;
  }

  async #gather(roomId: string): Promise<void> {
    const { shelf, history, destinationOf, used } = this.#parts;
    const destination = destinationOf(roomId);
    const known = this.#known.get(roomId);
    const looked = await history.top(destination);
    if (known !== undefined && known.looked >= looked) return;
    let through = known?.through ?? (await shelf().through(roomId));
    let done = through;
    let changes: Change[] = [];
    for (let more = true, passed = 0; more; ) {
      const asked = { order: 'oldest', limit: pageSize, ...(through > 0 && { after: through }) } as const;
      const { messages, next } = await history.page(destination, asked);
      if (through === 0 && messages.length > 0) await used?.(roomId); // of no room nothing is kept
      more = next !== undefined;
      passed += messages.length;
      through = messages.at(-1)?.number ?? through;
      for (const message of messages) changes.push(...this.#changesIn(destination, message));
      if (more) await turn(); // a log in memory is read without any wait, and others would have none between two pages
      // a commit for many: whoever catches up with a long log waits for few of them
      if (more ? changes.length < pageSize : changes.length === 0 && passed < moveEvery) continue;
      await shelf().gather(roomId, changes, through);
      done = through;
      changes = [];
      passed = 0;
    }
    this.#known.delete(roomId);
    this.#known.set(roomId, { through: done, looked });
    if (this.#known.size > mostKnown) this.#known.delete(this.#known.keys().next().value!);
  }

  #changesIn(destination: string, { body, tombstone, number, sender, time }: HistoryMessage): Change[] {
    // most change nothing, and need not be read for that
    const message = tombstone === undefined && body.includes(changeMark) ? messageIn(body) : undefined;
    const { messageType: kind, of, content, emoji, on } = message ?? {};
    if (of === undefined || (kind !== 'EDIT' && kind !== 'DELETE' && kind !== 'REACTION')) return [];
    try {
      const original = this.#parts.history.numberOf(destination, of);
      return [{ of: original, number, by: sender ?? message!.sender, at: time, kind, content, emoji, on }];
    } catch {
      return []; // nobody's message: published past the chat
    }
  }
}
