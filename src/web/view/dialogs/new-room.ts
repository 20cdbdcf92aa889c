// The dialog that makes a room: its name, and who may come in.
import { roomNameFrom } from '../../model/room-names.ts';
import { words } from '../../words/words.ts';
import { byId, setText } from '../dom.ts';
import { type DialogParts, dialogOf, submitted, tried } from './dialog.ts';

export function createNewRoom({ calls, open }: DialogParts): () => void {
  const dialog = dialogOf('new-room-dialog');
  const form = byId<HTMLFormElement>('new-room-form');
  const [field, error] = [byId<HTMLInputElement>('new-room-name'), byId('new-room-error')];
  field.addEventListener('input', () => setText(error, ''));

  submitted(form, async () => {
    const name = field.value.trim();
    if (name === '') {
      setText(error, words().noRoomName);
      return field.focus();
    }
    const kind = new FormData(form).get('kind') === 'private' ? 'private' : 'public';
    // a public one is found by its name; that of a private one is nobody else's business
    const id = kind === 'public' ? roomNameFrom(name) : undefined;
    await tried(error, async () => {
      const room = await calls().create({ name, kind, ...(id !== undefined && { id }) });
      dialog.close();
      open(room.roomId);
    });
  });

  return () => {
    form.reset();
    setText(error, '');
    dialog.showModal();
    field.focus();
  };
}
