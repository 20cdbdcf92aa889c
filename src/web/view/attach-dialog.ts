// Asks for a link to a file: its address, and what it is called. A script of its own, loaded when it is asked for.
import type { Attachment } from '../model/chat-message.ts';
import { words } from '../words/words.ts';
import { make, makeButton, setText } from './dom.ts';

/** What the service allows. */
const MOST_NAME = 200;
const MOST_ADDRESS = 2048;

/** @returns the link; nothing when there shall be none */
export function askForLink(): Promise<Attachment | undefined> {
  const { attach, attachText, linkAddress, linkName, addLink, cancel, noLink } = words();
  const address = inputOf('attach-address', 'url', MOST_ADDRESS);
  const name = inputOf('attach-name', 'text', MOST_NAME);
  const error = make('p', 'field-error');
  error.role = 'alert';
  const submit = make('button', 'button primary', addLink);
  const dialog = make('dialog', 'confirm');
  const heading = make('h2', '', attach);
  heading.id = 'attach-heading';
  dialog.setAttribute('aria-labelledby', heading.id);
  const buttons = make(
    'div',
    'confirm-buttons',
    makeButton('button quiet', cancel, () => dialog.close()),
    submit,
  );
  const form = make('form', 'dialog-form', heading, make('p', 'dialog-text', attachText));
  form.noValidate = true;
  form.append(labelled(linkAddress, address), error, labelled(linkName, name), buttons);
  dialog.append(form);
  let link: Attachment | undefined;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    link = linkOf(address.value.trim(), name.value.trim());
    address.ariaInvalid = String(link === undefined);
    setText(error, link ? '' : noLink);
    if (link) dialog.close();
    else address.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(link);
    });
  });
}

/** The service takes https alone, with nobody's name in it. */
function linkOf(text: string, name: string): Attachment | undefined {
  const address = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  const url = text !== '' && URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  return { url: url.href, name: (name || lastPart(url)).slice(0, MOST_NAME) };
}

/** What a file is called by its address. */
function lastPart({ pathname, host }: URL): string {
  const last = pathname.split('/').findLast((part) => part !== '');
  try {
    return (last && decodeURIComponent(last).replace(/\p{Cc}/gu, '')) || host;
  } catch {
    return last ?? host;
  }
}

function inputOf(id: string, type: string, most: number): HTMLInputElement {
  const input = make('input');
  Object.assign(input, { id, type, maxLength: most, autocomplete: 'off', spellcheck: false });
  return input;
}

function labelled(text: string, input: HTMLInputElement): HTMLElement {
  const label = make('label', '', text);
  label.htmlFor = input.id;
  return make('div', 'dialog-field', label, input);
}
