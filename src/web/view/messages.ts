// The messages of the room that is shown, the older ones that come when they are read back to, and the way to the newest.
import { dayOf, fullTime } from '../model/format.ts';
import type { RoomLog } from '../model/room-log.ts';
import { type ChatState, find, shownOf } from '../model/state.ts';
import { type MessageLine, type TimelineLine, timeline } from '../model/timeline.ts';
import { timeLocale, words } from '../words/words.ts';
import { byId, make, setFlag, setText } from './dom.ts';
import { hearing } from './hearing.ts';
import { keyed } from './keyed.ts';
import { listenToMessageKeys } from './message-keys.ts';
import {
  createMessage,
  isAmendable,
  isAnswerable,
  type MessageActions,
  type MessageOffered,
  updateMessage,
} from './message-line.ts';
import { createToolbar, type ToolbarActions } from './message-toolbar.ts';
import { Windowed } from './windowed.ts';

/** What the messages ask for. */
export interface MessagesActions extends MessageActions, ToolbarActions {
  /** Older messages of the room that is shown. */
  older(): void;
  /** What follows the part of the past that is shown. */
  newer(): void;
  /** Shows the newest messages in place of it. */
  newest(): void;
}

/** What of the messages the service offers. */
export interface MessagesOffered extends MessageOffered {
  readonly older: boolean;
}

export interface MessagesView {
  render(state: ChatState, now: number): void;
  toBottom(): void;
  /** Begins to edit the newest message that can be. @returns whether there is one */
  editNewest(): boolean;
  /** Shows a message. @returns whether it is there; if it is not, it is shown as soon as it comes */
  find(id: string): boolean;
}

