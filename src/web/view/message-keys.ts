// Keys among messages: Enter goes from the log into them, the arrows to the next and to what each has, letters act on them.
import type { MessageLine } from '../model/timeline.ts';
import { byId } from './dom.ts';

export interface MessageKeys {
  edit(line: MessageLine): void;
  remove(line: MessageLine): void;
  reply(line: MessageLine): void;
  react(line: MessageLine, message: HTMLElement): void;
  lineOf(key: string): MessageLine | undefined;
  /** What can be done with it. */
  can(line: MessageLine): { readonly edit: boolean; readonly reply: boolean; readonly react: boolean };
}

export function listenToMessageKeys(log: HTMLElement, keys: MessageKeys): void {
  log.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
    const isLog = event.target === log;
    const message = event.target.closest<HTMLElement>('.message');
    if (isLog && event.key === 'Enter')
      focus([...log.querySelectorAll<HTMLElement>('.message')].at(-1), event);
    else if (event.key === 'Escape')
      focus(message && message !== event.target ? message : byId('draft'), event);
    else if (message && isAside(event.key)) aside(message, event.target, event);
    else if (message === event.target) pressed(message, event, keys);
  });
}

function pressed(message: HTMLElement, event: KeyboardEvent, keys: MessageKeys): void {
  if (event.key === 'ArrowUp') return focus(beside(message, 'previousElementSibling'), event);
  if (event.key === 'ArrowDown') return focus(beside(message, 'nextElementSibling'), event);
  const line = keys.lineOf(message.dataset.key ?? '');
  if (line === undefined) return;
  const act = actionOf(event, line, message, keys);
  if (act === undefined) return;
  event.preventDefault();
  act();
}

/** By the key's letter, or its place where letters of another script are typed. */
function actionOf(
  { key, code }: KeyboardEvent,
  line: MessageLine,
  message: HTMLElement,
  keys: MessageKeys,
): (() => void) | undefined {
  const { edit, reply, react } = keys.can(line);
  const is = (letter: string): boolean =>
    key.toLowerCase() === letter || code === `Key${letter.toUpperCase()}`;
  if (edit && (key === 'Delete' || key === 'Backspace')) return () => keys.remove(line);
  if (edit && is('e')) return () => keys.edit(line);
  if (reply && is('r')) return () => keys.reply(line);
  return react && is('a') ? () => keys.react(line, message) : undefined;
}

function isAside(key: string): boolean {
  return key === 'ArrowRight' || key === 'ArrowLeft';
}

/** Through all that a message has: what it answers, links, files, reactions, who has seen it, its buttons. */
function aside(message: HTMLElement, from: HTMLElement, event: KeyboardEvent): void {
  const has = [message, ...message.querySelectorAll<HTMLElement>('a, button')];
  const next = has[has.indexOf(from) + (event.key === 'ArrowRight' ? 1 : -1)];
  if (next !== undefined) focus(next, event);
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
