// Search in the room that is shown: a field over the messages, and what was found under it.
import { clockTime, dayLabel } from '../model/format.ts';
import { hueOf } from '../model/person.ts';
import type { ChatState } from '../model/state.ts';
import type { Found } from '../wire/api.ts';
import { timeLocale, words } from '../words/words.ts';
import { byId, make, makeButton, setText } from './dom.ts';

export interface SearchActions {
  /** @throws when the service does not answer */
  search(text: string): Promise<Found>;
  /** Shows a message among the others. */
  show(id: string): void;
}

export function createSearch(actions: SearchActions): (state: ChatState, isOffered: boolean) => void {
  const [opener, panel] = [byId<HTMLButtonElement>('search-open'), byId('search')];
  const field = byId<HTMLInputElement>('search-field');
  const results = byId('search-results');
  let room: string | undefined;
  let asked = 0;

  function open(isOpen: boolean): void {
    asked++;
    panel.hidden = !isOpen;
    opener.ariaExpanded = String(isOpen);
    results.replaceChildren();
    setText(byId('search-status'), '');
    if (isOpen) field.focus();
  }

  async function find(text: string): Promise<void> {
    const mine = ++asked;
    results.replaceChildren();
    setText(byId('search-status'), words().searching);
    const found = await actions.search(text).catch(() => undefined);
    if (mine !== asked) return; // something else was asked for meanwhile
    setText(
      byId('search-status'),
      found ? words().found(found.messages.length, found.more) : words().searchFailed,
    );
    results.replaceChildren(...(found?.messages ?? []).map((message) => resultOf(message, actions.show)));
  }

  opener.addEventListener('click', () => open(panel.hidden === true));
  byId('search-close').addEventListener('click', () => {
    open(false);
    opener.focus();
  });
  panel.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    open(false);
    opener.focus();
  });
  byId('search-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text !== '') void find(text);
  });

  return ({ current }, isOffered) => {
    opener.hidden = !isOffered || current === '';
    if (room === current && isOffered) return;
    room = current;
    field.value = '';
    if (!panel.hidden) open(false);
  };
}

function resultOf(
  { id, messageId = id, sender, content, sentAt }: Found['messages'][number],
  show: (messageId: string) => void,
): HTMLElement {
  const name = make('bdi', 'sender', sender);
  name.dataset.hue = String(hueOf(sender));
  const locale = timeLocale();
  const when = `${dayLabel(sentAt, Date.now(), locale)}, ${clockTime(sentAt, locale)}`;
  const button = makeButton('result', '', () => show(messageId));
  button.replaceChildren(
    make('span', 'result-head', name, ' ', make('time', '', when)),
    make('span', 'result-text', content),
  );
  return make('li', '', button);
}
