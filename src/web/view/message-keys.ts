// Keys among messages: Enter goes from the log into them, the arrows to the next, E edits, Delete deletes, Escape leads out.
import type { MessageLine } from '../model/timeline.ts';
import { byId } from './dom.ts';

export interface MessageKeys {
  edit(line: MessageLine): void;
  remove(line: MessageLine): void;
  /** The message, if it can be changed. */
  lineOf(key: string): MessageLine | undefined;
}

export function listenToMessageKeys(log: HTMLElement, keys: MessageKeys): void {
  log.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
    const isLog = event.target === log;
    const message = event.target.closest<HTMLElement>('.message');
    if (isLog && event.key === 'Enter') focus(log.querySelector('.message:last-of-type') ?? undefined, event);
    else if (event.key === 'Escape') focus(byId('draft'), event);
    else if (message === event.target) pressed(message, event, keys);
  });
}

function pressed(message: HTMLElement, event: KeyboardEvent, keys: MessageKeys): void {
  if (event.key === 'ArrowUp') return focus(beside(message, 'previousElementSibling'), event);
  if (event.key === 'ArrowDown') return focus(beside(message, 'nextElementSibling'), event);
  const line = keys.lineOf(message.dataset.key ?? '');
  if (line === undefined) return;
  if (event.key === 'Delete' || event.key === 'Backspace') keys.remove(line);
  else if (event.key === 'e' || event.key === 'E') keys.edit(line);
  else return;
  event.preventDefault();
}

function beside(
  message: Element,
  side: 'previousElementSibling' | 'nextElementSibling',
): HTMLElement | undefined {
  for (let next = message[side]; next; next = next[side])
    if (next instanceof HTMLElement && next.classList.contains('message')) return next;
  return undefined;
}

function focus(element: HTMLElement | undefined, event: Event): void {
  event.preventDefault();
  element?.focus();
  element?.scrollIntoView({ block: 'nearest' });
}
