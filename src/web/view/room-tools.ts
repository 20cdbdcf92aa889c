// What can be done with rooms beside talking in them: buttons that open dialogs, which are loaded when they are first wanted.
import { isDirect, mayWrite } from '../model/room-list.ts';
import { type ChatState, find } from '../model/state.ts';
import { problemWords } from '../wire/api-problem.ts';
import type { WireConfig } from '../wire/config.ts';
import { words } from '../words/words.ts';
import { paintAvatar } from './avatar.ts';
import type { DialogActions, Dialogs } from './dialogs/dialogs.ts';
import { paintDot, presenceIn } from './direct-list.ts';
import { byId, setFlag } from './dom.ts';

export interface RoomToolsActions extends DialogActions {
  complain(text: string): void;
  /** Somebody came into a room from a dialog. */
  entered(): void;
}

export interface RoomTools {
  render(state: ChatState, config: WireConfig): void;
  /** Shows the conversation with somebody. */
  write(name: string): void;
}

export function createRoomTools(actions: RoomToolsActions): RoomTools {
  let loading: Promise<Dialogs> | undefined;
  let dialogs: Dialogs | undefined;
  let shown: ChatState | undefined;
  let opened: string | undefined;

  /** Who comes from a dialog is to write next. */
  function show(roomId: string): void {
    opened = roomId;
    actions.open(roomId);
  }

  async function open(which: (all: Dialogs, state: ChatState) => void): Promise<void> {
    loading ??= import('./dialogs/dialogs.ts').then(({ createDialogs }) =>
      createDialogs({ ...actions, open: show }),
    );
    try {
      dialogs = await loading;
      if (shown) which(dialogs, shown);
    } catch {
      loading = undefined;
      actions.complain(words().loadFailed);
    }
  }
  const converse = (name: string): void => void open((all, state) => all.conversation(state, name));
  for (const id of ['new-room', 'first-room'])
    byId(id).addEventListener('click', () => void open((all) => all.newRoom()));
  for (const id of ['new-conversation', 'first-conversation'])
    byId(id).addEventListener('click', () => converse(''));
  byId('room-about').addEventListener('click', () => void open((all, state) => all.aboutRoom(state)));
  byId('lines').addEventListener('click', ({ target }) => {
    const name = target instanceof Element ? target.closest('.message:not([data-own]) .sender') : null;
    const sender = name?.closest('.quote') ? null : name; // a quote leads to what was said
    if (sender?.textContent) converse(sender.textContent);
  });

  return {
    write: (name) =>
      void open((all) => all.write(name).catch((error: unknown) => actions.complain(problemWords(error)))),
    render(state, config) {
      shown = state;
      const hasRooms = config.features.has('rooms') && config.api !== undefined;
      const [room, isOfTwo] = [find(state, state.current), isDirect(state, state.current)];
      byId('new-room').hidden = !hasRooms || config.open;
      byId('directs').hidden = !hasRooms;
      byId('room-about').hidden = !hasRooms || config.open || room === undefined || isOfTwo;
      setFlag(byId('app'), 'converses', hasRooms);
      byId('no-room').hidden = room !== undefined || !hasRooms;
      paintHead(state, isOfTwo);
      const isReader = room !== undefined && !mayWrite(state, state.current);
      byId('read-only').hidden = !isReader;
      byId('composer').hidden = isReader || room === undefined;
      dialogs?.render(state);
      if (opened === undefined || opened !== state.current) return;
      opened = undefined;
      actions.entered();
    },
  };
}

function paintHead(state: ChatState, isOfTwo: boolean): void {
  const dot = byId('room-dot');
  dot.hidden = !isOfTwo;
  if (isOfTwo) paintDot(dot, presenceIn(state, state.current));
  const mark = document.querySelector<HTMLElement>('.room-mark');
  if (!mark) return;
  setFlag(mark, 'direct', isOfTwo);
  if (isOfTwo) paintAvatar(mark, state.about.get(state.current)?.with ?? '?');
  else {
    mark.textContent = '#';
    delete mark.dataset.hue;
  }
}
