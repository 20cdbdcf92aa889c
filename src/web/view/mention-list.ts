// Names that complete what is typed behind an @: a combobox over the field [ARIA APG, combobox with list autocomplete].
import { type Naming, named, namingAt, offered } from '../model/mentions.ts';
import { hueOf } from '../model/person.ts';
import { words } from '../words/words.ts';
import { makeAvatar } from './avatar.ts';
import { byId, make } from './dom.ts';

export interface MentionList {
  /** Something was typed, or the caret has moved. */
  look(): void;
  close(): void;
  /** @returns whether the key was for the list */
  pressed(event: KeyboardEvent): boolean;
}

/** @param names - who may be meant @param written - hears that the field has other text */
export function createMentionList(
  field: HTMLTextAreaElement,
  names: () => Iterable<string>,
  written: () => void,
): MentionList {
  const list = byId('mention-list');
  let naming: Naming | undefined;
  let shown: readonly string[] = [];
  let chosen = 0;

  function look(): void {
    const isPlain = field.selectionStart === field.selectionEnd;
    const next = isPlain ? namingAt(field.value, field.selectionStart) : undefined;
    const found = next ? offered(names(), next.typed) : [];
    const isDone = found.length === 1 && found[0] === next?.typed;
    if (next === undefined || found.length === 0 || isDone) return close();
    if (found.join('\n') !== shown.join('\n')) chosen = 0;
    [naming, shown] = [next, found];
    paint();
  }

  function paint(): void {
    list.ariaLabel = words().mentionNames;
    list.replaceChildren(...shown.map((name, at) => optionOf(name, at, at === chosen)));
    list.hidden = false;
    field.role = 'combobox';
    field.ariaExpanded = 'true';
    field.ariaAutoComplete = 'list';
    field.ariaHasPopup = 'listbox';
    field.setAttribute('aria-controls', list.id);
    field.setAttribute('aria-activedescendant', `mention-${chosen}`);
  }

  function close(): void {
    if (naming === undefined) return;
    naming = undefined;
    shown = [];
    list.hidden = true;
    for (const attribute of ['role', 'aria-expanded', 'aria-autocomplete', 'aria-haspopup', 'aria-controls'])
      field.removeAttribute(attribute);
    field.removeAttribute('aria-activedescendant');
  }

  function choose(at: number): void {
    const name = shown[at];
    if (naming === undefined || name === undefined) return;
    const { text, caret } = named(field.value, naming, name);
    field.value = text;
    field.setSelectionRange(caret, caret);
    close();
    written();
    field.focus();
  }

  list.addEventListener('mousedown', (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener('click', ({ target }) => {
    const option = target instanceof Element ? target.closest('[role=option]') : null;
    if (option) choose(Array.from(list.children).indexOf(option));
  });
  field.addEventListener('blur', close);
  field.addEventListener('click', look);

  return {
    look,
    close,
    pressed({ key, isComposing, shiftKey }) {
      if (naming === undefined || isComposing || shiftKey) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[key];
      if (step !== undefined) {
        chosen = (chosen + step + shown.length) % shown.length;
        paint();
      } else if (key === 'Enter' || key === 'Tab') choose(chosen);
      else if (key === 'Escape') close();
      else return false;
      return true;
    },
  };
}

function optionOf(name: string, at: number, isChosen: boolean): HTMLElement {
  const text = make('bdi', 'person-name', name);
  text.dataset.hue = String(hueOf(name));
  const option = make('div', 'mention-option', makeAvatar(name), text);
  option.id = `mention-${at}`;
  option.role = 'option';
  option.ariaSelected = String(isChosen);
  return option;
}
