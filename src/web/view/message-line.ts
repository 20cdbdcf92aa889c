// One message on the screen: whose, when, what, and for an own one what became of it.
import { needsDecision } from '../model/delivery.ts';
import { fullTime } from '../model/format.ts';
import { hueOf } from '../model/person.ts';
import { isOnlyEmoji, textParts } from '../model/rich-text.ts';
import type { MessageLine } from '../model/timeline.ts';
import { makeAvatar } from './avatar.ts';
import { make, makeButton, setFlag } from './dom.ts';

export interface MessageActions {
  retry(key: string): void;
  discard(key: string): void;
}

/** The parts that never change for a key; `updateMessage` sets the rest. */
export function createMessage(line: MessageLine): HTMLElement {
  const bubble = make('div', 'bubble', ...contentNodes(line.content));
  bubble.dir = 'auto';
  setFlag(bubble, 'emoji', isOnlyEmoji(line.content));
  const body = make('div', 'message-body', makeHead(line), bubble, make('div', 'message-foot'));
  const message = line.own
    ? make('div', 'message', body)
    : make('div', 'message', makeAvatar(line.sender), body);
  setFlag(message, 'own', line.own);
  return message;
}

function makeHead(line: MessageLine): HTMLElement {
  const sender = make('bdi', 'sender', line.own ? 'You' : line.sender);
  sender.dataset.hue = String(hueOf(line.sender));
  const time = make('time', '', line.time);
  time.dateTime = new Date(line.at).toISOString();
  time.title = fullTime(line.at);
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

const WORDS: Readonly<Record<MessageLine['delivery'], string>> = {
  queued: 'Waiting for the connection',
  sending: 'Sending…',
  interrupted: 'Waiting for the connection',
  confirmed: '',
  delivered: '',
  unconfirmed: 'Not confirmed; it may have been sent',
  failed: 'Not sent',
};

export function updateMessage(element: HTMLElement, line: MessageLine, actions: MessageActions): void {
  setFlag(element, 'first', line.first);
  setFlag(element, 'last', line.last);
  element.dataset.delivery = line.delivery;
  const foot = element.querySelector('.message-foot');
  foot?.replaceChildren(...footNodes(line, actions));
}

function footNodes(line: MessageLine, actions: MessageActions): Node[] {
  const words = WORDS[line.delivery];
  if (words === '') return [];
  const text = line.reason === undefined ? words : `${words}: ${line.reason}`;
  const nodes = [make('span', 'delivery', text)];
  if (line.delivery === 'delivered' || !needsDecision(line.delivery)) return nodes;
  return [
    ...nodes,
    makeButton('link-button', 'Retry', () => actions.retry(line.key)),
    makeButton('link-button', 'Discard', () => actions.discard(line.key)),
  ];
}
