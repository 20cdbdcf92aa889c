// Who is in the room: a count in its head that opens the list, and the line that tells who types.
import { type Companion, type Company, noCompany, typists } from '../model/company.ts';
import { hueOf } from '../model/person.ts';
import type { ChatState } from '../model/state.ts';
import { words } from '../words/words.ts';
import { makeAvatar } from './avatar.ts';
import { byId, make, setFlag, setText } from './dom.ts';
import { keyed } from './keyed.ts';

/** So many are shown by name. */
const MOST = 100;

type Item = Companion & { readonly key: string };

export function createCompany(): (state: ChatState) => void {
  const opener = byId<HTMLButtonElement>('people');
  const panel = byId('people-panel');
  const show = keyed<Item>(byId('people-list'), { create: createPerson, update: updatePerson });
  byId('people-list').tabIndex = 0; // so that the arrow keys scroll it
  const open = (isOpen: boolean): void => {
    panel.hidden = !isOpen;
    opener.ariaExpanded = String(isOpen);
  };
  opener.addEventListener('click', () => open(panel.hidden === true));
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Node && !panel.contains(target) && !opener.contains(target)) open(false);
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || panel.hidden) return;
    open(false);
    opener.focus();
  });
  let timer: ReturnType<typeof setTimeout> | undefined;

  function paintTyping(company: Company, user: string | undefined): void {
    const now = Date.now();
    const typing = typists(company, user, now);
    setText(byId('typing'), words().typing(typing));
    clearTimeout(timer);
    const until = Math.min(...Array.from(company.typing.values()).filter((one) => one > now));
    if (typing.length > 0) timer = setTimeout(() => paintTyping(company, user), until - now + 50);
  }

  return (state) => {
    const company = state.company.get(state.current) ?? noCompany;
    opener.hidden = company.count === 0;
    if (company.count === 0) open(false);
    setText(byId('people-count'), String(company.count));
    opener.ariaLabel = words().people(company.count);
    opener.title = words().people(company.count);
    const named = company.people.slice(0, MOST);
    show(named.map((one) => ({ ...one, key: one.user })));
    const left = company.count - named.length;
    setText(byId('people-more'), left > 0 ? words().andMore(left) : '');
    paintTyping(company, state.user);
  };
}

function createPerson({ user }: Item): HTMLElement {
  const name = make('bdi', 'person-name', user);
  name.dataset.hue = String(hueOf(user));
  return make('li', 'person', makeAvatar(user), name, make('span', 'person-state'));
}

function updatePerson(element: HTMLElement, { state }: Item): void {
  setFlag(element, 'away', state === 'away');
  setText(element.querySelector('.person-state') ?? element, state === 'away' ? words().away : '');
}
