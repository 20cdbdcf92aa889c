// One message on the screen: whose, when, what, what became of it, and what its author can do with it.
import { needsDecision } from '../model/delivery.ts';
import { hueOf } from '../model/person.ts';
import { isOnlyEmoji, textParts } from '../model/rich-text.ts';
import type { MessageLine } from '../model/timeline.ts';
import { words } from '../words/words.ts';
import { makeAvatar } from './avatar.ts';
import { make, makeButton, setFlag } from './dom.ts';
import { makeAttachment, makeQuote, makeReactions } from './message-extras.ts';

export interface MessageActions {
  retry(key: string): void;
  discard(key: string): void;
  edit(line: MessageLine): void;
  remove(line: MessageLine): void;
  reply(line: MessageLine): void;
  /** Puts an emoji under a message, or takes it away. */
  mark(messageId: string, emoji: string, on: boolean): void;
  /** Shows the message of a message-id, wherever it stands. */
  goTo(messageId: string): void;
  /** Tells who has seen a message. */
  seen(users: readonly string[], anchor: HTMLElement): void;
  /** A message that is answered is not there. */
  original(messageId: string): void;
}

/** What of a message the service offers. */
export interface MessageOffered {
  readonly edit: boolean;
  readonly replies: boolean;
  readonly reactions: boolean;
}

/** What can be changed: one's own, once it has a place. */
export function isAmendable(line: MessageLine): boolean {
  return line.own && line.messageId !== undefined && line.change !== 'deleted';
}

/** What can be answered and marked: whatever has a place and is not deleted. */
export function isAnswerable(line: MessageLine): boolean {
  return line.messageId !== undefined && line.change !== 'deleted';
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
  return make('div', 'message-head', sender, ' ', time);
}

function contentNodes({ content, mentions }: MessageLine): (Node | string)[] {
  return textParts(content, mentions).map((part) => {
    if (part.kind === 'text') return part.text;
    if (part.kind === 'mention') return make('span', 'mention', part.text);
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

/** @param user - the reader */
export function updateMessage(
  element: HTMLElement,
  line: MessageLine,
  actions: MessageActions,
  user: string | undefined,
): void {
  setFlag(element, 'first', line.first);
  setFlag(element, 'last', line.last);
  setFlag(element, 'forMe', line.isForMe);
  element.dataset.delivery = line.delivery;
  element.ariaLabel = spoken(line);
  updateBubble(element, line);
  element.querySelector('.message-foot')?.replaceChildren(...footNodes(line, actions));
  updateExtras(element, line, actions, user);
}

/** What a screen reader says of it as a whole. */
function spoken({ own, sender, time, content, change, isForMe }: MessageLine): string {
  const { you, deleted, heard, mentioned } = words();
  const text = heard(`${own ? you : sender}, ${time}`, change === 'deleted' ? deleted : content);
  return isForMe ? mentioned(text) : text;
}

function updateExtras(
  element: HTMLElement,
  { quote, attachments, reactions, messageId, change }: MessageLine,
  actions: MessageActions,
  user: string | undefined,
): void {
  const row = element.querySelector('.bubble-row');
  if (!row || (element.dataset.plain !== undefined && isPlain(quote, attachments, reactions))) return;
  const marked =
    document.activeElement instanceof HTMLElement ? document.activeElement.dataset.emoji : undefined;
  const had = element.contains(document.activeElement) && element !== document.activeElement;
  for (const old of element.querySelectorAll('.quote, .attachments, .reactions')) old.remove();
  setFlag(element, 'plain', isPlain(quote, attachments, reactions));
  if (change === 'deleted') return;
  if (quote?.state === 'unknown') actions.original(quote.messageId);
  if (quote) row.before(makeQuote(quote, (id) => actions.goTo(id)));
  const mark = (emoji: string, on: boolean): void => actions.mark(messageId ?? '', emoji, on);
  if (reactions.length > 0) row.after(makeReactions(reactions, user, mark));
  if (attachments.length > 0) row.after(make('div', 'attachments', ...attachments.map(makeAttachment)));
  if (had && !element.contains(document.activeElement))
    (element.querySelector<HTMLElement>(`[data-emoji="${marked}"]`) ?? element).focus({
      preventScroll: true,
    });
}

/** Most messages are text alone. */
function isPlain(quote: unknown, ...lists: readonly (readonly unknown[])[]): boolean {
  return quote === undefined && lists.every((list) => list.length === 0);
}

function updateBubble(element: HTMLElement, line: MessageLine): void {
  const { content, change, attachments } = line;
  const bubble = element.querySelector<HTMLElement>('.bubble');
  if (!bubble) return;
  // a message that only says what its file is called says it once
  bubble.hidden = attachments.length > 0 && content === attachments[0]?.name && change !== 'deleted';
  setFlag(bubble, 'deleted', change === 'deleted');
  setFlag(bubble, 'emoji', isOnlyEmoji(content));
  bubble.replaceChildren(...(change === 'deleted' ? [words().deleted] : contentNodes(line)));
}

function makeSeen({ seenBy }: MessageLine, actions: MessageActions): HTMLElement {
  const button = makeButton('seen', words().seenBy(seenBy.length), () => actions.seen(seenBy, button));
  button.title = seenBy.join(', ');
  button.tabIndex = -1;
  return button;
}

function footNodes(line: MessageLine, actions: MessageActions): Node[] {
  const became = [
    ...(line.change === 'edited' ? [make('span', 'edited', words().edited)] : []),
    ...(line.seenBy.length > 0 ? [makeSeen(line, actions)] : []),
  ];
  if (became.length > 0) return became;
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
