// What somebody was notified of: a bell with a count that opens the list, a toast, and, where they agreed to it, the desktop.
import { badge } from '../model/format.ts';
import type { News } from '../model/news.ts';
import { signOfRoom } from '../model/room-sign.ts';
import type { ChatState } from '../model/state.ts';
import { words } from '../words/words.ts';
import { makeAvatar } from './avatar.ts';
import { type Desktop, tellOnDesktop } from './desktop.ts';
import { byId, make, makeButton, setText } from './dom.ts';
import { createPanel } from './panel.ts';

export interface NewsActions {
  open(roomId: string): void;
  /** Forgets all of it. */
  clear(): void;
  /** Shows a sentence that leads to a room. */
  tell(text: string, roomId: string): void;
}

/** Of what came so many are listed. */
const MOST = 20;

export function createNews(
  actions: NewsActions,
  desktop: Desktop,
): (state: ChatState, isOffered: boolean) => void {
  const bell = byId<HTMLButtonElement>('news');
  const panel = createPanel(bell, byId('news-panel'));
  let told: readonly News[] = [];
  let painted: unknown;
  byId('news-clear').addEventListener('click', () => {
    actions.clear();
    bell.focus();
  });
  byId('news-desktop').addEventListener('click', () => void desktop.turn().then(paintDesktop));
  byId('news-list').addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('button')) panel.open(false);
  });

  function paintDesktop(): void {
    const button = byId('news-desktop');
    button.hidden = desktop.state === 'none' || desktop.state === 'denied';
    setText(button, desktop.state === 'on' ? words().stopOnDesktop : words().showOnDesktop);
    setText(byId('news-denied'), desktop.state === 'denied' ? words().desktopDenied : '');
  }

  function paintList(state: ChatState): void {
    const { news } = state;
    setText(byId('news-count'), badge(news.length));
    byId('news-count').hidden = news.length === 0;
    bell.ariaLabel = news.length > 0 ? words().notificationsCount(news.length) : words().notifications;
    bell.title = words().notifications;
    byId('news-clear').hidden = news.length === 0;
    byId('news-none').hidden = news.length > 0;
    byId('news-list').replaceChildren(...news.slice(0, MOST).map((one) => itemOf(one, state, actions)));
    paintDesktop();
  }

  return (state, isOffered) => {
    bell.hidden = !isOffered;
    const shown = `${words().locale} ${desktop.state}`;
    if (state.news === told && shown === painted) return;
    painted = shown;
    const came = state.news.filter(({ id }) => !told.some((one) => one.id === id));
    told = state.news;
    paintList(state);
    if (came.length > 0) announce(came, state, actions, desktop);
  };
}

/** Who looks at the page sees a toast; who does not, and agreed to it, hears of it outside. */
function announce(came: readonly News[], state: ChatState, actions: NewsActions, desktop: Desktop): void {
  const [newest] = came;
  if (newest === undefined) return;
  const { roomId, preview } = newest;
  const isOne = came.length === 1;
  const title = isOne ? titleOf(newest, state) : words().whileAway(came.length);
  if (state.attentive) return actions.tell(isOne ? `${title}: ${preview}` : title, roomId);
  tellOnDesktop(desktop, { title, body: isOne ? preview : titleOf(newest, state), tag: roomId }, () =>
    actions.open(roomId),
  );
}

function titleOf({ sender, roomId, mentioned }: News, state: ChatState): string {
  if (state.about.get(roomId)?.kind === 'direct') return sender;
  const { mentionedYou, wroteIn } = words();
  return (mentioned ? mentionedYou : wroteIn)(sender, signOfRoom(state, roomId));
}

function itemOf(one: News, state: ChatState, actions: NewsActions): HTMLElement {
  const text = make(
    'span',
    'news-text',
    make('b', '', titleOf(one, state)),
    make('span', 'news-preview', one.preview),
  );
  const button = makeButton('news-item', '', () => actions.open(one.roomId));
  button.replaceChildren(makeAvatar(one.sender), text);
  return make('li', '', button);
}
