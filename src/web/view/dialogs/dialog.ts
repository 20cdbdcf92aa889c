// What the dialogs share: they open over the page, go with Escape or a click beside them, and the focus returns by itself.
import { problemWords } from '../../wire/api-problem.ts';
import type { RoomCalls } from '../../wire/room-calls.ts';
import { byId, setText } from '../dom.ts';

/** What dialogs stand on. */
export interface DialogParts {
  /** @throws while nobody is signed in */
  calls(): RoomCalls;
  open(roomId: string): void;
}

/** Its buttons that close it do. */
export function dialogOf(id: string): HTMLDialogElement {
  const dialog = byId<HTMLDialogElement>(id);
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog || (target instanceof Element && target.closest('[data-close]'))) dialog.close();
  });
  return dialog;
}

/** Does something, of which an element tells why it failed. @returns whether it succeeded */
export async function tried(error: HTMLElement, act: () => Promise<void>): Promise<boolean> {
  setText(error, '');
  try {
    await act();
    return true;
  } catch (thrown) {
    setText(error, problemWords(thrown));
    return false;
  }
}

/** Hears that a form was sent; while that is done it cannot be sent again. */
export function submitted(form: HTMLFormElement, act: () => Promise<unknown>): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (form.dataset.busy !== undefined) return;
    form.dataset.busy = '';
    void act().finally(() => delete form.dataset.busy);
  });
}
