// The first page: asks for a name.
import { readName } from '../model/person.ts';
import { byId, setText } from './dom.ts';

export interface SignInView {
  /** Shows the page with the name of last time, or hides it. */
  show(isShown: boolean, lastName: string): void;
}

export function createSignIn(signIn: (name: string) => void): SignInView {
  const page = byId('sign-in');
  const field = byId<HTMLInputElement>('name');
  const complain = (text: string): void => {
    setText(byId('name-error'), text);
    field.ariaInvalid = text === '' ? 'false' : 'true';
  };
  field.addEventListener('input', () => complain(''));
  byId<HTMLFormElement>('sign-in-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const reading = readName(field.value);
    complain(reading.ok ? '' : reading.reason);
    if (reading.ok) signIn(reading.name);
    else field.focus();
  });
  return {
    show(isShown, lastName) {
      if (page.hidden === !isShown) return;
      page.hidden = !isShown;
      if (!isShown) return;
      field.value = lastName;
      field.focus();
      field.select();
    },
  };
}
