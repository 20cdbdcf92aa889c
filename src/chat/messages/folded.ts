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
  readonly history: Pick<History, 'page'>;
  readonly gathering: Gathering;
  readonly destinationOf: (roomId: string) => string;
}

const changing: ReadonlySet<unknown> = new Set(['EDIT', 'DELETE', 'REACTION']);
/** So many messages are looked at to fill a page: in a log of nothing but changes it ends before it is full. */
const mostLooked = 2000;

/** Folds messages of a room, whichever they are: each with all that was changed of it until this was asked. */
export async function folded(
  gathering: Gathering,
  roomId: string,
  messages: readonly HistoryMessage[],
  user?: string,
): Promise<FoldedMessage[]> {
  const changes = await gathering.of(
    roomId,
    messages.map(({ number }) => number),
    user,
  );
  const byNumber = new Map(changes.map((one) => [one.of, one]));
  return messages.map((at) => foldedOf(at, byNumber.get(at.number)));
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
  for (let looked = 0; looked < mostLooked; ) {
    const left = limit - found.length;
    const page = await history.page(destinationOf(roomId), { ...asked, cursor, limit: left });
    const said = page.messages.filter((message) => !isChange(message, text !== undefined));
    const now = await folded(gathering, roomId, said, user);
    found.push(...now.filter(({ isEdit, deleted }) => !(isEdit && deleted)));
    looked += left;
    cursor = page.next;
    if (cursor === undefined || found.length === limit) break;
  }
  return { messages: found, next: cursor };
}

function isChange({ tombstone, body }: HistoryMessage, searched: boolean): boolean {
  if (tombstone !== undefined) return false;
  const kind = messageIn(body)?.messageType;
  return changing.has(kind) && !(searched && kind === 'EDIT');
}

function foldedOf(at: HistoryMessage, changed: Changed | undefined): FoldedMessage {
  const deleted = changed?.deleted === true || at.tombstone === 'redacted';
  const said = at.tombstone === undefined && !deleted ? messageIn(at.body) : undefined;
  const message = said && { ...said, content: changed?.content ?? said.content };
  const version = changed?.edits.at(-1) ?? at.number;
  const { editedAt, reactions = [] } = changed ?? {};
  const isEdit = changed?.isEdit ?? false;
  return { at, message, version, editedAt, deleted, isEdit, reactions: deleted ? [] : reactions };
}