export function createMessages(actions: MessagesActions, offered: () => MessagesOffered): MessagesView {
  const log = byId('log');
  log.tabIndex = 0; // so that the arrow keys scroll it in every browser
  log.addEventListener('pointerover', tellTime);
  const lines = byId('lines');
  const newest = byId<HTMLButtonElement>('newest');
  const heard = hearing(byId('heard'));
  let fresh: ReadonlySet<string> = new Set();
  const show = keyed<TimelineLine>(lines, {
    create(line) {
      const element = createLine(line);
      setFlag(element, 'fresh', fresh.has(line.key));
      return element;
    },
    update(element, line) {
      if (line.kind === 'message') updateMessage(element, line, actions, user);
      else if (line.kind === 'day') setText(element, line.label);
      else if (line.kind === 'note') element.replaceChildren(line.text, ' ', make('time', '', line.time));
    },
  });

  let room: RoomLog | undefined;
  let shown: readonly TimelineLine[] = [];
  let made = '';
  let below = 0;
  let user: string | undefined;
  /** Which message is to be shown as soon as it comes. */
  let wanted: string | undefined;
  const isEnd = (): boolean => room?.newer === undefined;

  const windowed = new Windowed<TimelineLine>({
    ...{ frame: log, lines, show },
    isLasting: ({ kind }) => kind === 'message',
    isEnd,
    moved,
  });
  function moved(): void {
    paintNewest();
    if (windowed.isNearTop && room?.older === 'more' && offered().older) actions.older();
    if (windowed.isNearBottom && room?.newer === 'more') actions.newer();
  }
  function paintNewest(): void {
    if (windowed.isAtBottom) below = 0;
    newest.hidden = isEnd() && (windowed.isAtBottom || (below === 0 && !windowed.isFarUp));
    setText(byId('newest-text'), below > 0 ? words().newMessages(below) : words().toNewest);
  }
  function toNewest(): void {
    if (isEnd()) windowed.toBottom();
    else actions.newest();
  }
  newest.addEventListener('click', () => {
    toNewest();
    byId('draft').focus({ preventScroll: true });
  });
  log.addEventListener('keydown', ({ key }) => {
    if (key === 'End') toNewest();
  });
  byId('older-retry').addEventListener('click', () => actions.older());
  const messageOf = (id: string): MessageLine | undefined =>
    shown.find(
      (line): line is MessageLine => line.kind === 'message' && (line.key === id || line.messageId === id),
    );
  function pointOut({ key }: MessageLine): void {
    wanted = undefined;
    const element = windowed.scrollTo(key);
    element?.focus({ preventScroll: true });
    if (element) flash(element);
  }
  const lineOf = (key: string): MessageLine | undefined =>
    shown.find((line): line is MessageLine => line.kind === 'message' && line.key === key);
  const { edit, remove, reply, react } = actions;
  listenToMessageKeys(log, {
    ...{ edit, remove, reply, react, lineOf },
    can(line) {
      const { edit: edits, replies, reactions } = offered();
      const isThere = isAnswerable(line);
      return { edit: edits && isAmendable(line), reply: replies && isThere, react: reactions && isThere };
    },
  });
  const toolbar = createToolbar(log, { edit, remove, reply, react }, offered, lineOf);

  function showOlder({ older, entries, roomId, name = roomId }: RoomLog, other: string | undefined): void {
    const isEmpty = !entries.some(({ kind }) => kind === 'message');
    const isEnd = older === 'none' || isEmpty || !offered().older;
    byId('intro').hidden = !isEnd;
    byId('older').hidden = isEnd || older === 'more';
    byId('older-retry').hidden = older !== 'failed';
    setText(byId('older-text'), older === 'failed' ? words().olderFailed : words().loadingOlder);
    const { thisIs, thisIsWith, introDirect, beginning, intro } = words();
    setText(byId('intro-title'), other === undefined ? thisIs(`#${name}`) : thisIsWith(other));
    const text = older === 'none' || isEmpty ? beginning : intro;
    setText(byId('intro-text'), other === undefined ? text : introDirect);
  }

  return {
    render(state, now) {
      const next = shownOf(state);
      if (!next) {
        room = undefined;
        shown = [];
        return windowed.arrive([], undefined); // nothing of what was there is drawn again
      }
      const isOther = next.roomId !== room?.roomId;
      // what comes behind the part of the past that is shown
      const missed = next.newer && (find(state, state.current)?.unread ?? 0);
      const reason = `${state.user} ${words().locale} ${dayOf(now)} ${missed}`;
      if (next === room && reason === made) return;
      const [before, wasEnd] = [shown, isEnd()];
      user = state.user;
      [room, made, shown] = [next, reason, timeline(next, { user: state.user, now })];
      const around = (): void => showOlder(next, state.about.get(next.roomId)?.with);
      const behindIt = isOther ? undefined : behind(before, shown);
      const news = wasEnd && isEnd() ? (behindIt ?? []) : []; // who reads on in the past hears no news
      fresh = new Set(news.map(({ key }) => key));
      if (isOther) wanted = undefined;
      const goal = wanted === undefined ? undefined : messageOf(wanted);
      if (behindIt === undefined) {
        show([]); // a line of the other room may have the same key and is not the same
        below = 0;
        around();
        const isUnread = isOther && shown.some(({ kind }) => kind === 'unread');
        windowed.arrive(shown, goal?.key ?? (isUnread ? 'unread' : undefined));
        if (goal) pointOut(goal);
        return;
      }
      const came = news.filter((line): line is MessageLine => line.kind === 'message');
      if (!windowed.isAtBottom) below += came.length;
      below = missed ?? below;
      windowed.render(shown, around);
      if (goal) pointOut(goal);
      if (!isEnd()) moved(); // a page may be so short that there is nothing to scroll
      toolbar.refresh();
      paintNewest();
      // what was said before somebody came is there to be read, not to be told
      heard(came.filter(({ at }) => at >= (next.joinedAt ?? 0)));
    },
    toBottom: () => void (isEnd() && windowed.toBottom()), // from the past it is another way
    editNewest() {
      const line = shown.findLast((one): one is MessageLine => one.kind === 'message' && isAmendable(one));
      if (line === undefined || !offered().edit) return false;
      windowed.scrollTo(line.key);
      actions.edit(line);
      return true;
    },
    find(id) {
      const line = messageOf(id);
      wanted = id;
      if (line) pointOut(line);
      return line !== undefined;
    },
  };
}

/** The day and the second of a message: made for who asks, for they take longer than all else of a line. */
function tellTime({ target }: Event): void {
  if (target instanceof HTMLTimeElement && target.dateTime !== '' && target.title === '')
    target.title = fullTime(Date.parse(target.dateTime), timeLocale());
}

/** Shows for a moment which message it is. */
function flash(element: HTMLElement): void {
  setFlag(element, 'flash', true);
  setTimeout(() => setFlag(element, 'flash', false), 2000);
}

/** What stands behind the last line of before; `undefined`: nothing of that is there, it is another part. */
function behind(
  before: readonly TimelineLine[],
  now: readonly TimelineLine[],
): readonly TimelineLine[] | undefined {
  const known = new Set(before.slice(-50).map(({ key }) => key));
  const last = now.findLastIndex(({ key }) => known.has(key));
  return last < 0 && before.length > 0 ? undefined : now.slice(last + 1);
}

function createLine(line: TimelineLine): HTMLElement {
  switch (line.kind) {
    case 'message':
      return createMessage(line);
    case 'day':
      return make('div', 'day-line', line.label);
    case 'unread':
      return make('div', 'unread-line', words().new);
    case 'note': {
      const note = make('div', 'note-line', line.text, ' ', make('time', '', line.time));
      note.dataset.topic = line.topic;
      return note;
    }
  }
}
