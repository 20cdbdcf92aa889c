// What this browser remembers: the name, whether it is signed in, the rooms. Without storage it just forgets.
import type { TextStorage } from '../client/index.ts';
import { type Unsent, unsentFrom } from './model/room-log.ts';
import { roomsFrom } from './model/room-names.ts';
import type { SignIn } from './wire/credentials.ts';
import type { Way } from './wire/either-way.ts';
import { isLanguage, type Language } from './words/words.ts';

const NAME = 'stompwire.name';
const SIGNED_IN = 'stompwire.signed-in';
const ROOMS = 'stompwire.rooms';
const WAY = 'stompwire.way';
const SECRET = 'stompwire.secret';
const LANGUAGE = 'stompwire.language';
const UNSENT = 'stompwire.unsent';
const NEWS = 'stompwire.news';

/** Storage may be switched off or full; the chat works without. */
function tried<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

export const preferences = {
  name: (): string => tried(() => localStorage.getItem(NAME)) ?? '',
  isSignedIn: (): boolean => tried(() => localStorage.getItem(SIGNED_IN)) === 'yes',
  rooms: (): readonly string[] => roomsFrom(tried(() => JSON.parse(localStorage.getItem(ROOMS) ?? 'null'))),

  /** A passcode or a token is forgotten with the tab. */
  secret: (): string => tried(() => sessionStorage.getItem(SECRET)) ?? '',
  signedIn({ name, secret }: SignIn): void {
    tried(() => localStorage.setItem(NAME, name));
    tried(() => localStorage.setItem(SIGNED_IN, 'yes'));
    if (secret !== '') tried(() => sessionStorage.setItem(SECRET, secret));
  },
  signedOut(): void {
    tried(() => localStorage.removeItem(SIGNED_IN));
    tried(() => sessionStorage.removeItem(SECRET));
  },
  /** Everything that is about who was signed in; the language is about the browser. */
  forget(): void {
    const language = preferences.language();
    for (const storage of ['localStorage', 'sessionStorage'] as const)
      tried(() => {
        for (const key of Object.keys(globalThis[storage]))
          if (key.startsWith('stompwire.')) globalThis[storage].removeItem(key);
      });
    if (language !== undefined) preferences.setLanguage(language);
  },
  /** Whether notifications of the browser are wanted. */
  wishesNews: (): boolean => tried(() => localStorage.getItem(NEWS)) === 'yes',
  wishNews: (isWished: boolean): void =>
    void tried(() => (isWished ? localStorage.setItem(NEWS, 'yes') : localStorage.removeItem(NEWS))),
  language(): Language | undefined {
    const chosen = tried(() => localStorage.getItem(LANGUAGE));
    return isLanguage(chosen) ? chosen : undefined;
  },
  setLanguage: (language: Language): void => void tried(() => localStorage.setItem(LANGUAGE, language)),
  /** How the service was reached; forgotten with the tab, for another visit may come from another network. */
  way: (): Way | undefined => (tried(() => sessionStorage.getItem(WAY)) === 'sockjs' ? 'sockjs' : undefined),
  setWay: (way: Way | undefined): void =>
    void tried(() => (way === 'sockjs' ? sessionStorage.setItem(WAY, way) : sessionStorage.removeItem(WAY))),
  /** What this tab has not seen confirmed; a copy in another tab would be sent twice. */
  unsent: (): readonly Unsent[] =>
    unsentFrom(tried(() => JSON.parse(sessionStorage.getItem(UNSENT) ?? 'null'))),
  setUnsent: (unsent: readonly Unsent[]): void =>
    void tried(() => sessionStorage.setItem(UNSENT, JSON.stringify(unsent))),
  /** What the connection keeps for this tab; whoever uses it expects it to fail. */
  ofTab: {
    getItem: (key) => sessionStorage.getItem(key),
    setItem: (key, text) => sessionStorage.setItem(key, text),
    removeItem: (key) => sessionStorage.removeItem(key),
  } satisfies TextStorage,
  setRooms: (rooms: readonly string[]): void =>
    void tried(() => localStorage.setItem(ROOMS, JSON.stringify(rooms))),
};
