// The whole page: puts the views together and paints the newest state, once per frame at most.
import type { ChatState } from '../model/state.ts';
import { pageTitle } from '../model/title.ts';
import { paintAvatar } from './avatar.ts';
import { type ComposerActions, createComposer } from './composer.ts';
import { createConnection } from './connection.ts';
import { byId, setText } from './dom.ts';
import { createDrawer } from './drawer.ts';
import type { MessageActions } from './message-line.ts';
import { createMessages } from './messages.ts';
import { createNotices } from './notices.ts';
import { createRoomList, type RoomActions } from './room-list.ts';
import { listenToShortcuts } from './shortcuts.ts';
import { createSignIn } from './sign-in.ts';

export interface PageActions extends ComposerActions, MessageActions, RoomActions {
  signIn(name: string): void;
  signOut(): void;
  neighbour(step: 1 | -1): void;
  retryNow(): void;
  dismiss(key: string): void;
  lastName(): string;
}

/** Returns the step that shows a state; many in one frame cost one painting. */
export function createPage(actions: PageActions): (state: ChatState) => void {
  const paint = createPainter(actions);
  let newest: ChatState | undefined;
  const paintNewest = (): void => {
    if (newest) paint(newest);
    newest = undefined;
  };
  document.addEventListener('visibilitychange', paintNewest);
  return (state) => {
    if (newest === undefined) {
      // A hidden page gets no frames.
      if (document.hidden) setTimeout(paintNewest, 250);
      else requestAnimationFrame(paintNewest);
    }
    newest = state;
    document.title = pageTitle(state);
  };
}

function createPainter(actions: PageActions): (state: ChatState) => void {
  const drawer = createDrawer();
  const signIn = createSignIn((name) => actions.signIn(name));
  const messages = createMessages(actions);
  const rooms = createRoomList(actions);
  const composer = createComposer({
    complain: (text) => actions.complain(text),
    say(content) {
      messages.toBottom(); // so that the reader sees what they wrote
      actions.say(content);
    },
  });
  const connection = createConnection(() => actions.retryNow());
  const notices = createNotices((key) => actions.dismiss(key));
  byId('sign-out').addEventListener('click', () => actions.signOut());
  byId('room-list').addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || !event.target.closest('a')) return;
    drawer.close();
    focusDraft();
  });
  byId('skip-link').addEventListener('click', (event) => {
    event.preventDefault(); // the address names the room
    byId('log').focus();
  });
  listenToShortcuts((step) => actions.neighbour(step));

  let shown: ChatState | undefined;
  return (state) => {
    const isSignedIn = state.user !== undefined;
    const isEntering = isSignedIn && shown?.user === undefined;
    if (!isSignedIn || state.current !== shown?.current) drawer.close();
    shown = state;
    byId('app').hidden = !isSignedIn;
    signIn.show(!isSignedIn, actions.lastName());
    notices(state.notices);
    if (state.user === undefined) return;
    paintAvatar(byId('account-avatar'), state.user);
    setText(byId('account-name'), state.user);
    connection(state.link, Date.now());
    rooms(state);
    composer(state);
    messages.render(state, Date.now());
    if (isEntering) focusDraft();
  };
}

/** Not on a touch screen, where the keyboard would come up and hide half of the room. */
function focusDraft(): void {
  if (matchMedia('(pointer: fine)').matches) byId('draft').focus();
}
