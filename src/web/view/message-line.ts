// One message on the screen: whose, when, what, what became of it, and what its author can do with it.
import { needsDecision } from '../model/delivery.ts';
import { fullTime } from '../model/format.ts';
import { hueOf } from '../model/person.ts';
import { isOnlyEmoji, textParts } from '../model/rich-text.ts';
import type { MessageLine } from '../model/timeline.ts';
import { timeLocale, words } from '../words/words.ts';
import { makeAvatar } from './avatar.ts';
import { make, makeButton, makeIcon, setFlag } from './dom.ts';

export interface MessageActions {
  retry(key: string): void;
  discard(key: string): void;
  edit(line: MessageLine): void;
  remove(line: MessageLine): void;
}

/** What can be changed: one's own, once it has a place. */
export function isAmendable(line: MessageLine): boolean {
  return line.own && line.messageId !== undefined && line.change !== 'deleted';
}

/** The parts that never change for a key; `updateMessage` sets the rest. */
export function createMessage(line: MessageLine): HTMLElement {
  const bubble = make('div', 'bubble');
  bubble.dir = 'auto';
  const row = make('div', 'bubble-row', bubble);
  const body = make('div', 'message-body', makeHead(line), row, make('div', 'message-foot'));
  const message = line.own
    ? make('div', 'message', body)
    : make('div', 'message', makeAvatar(line.sender), body);
  message.role = 'article';
  message.tabIndex = -1; // the arrow keys lead here
  message.dataset.key = line.key;
  setFlag(message, 'own', line.own);
  return message;
}

function makeHead(line: MessageLine): HTMLElement {
  const sender = make('bdi', 'sender', line.own ? words().you : line.sender);
  sender.dataset.hue = String(hueOf(line.sender));
  const time = make('time', '', line.time);
  time.dateTime = new Date(line.at).toISOString();
  time.title = fullTime(line.at, timeLocale());
  return make('div', 'message-head', sender, ' ', time);
}

function contentNodes(content: string): (Node | string)[] {
  return textParts(content).map((part) => {
    if (part.kind === 'text') return part.text;
    const link = make('a', '', part.text);
    link.href = part.href;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    return link;
  });
}

function deliveryWords(delivery: MessageLine['delivery']): string {
  const { waiting, sending, unconfirmed, failed } = words();
  const said = { queued: waiting, sending, interrupted: waiting, confirmed: '', delivered: '' };
  return { ...said, unconfirmed, failed }[delivery];
}

/** @param canAmend - whether the service lets authors change what they said */
export function updateMessage(
  element: HTMLElement,
  line: MessageLine,
  actions: MessageActions,
  canAmend: boolean,
): void {
  setFlag(element, 'first', line.first);
  setFlag(element, 'last', line.last);
  element.dataset.delivery = line.delivery;
  updateBubble(element, line);
  element.querySelector('.message-foot')?.replaceChildren(...footNodes(line, actions));
  updateActions(element, line, actions, canAmend && isAmendable(line));
}

function updateBubble(element: HTMLElement, { content, change }: MessageLine): void {
  const bubble = element.querySelector<HTMLElement>('.bubble');
  if (!bubble) return;
  setFlag(bubble, 'deleted', change === 'deleted');
  setFlag(bubble, 'emoji', isOnlyEmoji(content));
  bubble.replaceChildren(...(change === 'deleted' ? [words().deleted] : contentNodes(content)));
}

function updateActions(element: HTMLElement, line: MessageLine, actions: MessageActions, are: boolean): void {
  const row = element.querySelector('.bubble-row');
  row?.querySelector('.message-actions')?.remove();
  if (!are) return;
  const { edit, delete: remove, actionsFor } = words();
  const button = (icon: string, label: string, act: () => void): HTMLButtonElement => {
    const made = makeIcon(icon, label, act);
    made.ariaLabel = actionsFor(label, line.content.slice(0, 40));
    made.tabIndex = -1; // thousands of them would stand before the field; the keys of a message do the same
    return made;
  };
  row?.prepend(
    make(
      'div',
      'message-actions',
      button('edit', edit, () => actions.edit(line)),
      button('delete', remove, () => actions.remove(line)),
    ),
  );
}

function footNodes(line: MessageLine, actions: MessageActions): Node[] {
  if (line.change === 'edited') return [make('span', 'edited', words().edited)];
  const said = deliveryWords(line.delivery);
  if (said === '') return [];
  const text = line.reason === undefined ? said : `${said}: ${line.reason}`;
  const nodes = [make('span', 'delivery', text)];
  if (line.delivery === 'delivered' || !needsDecision(line.delivery)) return nodes;
  return [
    ...nodes,
    makeButton('link-button', words().retry, () => actions.retry(line.key)),
    makeButton('link-button', words().discard, () => actions.discard(line.key)),
  ];
}
