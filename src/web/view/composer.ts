// The field in which a message is written or edited: Enter sends, Shift+Enter breaks the line, each room keeps its draft.
import type { Extras } from '../model/chat-message.ts';
import { countWords, isTooLong } from '../model/draft.ts';
import { isFull, MAX_OUTGOING } from '../model/room-log.ts';
import { type ChatState, find } from '../model/state.ts';
import type { MessageLine } from '../model/timeline.ts';
import type { Feature } from '../wire/config.ts';
import { words } from '../words/words.ts';
import { createComposerExtras } from './composer-extras.ts';
import { byId, setFlag, setText } from './dom.ts';

export interface ComposerActions {
  say(content: string, extras: Extras): void;
  /** Another text for what was said. */
  amend(messageId: string, content: string): void;
  /** Somebody writes, or has stopped. */
  type(typing: boolean): void;
  /** Something keeps the message from being sent. */
  complain(text: string): void;
  /** Begins to edit the newest message that can be. @returns whether there is one */
  editNewest(): boolean;
}

export interface ComposerView {
  render(state: ChatState, features: ReadonlySet<Feature>): void;
  /** Edits a message instead of writing one. @param back - gets the focus when that is done */
  edit(line: MessageLine, back?: HTMLElement): void;
  /** Answers a message with the next one. */
  reply(line: MessageLine): void;
}

/** What is being edited. */
interface Editing {
  readonly messageId: string;
  readonly content: string;
  readonly back: HTMLElement;
}

export function createComposer(actions: ComposerActions): ComposerView {
  const field = byId<HTMLTextAreaElement>('draft');
  const form = byId<HTMLFormElement>('composer');
  const drafts = new Map<string, string>();
  let room = '';
  let label = '';
  let isRoomFull = false;
  let isOnline = true;
  let editing: Editing | undefined;
  const extras = createComposerExtras(field, { written: changed, complain: actions.complain });

  function changed(): void {
    if (!editing) drafts.set(room, field.value);
    setFlag(form, 'empty', field.value.trim() === '' && extras.isEmpty);
    setFlag(form, 'tooLong', isTooLong(field.value));
    setText(byId('draft-count'), countWords(field.value));
    fitHeight(field);
  }

  function write(text: string): void {
    field.value = text;
    changed();
  }

  function setEditing(next: Editing | undefined): void {
    editing = next;
    setFlag(form, 'editing', next !== undefined);
    byId('editing').hidden = next === undefined;
    byId('send').ariaLabel = next ? words().save : words().send;
    hint();
    write(next?.content ?? drafts.get(room) ?? '');
  }

  function hint(): void {
    const text = editing ? words().hintEditing : words().hint;
    setText(byId('draft-hint'), isOnline ? text : words().hintOffline);
  }

  function submit(): void {
    const content = field.value.trim();
    if (content === '' && (editing || extras.isEmpty)) return;
    const { tooManyWaiting } = words();
    const full = isRoomFull && !editing ? tooManyWaiting(MAX_OUTGOING) : undefined;
    const obstacle = isTooLong(field.value) ? countWords(field.value) : full;
    if (obstacle !== undefined) return actions.complain(obstacle);
    if (editing) return amend(editing, content);
    const said = extras.take(content);
    write('');
    actions.type(false); // so that who goes on writing is told of anew
    actions.say(said.content, said.extras);
    field.focus();
  }

  function amend({ messageId, content: before, back }: Editing, content: string): void {
    setEditing(undefined);
    if (content !== before) actions.amend(messageId, content);
    back.focus({ preventScroll: true });
  }

  function leaveAsItWas(): void {
    const back = editing?.back ?? field;
    setEditing(undefined);
    back.focus({ preventScroll: true });
  }

  field.addEventListener('input', () => {
    changed();
    if (!editing) actions.type(field.value.trim() !== '');
    extras.typed();
  });
  field.addEventListener('keydown', (event) => {
    if (extras.pressed(event)) return event.preventDefault();
    if (event.key === 'Escape' && editing) return leaveAsItWas();
    const isBare = !(event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || event.isComposing);
    if (event.key === 'ArrowUp' && isBare && !editing && field.value === '') {
      if (actions.editNewest()) event.preventDefault();
      return;
    }
    // While an input method composes (Korean, Japanese, Chinese), Enter belongs to it; Safari says so by 229.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  byId('editing-cancel').addEventListener('click', leaveAsItWas);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });

  return {
    render(state, features) {
      extras.render(state, features);
      if (state.user === undefined && drafts.size > 0) {
        drafts.clear();
        setEditing(undefined);
      }
      const log = find(state, state.current);
      isRoomFull = log !== undefined && isFull(log);
      isOnline = state.link.phase === 'online';
      hint();
      const name = log?.name ?? state.current;
      const said = words().messageTo(name);
      const isDirect = state.about.get(state.current)?.with !== undefined;
      if (room === state.current && label === said) return;
      const isOther = room !== state.current;
      [room, label] = [state.current, said];
      field.placeholder = isDirect ? words().messageWith(name) : words().messageIn(`#${name}`);
      setText(byId('draft-label'), said);
      if (isOther) setEditing(undefined);
    },
    reply(line) {
      setEditing(undefined);
      extras.reply(line);
    },
    edit({ messageId, content }, back = field) {
      if (messageId === undefined) return;
      setEditing({ messageId, content, back });
      field.focus();
      field.setSelectionRange(content.length, content.length);
    },
  };
}

/** As high as its text; the style sheet sets the bound. */
function fitHeight(field: HTMLTextAreaElement): void {
  field.style.height = 'auto';
  // what is not shown has no height of its own
  if (field.scrollHeight > 0) field.style.height = `${field.scrollHeight}px`;
}
