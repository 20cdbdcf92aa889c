// The first page: asks for a name, for a name and a passcode, or for a token; tells why the service let nobody in.
import { readName } from '../model/person.ts';
import type { SignInWay } from '../wire/config.ts';
import type { SignIn } from '../wire/credentials.ts';
import { words } from '../words/words.ts';
import { byId, setText } from './dom.ts';

export interface SignInView {
  /** Shows the page, or hides it. */
  show(isShown: boolean, asked: SignInAsked): void;
}

export interface SignInAsked {
  readonly way: SignInWay;
  /** The name of last time. */
  readonly lastName: string;
  readonly refusal: string | undefined;
}

type Field = 'name' | 'secret';

export function createSignIn(signIn: (signIn: SignIn) => void): SignInView {
  const page = byId('sign-in');
  const [name, secret] = [byId<HTMLInputElement>('name'), byId<HTMLInputElement>('secret')];
  let way: SignInWay = 'name';
  const complain = (field: Field, text: string): void => {
    setText(byId(`${field}-error`), text);
    byId<HTMLInputElement>(field).ariaInvalid = text === '' ? 'false' : 'true';
  };
  for (const field of ['name', 'secret'] as const)
    byId(field).addEventListener('input', () => {
      complain(field, '');
      setText(byId('refusal'), '');
    });

  byId<HTMLFormElement>('sign-in-form').addEventListener('submit', (event) => {
    event.preventDefault();
    setText(byId('refusal'), '');
    const reading = way === 'token' ? ({ ok: true, name: '' } as const) : readName(name.value);
    complain('name', reading.ok ? '' : reading.reason);
    const isMissing = way !== 'name' && secret.value.trim() === '';
    complain('secret', isMissing ? (way === 'token' ? words().noToken : words().noPasscode) : '');
    if (!reading.ok) return name.focus();
    if (isMissing) return secret.focus();
    const typed = way === 'token' ? secret.value.trim() : secret.value;
    secret.value = '';
    signIn({ name: reading.name, secret: typed });
  });

  return {
    show(isShown, asked) {
      if (isShown) ask((way = asked.way));
      if (isShown) setText(byId('refusal'), asked.refusal ?? '');
      if (page.hidden === !isShown) return;
      page.hidden = !isShown;
      if (!isShown) return;
      name.value = asked.lastName;
      const first = way === 'token' || (asked.refusal !== undefined && way === 'passcode') ? secret : name;
      first.focus();
      first.select();
    },
  };
}

/** Shows the fields of a way to sign in. */
function ask(way: SignInWay): void {
  byId('name-field').hidden = way === 'token';
  byId('secret-field').hidden = way === 'name';
  setText(byId('secret-label'), way === 'token' ? words().token : words().passcode);
  setText(byId('lead'), way === 'name' ? words().lead : words().leadAccount);
  setText(byId('is-kept'), way === 'name' ? words().nameIsKept : words().tokenIsKept);
}
