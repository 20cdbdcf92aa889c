// Short notices at the edge of the page; each goes by itself, but not while it is looked at.
import type { Notice } from '../model/state.ts';
import { words } from '../words/words.ts';
import { byId, make, makeButton } from './dom.ts';
import { keyed } from './keyed.ts';

/** How long a notice stays, in milliseconds. */
const STAYS = 8_000;

export interface NoticeActions {
  dismiss(key: string): void;
  open(roomId: string): void;
}

export function createNotices({ dismiss, open }: NoticeActions): (notices: readonly Notice[]) => void {
  const view = {
    create(notice: Notice): HTMLElement {
      const { key, text, roomId } = notice;
      const close = makeButton('notice-close', '×', () => dismiss(key));
      close.ariaLabel = words().dismiss;
      const follow = (): void => {
        if (roomId !== undefined) open(roomId);
        dismiss(key);
      };
      const said = roomId === undefined ? make('p', '', text) : makeButton('notice-link', text, follow);
      const element = make('div', 'notice', said, close);
      const look = () => element.matches(':hover, :focus-within');
      const leave = () => (look() ? setTimeout(leave, STAYS / 2) : dismiss(key));
      setTimeout(leave, STAYS);
      return element;
    },
    update() {},
  };
  // what nobody has to act on waits until a screen reader has nothing else to say
  const [urgent, polite] = [keyed<Notice>(byId('notices'), view), keyed<Notice>(byId('tidings'), view)];
  return (notices) => {
    urgent(notices.filter((notice) => !notice.polite));
    polite(notices.filter((notice) => notice.polite));
  };
}
