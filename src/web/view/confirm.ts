// Asks before something is done that cannot be undone.
import { byId, setText } from './dom.ts';

/** @returns whether it shall be done */
export function confirmed(question: string, about: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>('confirm');
  setText(byId('confirm-question'), question);
  setText(byId('confirm-about'), about);
  dialog.returnValue = '';
  byId('confirm-no').onclick = () => dialog.close('');
  byId('confirm-yes').onclick = () => dialog.close('yes');
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
