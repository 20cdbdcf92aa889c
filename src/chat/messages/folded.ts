// A page of what was said in a room, as it is now: with edits and reactions folded in, and changes left out.
import type { History, HistoryAsked, HistoryMessage } from '../../index.ts';
import type { Changed, Reaction } from '../change.ts';
import { type ChatMessage, messageIn } from '../message.ts';
import type { Gathering } from './gathering.ts';

/** A message as it is now. */
export interface FoldedMessage {
  /** As it stands in the log. */
  readonly at: HistoryMessage;
  /** `undefined`: it is gone, or is none of the chat's. */
  readonly message: ChatMessage | undefined;
  /** What the next edit follows: the number of the last edit, or of the message. */
  readonly version: number;
  /** Milliseconds since the epoch of Unix; none: it was never edited. */
  readonly editedAt: number | undefined;
  readonly deleted: boolean;
  /** It is an edit itself: shown to who searches. */
  readonly isEdit: boolean;
  readonly reactions: readonly Reaction[];
}

/** What folding stands on. */
export interface FoldingParts {
  readonly history: Pick<History, 'page' | 'cursorBehind'>;
  readonly gathering: Gathering;
  readonly destinationOf: (roomId: string) => string;
}

const changing: ReadonlySet<unknown> = new Set(['EDIT', 'DELETE', 'REACTION']);
/** So many messages are looked at to fill a page: in a log of nothing but changes it ends before it is full. */
const mostLooked = 2000;
/** One more message is read for so many that are shown. */
const spareOf = 10;
/** A page of the history has no more. */
const mostOfPage = 1000;

/** A message of the log, and what it says, read once. */
interface Read {
  readonly at: HistoryMessage;
  /** `undefined`: it is gone, or is none of the chat's. */
  readonly said: ChatMessage | undefined;
}

const read = (at: HistoryMessage): Read => ({
  at,
  said: at.tombstone === undefined ? messageIn(at.body) : undefined,
});

/** Folds one message: with all that was changed of it until this was asked; none: it only changes another one. */
export async function foldedOne(
  gathering: Gathering,
  roomId: string,
  at: HistoryMessage,
  user?: string,
): Promise<FoldedMessage | undefined> {
  const one = read(at);
  if (isChange(one, false)) return undefined;
  const [now] = await folded(gathering, roomId, [one], user);
  return now !== undefined && isShown(now) ? now : undefined;
}

/** Of an edit whose message was deleted nothing is left. */
const isShown = ({ isEdit, deleted }: FoldedMessage): boolean => !(isEdit && deleted);

async function folded(
  gathering: Gathering,
  roomId: string,
  messages: readonly Read[],
  user?: string,
): Promise<FoldedMessage[]> {
  const numbers = messages.map(({ at }) => at.number);
  const changes = await gathering.of(roomId, numbers, user);
  if (changes.length === 0) return messages.map((one) => foldedOf(one, undefined));
  const byNumber = new Map(changes.map((one) => [one.of, one]));
  return messages.map((one) => foldedOf(one, byNumber.get(one.at.number)));
}

/**
 * A page of the history of a room, without what only changes other messages; but who searches finds edits too, by their
 * own words.
 */
export async function foldedPage(
  { history, gathering, destinationOf }: FoldingParts,
  roomId: string,
  asked: HistoryAsked,
  user?: string,
): Promise<{ readonly messages: readonly FoldedMessage[]; readonly next: string | undefined }> {
  const { limit = 50, text } = asked;
  const found: FoldedMessage[] = [];
  let cursor = asked.cursor;
  const destination = destinationOf(roomId);
  for (let looked = 0, least = 0; looked < mostLooked; ) {
    const left = limit - found.length;
    // some more than are shown: most pages have a few changes, and need not be filled up by another look then
    const most = Math.min(Math.max(left + Math.ceil(limit / spareOf), least), mostOfPage);
    const page = await history.page(destination, { ...asked, cursor, limit: most });
    const said = page.messages.map(read).filter((one) => !isChange(one, text !== undefined));
    const now = await folded(gathering, roomId, said, user);
    const shown = now.filter(isShown);
    found.push(...shown.slice(0, left));
    if (shown.length > left)
      return { messages: found, next: history.cursorBehind(destination, asked, found.at(-1)!.at.messageId) };
    looked += most;
    least = shown.length === 0 ? 2 * most : 0; // or a small page in a log of nothing but changes takes a thousand looks
    cursor = page.next;
    if (cursor === undefined || found.length === limit) break;
  }
  return { messages: found, next: cursor };
}

function isChange({ said }: Read, searched: boolean): boolean {
  const kind = said?.messageType;
  return changing.has(kind) && !(searched && kind === 'EDIT');
}

function foldedOf({ at, said }: Read, changed: Changed | undefined): FoldedMessage {
  const deleted = changed?.deleted === true || at.tombstone === 'redacted';
  const isEdited = said !== undefined && changed?.content !== undefined;
  const message = deleted ? undefined : isEdited ? { ...said, content: changed.content! } : said;
  const version = changed?.edits.at(-1) ?? at.number;
  const { editedAt, reactions = [] } = changed ?? {};
  const isEdit = changed?.isEdit ?? false;
  return { at, message, version, editedAt, deleted, isEdit, reactions: deleted ? [] : reactions };
}
