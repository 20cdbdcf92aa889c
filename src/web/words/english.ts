// What the page says in English.
import { englishMessages } from './english-messages.ts';
import { englishRooms } from './english-rooms.ts';

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const english = {
  locale: 'en',
  ...englishMessages,
  ...englishRooms,
  // sign-in
  welcome: 'Welcome to stompwire',
  lead: 'Pick a name, step into a room, say hello.',
  leadAccount: 'Sign in, step into a room, say hello.',
  yourName: 'Your name',
  passcode: 'Passcode',
  token: 'Access token',
  start: 'Start chatting',
  nameIsKept: 'Your name is kept in this browser until you sign out.',
  tokenIsKept: 'What you sign in with is forgotten with this tab.',
  noName: 'Please enter a name.',
  controlCharacters: 'A name cannot contain control characters.',
  longName: (most: number) => `At most ${most} characters, please.`,
  noPasscode: 'Please enter your passcode.',
  noToken: 'Please paste your token.',
  refused: 'The service does not know this name with this passcode.',
  refusedToken: 'The service does not accept this token.',
  expired: 'Your sign-in has expired. Please sign in again.',
  refusedFor: (reason: string) => `The service refused: ${reason}`,
  language: 'Language',
  // side
  roomsAndAccount: 'Rooms and account',
  skip: 'Skip to messages',
  closeList: 'Close the room list',
  openList: 'Open the room list',
  rooms: 'Rooms',
  moreRooms: 'More rooms',
  joinOrCreate: 'Join or create a room',
  joinTheRoom: 'Join the room',
  roomNameHint: 'Letters, digits, “-” and “_”, at most 64.',
  tooManyRooms: (most: number) => `At most ${most} rooms. Leave one first.`,
  signedInAs: 'Signed in as',
  signOut: 'Sign out',
  unread: (count: number, more = false) =>
    more ? `more than ${count} unread messages` : plural(count, 'unread message'),
  // room
  leaveRoom: 'Leave room',
  tryNow: 'Try now',
  thisIs: (room: string) => `This is ${room}`,
  intro: 'The newest messages are shown here, and what comes. Say hello!',
  beginning: 'This is where it begins. Say hello!',
  loadingOlder: 'Loading older messages…',
  olderFailed: 'Older messages could not be loaded.',
  noRoom: 'You are in no room yet',
  noRoomText: 'Choose one from the list, or make one of your own.',
  new: 'New',
  newMessages: (count: number) => plural(count, 'new message'),
  toNewest: 'To the newest',
  you: 'You',
  edited: 'edited',
  deleted: 'This message was deleted.',
  edit: 'Edit',
  delete: 'Delete',
  cancel: 'Cancel',
  actionsFor: (what: string, text: string) => `${what}: ${text}`,
  editing: 'Editing a message',
  deleteQuestion: 'Delete this message for everybody?',
  heard: (sender: string, text: string) => `${sender}: ${text}`,
  people: (count: number) => (count === 1 ? '1 person here' : `${count} people here`),
  peopleHere: 'Who is here',
  away: 'away',
  andMore: (count: number) => `and ${count} more`,
  typing: (names: readonly string[]) => {
    const [one = '', other = ''] = names;
    if (names.length === 0) return '';
    if (names.length === 1) return `${one} is typing…`;
    return names.length === 2 ? `${one} and ${other} are typing…` : 'Several people are typing…';
  },
  // search
  search: 'Search',
  searchIn: (room: string) => `Search in ${room}`,
  searchHint: 'Words of the message',
  closeSearch: 'Close the search',
  searching: 'Searching…',
  found: (count: number, more: boolean) =>
    count === 0 ? 'Nothing was found.' : `${plural(count, 'message')}${more ? ', and more' : ''}`,
  searchFailed: 'The search failed. Please try again.',
  // composer
  messageTo: (room: string) => `Message to ${room}`,
  messageIn: (room: string) => `Message ${room}`,
  send: 'Send',
  save: 'Save',
  hint: 'Enter to send, Shift + Enter for a new line',
  hintEditing: 'Enter to save, Escape to leave it as it was',
  hintOffline: 'No connection: your messages are sent when it is back',
  tooManyWaiting: (most: number) => `${most} messages are waiting already. Please let them go first.`,
  left: (count: number) => `${plural(count, 'character')} left`,
  tooLong: (count: number, most: number) => `${plural(count, 'character')} too long (at most ${most})`,
  // delivery
  waiting: 'Waiting for the connection',
  sending: 'Sending…',
  unconfirmed: 'Not confirmed; it may have been sent',
  failed: 'Not sent',
  retry: 'Retry',
  discard: 'Discard',
  dismiss: 'Dismiss',
  notices: 'Notices',
  // notes
  joined: (room: string, user: string) => `You joined ${room} as ${user}.`,
  guest: 'a guest',
  lost: 'Connection lost. Messages you write now are sent when it is back.',
  back: (span: string) => `Back after ${span}.`,
  gap: 'Messages may be missing here.',
  today: 'Today',
  yesterday: 'Yesterday',
  seconds: (count: number) => plural(count, 'second'),
  minutes: (count: number) => plural(count, 'minute'),
  hours: (count: number) => plural(count, 'hour'),
  // connection
  signedOut: 'Signed out',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  online: 'Online',
  reconnectingIn: (seconds: number) => `Reconnecting in ${seconds} s`,
  connectionLost: 'Connection lost, reconnecting',
  offline: 'Offline',
};

/** What there is to be said; every language says all of it. */
export type Words = typeof english;
