// The buttons of a message: one set for all of them, put into the message that has the focus or is under the pointer.
import type { MessageLine } from '../model/timeline.ts';
import { words } from '../words/words.ts';
import { make, makeIcon } from './dom.ts';
import { isAmendable, isAnswerable } from './message-line.ts';

export interface ToolbarActions {
  react(line: MessageLine, anchor: HTMLElement): void;
  reply(line: MessageLine): void;
  edit(line: MessageLine): void;
  remove(line: MessageLine): void;
}

/** What of it the service offers. */
export interface ToolbarOffered {
  readonly reactions: boolean;
  readonly replies: boolean;
  readonly edit: boolean;
}

export interface Toolbar {
  /** What is shown may have become something else. */
  refresh(): void;
}

export function createToolbar(
  log: HTMLElement,
  actions: ToolbarActions,
  offered: () => ToolbarOffered,
  lineOf: (key: string) => MessageLine | undefined,
): Toolbar {
  const bar = make('div', 'message-actions');
  bar.role = 'toolbar';
  let shown: { readonly message: HTMLElement; readonly line: MessageLine; readonly made: string } | undefined;

  function show(message: HTMLElement | undefined): void {
    const line = message && lineOf(message.dataset.key ?? '');
    if (!message || !line) return hide();
    const buttons = buttonsOf(line, actions, offered());
    const made = `${words().locale} ${buttons.map(({ title }) => title).join()}`;
    if (buttons.length === 0) return hide();
    if (shown?.message === message && shown.line === line && shown.made === made && bar.isConnected) return;
    const had = bar.contains(document.activeElement);
    shown = { message, line, made };
    bar.ariaLabel = words().actionsFor(words().actions, line.content.slice(0, 40));
    bar.replaceChildren(...buttons);
    message.querySelector('.message-body')?.prepend(bar);
    if (had) message.focus({ preventScroll: true });
  }
  function hide(): void {
    shown = undefined;
    bar.remove();
  }
  const isBusy = (): boolean => shown?.message.contains(document.activeElement) ?? false;
  const messageAt = (target: EventTarget | null): HTMLElement | undefined =>
    (target instanceof Element && target.closest<HTMLElement>('.message')) || undefined;

  log.addEventListener('pointerover', ({ target, pointerType }) => {
    const message = messageAt(target);
    if (pointerType !== 'touch' && message && !bar.contains(document.activeElement)) show(message);
  });
  log.addEventListener('pointerleave', () => isBusy() || hide());
  log.addEventListener('focusin', ({ target }) => show(messageAt(target)));
  log.addEventListener('focusout', ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && log.contains(relatedTarget)) && relatedTarget !== null) hide();
  });
  return {
    refresh() {
      if (shown) show(shown.message.isConnected ? shown.message : undefined);
    },
  };
}

function buttonsOf(line: MessageLine, actions: ToolbarActions, offered: ToolbarOffered): HTMLElement[] {
  const { react, reply, edit, delete: remove, actionsFor } = words();
  const buttons: HTMLElement[] = [];
  const add = (icon: string, label: string, act: (button: HTMLElement) => void): void => {
    const button = makeIcon(icon, label, () => act(button));
    button.ariaLabel = actionsFor(label, line.content.slice(0, 40));
    buttons.push(button);
  };
  if (offered.reactions && isAnswerable(line)) add('react', react, (button) => actions.react(line, button));
  if (offered.replies && isAnswerable(line)) add('reply', reply, () => actions.reply(line));
  if (!offered.edit || !isAmendable(line)) return buttons;
  add('edit', edit, () => actions.edit(line));
  add('delete', remove, () => actions.remove(line));
  return buttons;
}
