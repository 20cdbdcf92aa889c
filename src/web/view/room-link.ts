// A line in a list of rooms: a link with a mark, a name, and how much is unread.
import { badge } from '../model/format.ts';
import { words } from '../words/words.ts';
import { make, setText } from './dom.ts';

export interface RoomItem {
  readonly key: string;
  readonly name: string;
  readonly isCurrent: boolean;
  readonly unread: number;
  readonly more: boolean;
}

export function makeRoomLink(href: string, mark: HTMLElement): HTMLElement {
  const link = make('a', 'room-link', mark, make('span', 'room-name'), make('span', 'room-unread'));
  link.href = href;
  return make('li', '', link);
}

export function updateRoomLink(element: HTMLElement, { name, isCurrent, unread, more }: RoomItem): void {
  const link = element.querySelector('a');
  const count = element.querySelector('.room-unread');
  setText(element.querySelector('.room-name') ?? element, name);
  if (isCurrent) link?.setAttribute('aria-current', 'page');
  else link?.removeAttribute('aria-current');
  if (unread === 0) return void count?.replaceChildren();
  const seen = make('span', 'badge', more ? '99+' : badge(unread));
  seen.setAttribute('aria-hidden', 'true');
  count?.replaceChildren(seen, make('span', 'sr-only', words().unread(unread, more)));
}
