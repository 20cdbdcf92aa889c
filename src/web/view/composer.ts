// The field in which a message is written: Enter sends, Shift+Enter breaks the line, each room keeps its draft.

import { countWords, isTooLong } from '../model/draft.ts';
import { isFull, MAX_OUTGOING } from '../model/room-log.ts';
import { type ChatState, find } from '../model/state.ts';
import { byId, setFlag, setText } from './dom.ts';

export interface ComposerActions {
  say(content: string): void;
  /** Something keeps the message from being sent. */
  complain(text: string): void;
}

const HINT = 'Enter to send, Shift + Enter for a new line';
const FULL = `${MAX_OUTGOING} messages are waiting already. Please let them go first.`;
const HINT_OFFLINE = 'No connection: your messages are sent when it is back';

export function createComposer(actions: ComposerActions): (state: ChatState) => void {
  const field = byId<HTMLTextAreaElement>('draft');
  const form = byId<HTMLFormElement>('composer');
  const drafts = new Map<string, string>();
  let room = '';
  let isRoomFull = false;

  function changed(): void {
    drafts.set(room, field.value);
    setFlag(form, 'empty', field.value.trim() === '');
    setFlag(form, 'tooLong', isTooLong(field.value));
    setText(byId('draft-count'), countWords(field.value));
    fitHeight(field);
  }

  function submit(): void {
    const content = field.value.trim();
    if (content === '') return;
    const obstacle = isTooLong(field.value) ? countWords(field.value) : isRoomFull ? FULL : undefined;
    if (obstacle !== undefined) {
      actions.complain(obstacle);
      return;
    }
    field.value = '';
    changed();
    actions.say(content);
  }

  field.addEventListener('input', changed);
  field.addEventListener('keydown', (event) => {
    // While an input method composes (Korean, Japanese, Chinese), Enter belongs to it; Safari says so by 229.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
    field.focus();
  });

  return (state) => {
    const log = find(state, state.current);
    isRoomFull = log !== undefined && isFull(log);
    setText(byId('draft-hint'), state.link.phase === 'online' ? HINT : HINT_OFFLINE);
    if (room === state.current) return;
    room = state.current;
    field.value = drafts.get(room) ?? '';
    field.placeholder = `Message #${room}`;
    setText(byId('draft-label'), `Message to ${room}`);
    changed();
  };
}

/** As high as its text; the style sheet sets the bound. */
function fitHeight(field: HTMLTextAreaElement): void {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
