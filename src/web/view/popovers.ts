// What opens beside a message: the choice of an emoji, and names. A script of its own, loaded when it is asked for.
import type { Reaction } from '../model/chat-message.ts';
import { words } from '../words/words.ts';
import { make, makeButton } from './dom.ts';
import { namesOf } from './message-extras.ts';

const EMOJI = [
  ...['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👏'],
  ...['🔥', '✅', '👀', '🤔', '💯', '🚀', '😍', '😅'],
  ...['🙌', '💪', '🥳', '😎', '🤝', '👌', '👎', '❌'],
];

/** Lets somebody choose an emoji, and tells who has reacted so far. */
export function openPicker(
  anchor: HTMLElement,
  { reactions, user }: { readonly reactions: readonly Reaction[]; readonly user: string | undefined },
  react: (emoji: string, on: boolean) => void,
): void {
  const isMine = (emoji: string): boolean =>
    reactions.some((one) => one.emoji === emoji && user !== undefined && one.users.includes(user));
  const buttons = EMOJI.map((emoji) => {
    const button = makeButton('emoji', emoji, () => {
      close();
      react(emoji, !isMine(emoji));
    });
    button.ariaPressed = String(isMine(emoji));
    button.tabIndex = -1;
    return button;
  });
  const grid = make('div', 'emoji-grid', ...buttons);
  grid.role = 'group';
  grid.ariaLabel = words().reactWith;
  grid.addEventListener('keydown', (event) => move(event, buttons));
  const [first] = buttons;
  if (first) first.tabIndex = 0;
  const who = reactions.map((one) =>
    make('li', '', make('span', 'who-emoji', one.emoji), ' ', make('bdi', '', namesOf(one))),
  );
  const parts = who.length > 0 ? [grid, make('h2', '', words().whoReacted), make('ul', '', ...who)] : [grid];
  const close = open(anchor, words().reactWith, parts);
  first?.focus();
}

/** Tells who has seen a message. */
export function openNames(anchor: HTMLElement, names: readonly string[]): void {
  const list = make('ul', '', ...names.map((name) => make('li', '', make('bdi', '', name))));
  list.tabIndex = 0;
  open(anchor, words().seenByNames, [make('h2', '', words().seenByNames), list]);
  list.focus();
}

function move(event: KeyboardEvent, buttons: readonly HTMLElement[]): void {
  const row = buttons.filter(({ offsetTop }) => offsetTop === buttons[0]?.offsetTop).length;
  const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row };
  const step = steps[event.key];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  const next = buttons[at + step];
  for (const one of buttons) one.tabIndex = one === (next ?? buttons[at]) ? 0 : -1;
  next?.focus();
}

/** Opens a box beside an element; it goes with Escape or a click beside it, and the focus goes back where it was. */
function open(anchor: HTMLElement, label: string, parts: readonly HTMLElement[]): () => void {
  const before = anchor.closest<HTMLElement>('.message') ?? anchor;
  const box = make('div', 'popover', ...parts);
  box.popover = 'auto';
  box.role = 'dialog';
  box.ariaLabel = label;
  document.body.append(box);
  box.addEventListener('toggle', ({ newState }) => {
    if (newState !== 'closed') return;
    const hadFocus = box.contains(document.activeElement) || document.activeElement === document.body;
    box.remove();
    if (hadFocus) before.focus({ preventScroll: true });
  });
  const place = anchor.getBoundingClientRect();
  box.showPopover();
  const { width, height } = box.getBoundingClientRect();
  const left = Math.min(Math.max(8, place.left), innerWidth - width - 8);
  const top = place.bottom + height + 12 > innerHeight ? place.top - height - 6 : place.bottom + 6;
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(8, top)}px`;
  return () => box.hidePopover();
}
