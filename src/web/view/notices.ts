// Short notices at the edge of the page; each goes by itself, but not while it is looked at.
import type { Notice } from '../model/state.ts';
import { words } from '../words/words.ts';
import { byId, make, makeButton } from './dom.ts';
import { keyed } from './keyed.ts';

/** How long a notice stays, in milliseconds. */
const STAYS = 8_000;

export function createNotices(dismiss: (key: string) => void): (notices: readonly Notice[]) => void {
  return keyed<Notice>(byId('notices'), {
    create(notice) {
      const close = makeButton('notice-close', '×', () => dismiss(notice.key));
      close.ariaLabel = words().dismiss;
      const element = make('div', 'notice', make('p', '', notice.text), close);
      const look = () => element.matches(':hover, :focus-within');
      const leave = () => (look() ? setTimeout(leave, STAYS / 2) : dismiss(notice.key));
      setTimeout(leave, STAYS);
      return element;
    },
    update() {},
  });
}
