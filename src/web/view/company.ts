// Who is in the room: a count in its head that opens the list, and the line that tells who types.
import { type Companion, type Company, noCompany, typists } from '../model/company.ts';
import { hueOf } from '../model/person.ts';
import type { ChatState } from '../model/state.ts';
import { words } from '../words/words.ts';
import { makeAvatar } from './avatar.ts';
import { byId, make, makeIcon, setFlag, setText } from './dom.ts';
import { keyed } from './keyed.ts';
import { createPanel } from './panel.ts';

/** So many are shown by name. */
const MOST = 100;

type Item = Companion & { readonly key: string; readonly isSelf: boolean; readonly write: string };

/** @param write - somebody wants to write to a person */
export function createCompany(write: (user: string) => void): (state: ChatState) => void {
  const opener = byId<HTMLButtonElement>('people');
  const panel = byId('people-panel');
  const show = keyed<Item>(byId('people-list'), { create: createPerson, update: updatePerson });
  byId('people-list').tabIndex = 0; // so that the arrow keys scroll it
  const { open } = createPanel(opener, panel);
  byId('people-list').addEventListener('click', ({ target }) => {
    const user = target instanceof Element ? target.closest('button')?.dataset.user : undefined;
    if (user === undefined) return;
    open(false);
    write(user);
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
    show(
      named.map((one) => ({
        ...one,
        key: one.user,
        isSelf: one.user === state.user,
        write: words().writeTo(one.user),
      })),
    );
    const left = company.count - named.length;
    setText(byId('people-more'), left > 0 ? words().andMore(left) : '');
    paintTyping(company, state.user);
  };
}

function createPerson({ user }: Item): HTMLElement {
  const name = make('bdi', 'person-name', user);
  name.dataset.hue = String(hueOf(user));
  const write = makeIcon('write', '', () => {}); // the list listens
  write.dataset.user = user;
  return make('li', 'person', makeAvatar(user), name, make('span', 'person-state'), write);
}

function updatePerson(element: HTMLElement, { state, isSelf, write }: Item): void {
  const button = element.querySelector('button');
  if (button) [button.hidden, button.ariaLabel, button.title] = [isSelf, write, write];
  setFlag(element, 'away', state === 'away');
  setText(element.querySelector('.person-state') ?? element, state === 'away' ? words().away : '');
}
