// The dialog that begins a conversation of two: by a name that is typed, or with somebody who is there.
import type { ChatState } from '../../model/state.ts';
import { words } from '../../words/words.ts';
import { makeAvatar } from '../avatar.ts';
import { byId, make, makeButton, setText } from '../dom.ts';
import { type DialogParts, dialogOf, submitted, tried } from './dialog.ts';

export function createConversation({ calls, open }: DialogParts): (state: ChatState, name: string) => void {
  const dialog = dialogOf('conversation-dialog');
  const [field, error] = [byId<HTMLInputElement>('conversation-name'), byId('conversation-error')];
  let user: string | undefined;
  field.addEventListener('input', () => setText(error, ''));

  async function begin(name: string): Promise<void> {
    const isNobody = name === '' || name === user;
    if (isNobody) return setText(error, words().noName);
    await tried(error, async () => {
      const room = await calls().direct(name);
      dialog.close();
      open(room.roomId);
    });
  }
  submitted(byId<HTMLFormElement>('conversation-form'), () => begin(field.value.trim()));

  async function list(): Promise<void> {
    setText(byId('online-none'), words().loading);
    await tried(byId('online-none'), async () => {
      const people = (await calls().people()).filter((name) => name !== user);
      byId('online-list').replaceChildren(...people.map((name) => make('li', '', personOf(name, begin))));
      setText(byId('online-none'), people.length === 0 ? words().nobodyOnline : '');
    });
  }

  return (state, name) => {
    user = state.user;
    field.value = name;
    setText(error, '');
    byId('online-list').replaceChildren();
    dialog.showModal();
    field.select();
    void list();
  };
}

function personOf(name: string, begin: (name: string) => Promise<void>): HTMLElement {
  const button = makeButton('person-button', '', () => void begin(name));
  button.ariaLabel = words().writeTo(name);
  button.replaceChildren(makeAvatar(name), make('bdi', 'person-name', name));
  return button;
}
