// Asks before something is done that cannot be undone.
import { words } from '../words/words.ts';
import { byId, setText } from './dom.ts';

/** @param yes - what the button says that does it. @returns whether it shall be done */
export function confirmed(question: string, about: string, yes = words().delete): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>('confirm');
  setText(byId('confirm-question'), question);
  setText(byId('confirm-about'), about);
  setText(byId('confirm-yes'), yes);
  dialog.returnValue = '';
  byId('confirm-no').onclick = () => dialog.close('');
  byId('confirm-yes').onclick = () => dialog.close('yes');
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
