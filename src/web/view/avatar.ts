// A person's round sign: initials on a colour that is always the same for the name.
import { hueOf, initials } from '../model/person.ts';
import { make, setText } from './dom.ts';

export function makeAvatar(name: string): HTMLElement {
  const avatar = make('span', 'avatar');
  avatar.setAttribute('aria-hidden', 'true'); // the name stands beside it
  paintAvatar(avatar, name);
  return avatar;
}

export function paintAvatar(avatar: HTMLElement, name: string): void {
  avatar.dataset.hue = String(hueOf(name));
  setText(avatar, initials(name));
}
