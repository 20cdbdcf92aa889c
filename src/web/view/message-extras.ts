// What stands around a message's text: what it answers, the files it names, the reactions to it, who has seen it.
import type { Attachment, Reaction } from '../model/chat-message.ts';
import { sizeOf } from '../model/format.ts';
import { hueOf } from '../model/person.ts';
import type { Quote } from '../model/quotes.ts';
import { countOf } from '../model/reactions.ts';
import { words } from '../words/words.ts';
import { make, makeButton, makeSvg } from './dom.ts';

/** Of what is answered no more is shown; the style sheet cuts it to one line. */
const QUOTED = 200;

/** Who has reacted, in words. */
export function namesOf({ users, others }: Reaction): string {
  return words().andOthers(users.join(', '), others);
}

/** The message that is answered, as a button that leads to it. */
export function makeQuote(quote: Quote, goTo: (messageId: string) => void): HTMLElement {
  const { quoteLoading, quoteGone, deleted, answers } = words();
  const { sender, messageId } = quote;
  const text = { there: quote.content.slice(0, QUOTED), deleted, unknown: quoteLoading, gone: quoteGone }[
    quote.state
  ];
  const name = make('bdi', 'sender', sender);
  name.dataset.hue = String(hueOf(sender));
  const words_ = make('span', 'quote-text', text);
  words_.dir = 'auto';
  if (quote.state !== 'there') return make('div', 'quote', words_);
  const button = makeButton('quote', '', () => goTo(messageId));
  button.replaceChildren(name, words_);
  button.ariaLabel = answers(sender, text);
  button.tabIndex = -1; // the arrow keys lead here, as to all that a message has
  return button;
}

/** A file that is elsewhere: a link with its name, and nothing of it until somebody opens it. */
export function makeAttachment({ url, name, type, size }: Attachment): HTMLElement {
  const link = make('a', 'attachment');
  link.href = url;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.tabIndex = -1;
  const about = [new URL(url).host, type, size === undefined ? undefined : sizeOf(size)];
  const named = make('bdi', 'attachment-name', name);
  const more = make('span', 'attachment-about', about.filter((one) => one !== undefined).join(' · '));
  link.append(makeSvg('link'), make('span', 'attachment-text', named, more));
  link.title = url;
  return link;
}

/** The reactions to a message: each a button that adds or takes away one's own. */
export function makeReactions(
  reactions: readonly Reaction[],
  user: string | undefined,
  react: (emoji: string, on: boolean) => void,
): HTMLElement {
  const buttons = reactions.map((reaction) => {
    const isMine = user !== undefined && reaction.users.includes(user);
    const count = countOf(reaction);
    const button = makeButton('reaction', '', () => react(reaction.emoji, !isMine));
    button.replaceChildren(reaction.emoji, ' ', make('span', 'reaction-count', String(count)));
    button.ariaPressed = String(isMine);
    button.ariaLabel = words().reacted(reaction.emoji, count, namesOf(reaction));
    button.title = namesOf(reaction);
    button.tabIndex = -1;
    button.dataset.emoji = reaction.emoji;
    return button;
  });
  const group = make('div', 'reactions', ...buttons);
  group.role = 'group';
  group.ariaLabel = words().reactions;
  return group;
}
