// The whole page: puts the views together and paints the newest state, once per frame at most.
import { mayWrite } from '../model/room-list.ts';
import type { ChatState } from '../model/state.ts';
import type { MessageLine } from '../model/timeline.ts';
import { pageTitle } from '../model/title.ts';
import type { Found } from '../wire/api.ts';
import type { Feature, WireConfig } from '../wire/config.ts';
import type { SignIn } from '../wire/credentials.ts';
import { type Language, words } from '../words/words.ts';
import { paintAvatar } from './avatar.ts';
import { createCompany } from './company.ts';
import { type ComposerActions, createComposer } from './composer.ts';
import { confirmed } from './confirm.ts';
import { createConnection } from './connection.ts';
import type { Desktop } from './desktop.ts';
import { byId, setText } from './dom.ts';
import { createDrawer } from './drawer.ts';
import { createLanguage } from './language.ts';
import { createMessages } from './messages.ts';
import { createNews, type NewsActions } from './news.ts';
import { createNotices } from './notices.ts';
import { createRoomList, type RoomActions } from './room-list.ts';
import { createRoomTools, type RoomToolsActions } from './room-tools.ts';
import { createSearch } from './search.ts';
import { listenToShortcuts } from './shortcuts.ts';
import { createSignIn } from './sign-in.ts';

export interface PageActions
  extends Omit<ComposerActions, 'editNewest'>,
    RoomActions,
    Omit<RoomToolsActions, 'entered'>,
    NewsActions {
  signIn(signIn: SignIn): void;
  signOut(): void;
  neighbour(step: 1 | -1): void;
  retry(key: string): void;
  discard(key: string): void;
  retryNow(): void;
  dismiss(key: string): void;
  desktop: Desktop;
  lastName(): string;
  choose(language: Language): void;
  /** Deletes a message, for everybody. */
  remove(messageId: string): void;
  /** Older messages of the room that is shown. @returns when they are there, or are not to be had */
  older(): Promise<void>;
  search(text: string): Promise<Found>;
  /** What the service offers. */
  config(): WireConfig;
  /** Puts an emoji under a message, or takes it away. */
  react(messageId: string, emoji: string, on: boolean): void;
  /** Asks for a message that another one answers. */
  original(messageId: string): void;
  /** Asks for a message and what stands around it. @returns when that is there, or is not to be had */
  goTo(messageId: string): Promise<void>;
  /** What follows the part of the past that is shown. */
  newer(): void;
  /** Shows the newest messages in place of it. */
  newest(): void;
  /** The reader. */
  user(): string | undefined;
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
  const translate = createLanguage((language) => actions.choose(language));
  const signIn = createSignIn((typed) => actions.signIn(typed));
  let shown: ChatState | undefined;
  const messages = createMessages(
    {
      retry: (key) => actions.retry(key),
      discard: (key) => actions.discard(key),
      edit: (line) => composer.edit(line, focusedMessage()),
      remove: (line) => void remove(line, actions),
      reply: (line) => composer.reply(line),
      react: (line, anchor) => void react(line, anchor, actions),
      mark: (messageId, emoji, on) => actions.react(messageId, emoji, on),
      seen: (users, anchor) => void import('./popovers.ts').then(({ openNames }) => openNames(anchor, users)),
      goTo: (messageId) => void goTo(messageId, messages.find, actions),
      original: (messageId) => actions.original(messageId),
      older: () => void actions.older(),
      newer: () => actions.newer(),
      newest: () => actions.newest(),
    },
    () => {
      const { features } = actions.config();
      const writes = shown === undefined || mayWrite(shown, shown.current);
      const has = (feature: Feature): boolean => writes && features.has(feature);
      return {
        ...{ older: offers(actions.config()), edit: has('edit') },
        ...{ replies: has('replies'), reactions: has('reactions') },
      };
    },
  );
  const rooms = createRoomList(actions);
  const composer = createComposer({
    complain: (text) => actions.complain(text),
    amend: (messageId, content) => actions.amend(messageId, content),
    type: (typing) => actions.type(typing),
    editNewest: () => messages.editNewest(),
    say(content, extras) {
      messages.toBottom(); // so that the reader sees what they wrote
      actions.say(content, extras);
    },
  });
  const tools = createRoomTools({ ...actions, entered: focusDraft });
  const company = createCompany((user) => tools.write(user));
  const news = createNews(actions, actions.desktop);
  const search = createSearch({
    search: (text) => actions.search(text),
    show: (id) => void goTo(id, messages.find, actions),
  });
  const connection = createConnection(() => actions.retryNow());
  const notices = createNotices(actions);
  byId('sign-out').addEventListener('click', () => actions.signOut());
  byId('rooms').addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || !event.target.closest('a')) return;
    drawer.close();
    focusDraft();
  });
  byId('skip-link').addEventListener('click', (event) => {
    event.preventDefault(); // the address names the room
    byId('log').focus();
  });
  listenToShortcuts((step) => actions.neighbour(step));

  return (state) => {
    const isSignedIn = state.user !== undefined;
    const isEntering = isSignedIn && shown?.user === undefined;
    if (!isSignedIn || state.current !== shown?.current) drawer.close();
    shown = state;
    const { signIn: way, open, ...config } = actions.config();
    translate();
    byId('app').hidden = !isSignedIn;
    signIn.show(!isSignedIn, { way, lastName: actions.lastName(), refusal: state.refusal });
    notices(state.notices);
    tools.render(state, actions.config());
    // of who has signed out nothing stays on the page, whether it can be seen or not
    paintAvatar(byId('account-avatar'), state.user ?? '');
    setText(byId('account-name'), state.user ?? '');
    connection(state.link, Date.now());
    rooms(state, open);
    composer.render(state, config.features);
    company(state);
    search(state, offers(config));
    news(state, config.features.has('notifications'));
    messages.render(state, Date.now());
    if (isEntering) focusDraft();
  };
}

/** What is not kept cannot be read back to, nor searched. */
function offers({ api, resume }: Pick<WireConfig, 'api' | 'resume'>): boolean {
  return api !== undefined && resume;
}

async function remove({ messageId, content }: MessageLine, actions: PageActions): Promise<void> {
  if (messageId === undefined) return;
  const back = focusedMessage();
  if (await confirmed(words().deleteQuestion, content)) actions.remove(messageId);
  (back ?? byId('draft')).focus({ preventScroll: true });
}

/** The message from which something is done by keys: who works with them stays there. */
function focusedMessage(): HTMLElement | undefined {
  const focused = document.activeElement;
  const isByKeys = focused?.matches(':focus-visible') ?? false;
  return (isByKeys && focused?.closest<HTMLElement>('.message')) || undefined;
}

async function react(line: MessageLine, anchor: HTMLElement, actions: PageActions): Promise<void> {
  const { messageId, reactions } = line;
  if (messageId === undefined) return;
  const { openPicker } = await import('./popovers.ts');
  openPicker(anchor, { reactions, user: actions.user() }, (emoji, on) => actions.react(messageId, emoji, on));
}

/** Goes to a message of the room that is shown, wherever it stands. */
async function goTo(
  id: string,
  find: (id: string) => boolean,
  actions: Pick<PageActions, 'goTo'>,
): Promise<void> {
  if (find(id)) return;
  const going = byId('going');
  setText(going, words().quoteGoing);
  await actions.goTo(id);
  setText(going, '');
}

/** Not on a touch screen, where the keyboard would come up and hide half of the room. */
function focusDraft(): void {
  if (matchMedia('(pointer: fine)').matches) byId('draft').focus();
}
