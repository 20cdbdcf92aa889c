// What the page says of itself: the tab's title and the connection's state in words.
import { words } from '../words/words.ts';
import { badge, secondsLeft } from './format.ts';
import type { LinkPhase } from './link-phase.ts';
import { signOfRoom } from './room-sign.ts';
import type { ChatState } from './state.ts';

export const PRODUCT = 'stompwire chat';

/** `(3) #general · stompwire chat`: the unread messages of all rooms, and the room. */
export function pageTitle(state: ChatState): string {
  if (state.user === undefined) return PRODUCT;
  const listed = new Set(state.rooms.map(({ roomId }) => roomId));
  const elsewhere = state.news.filter(({ roomId }) => !listed.has(roomId)).length;
  const unread = state.rooms.reduce((sum, room) => sum + room.unread, elsewhere);
  const count = unread > 0 ? `(${badge(unread)}) ` : '';
  if (state.current === '') return `${count}${PRODUCT}`;
  return `${count}${signOfRoom(state, state.current)} · ${PRODUCT}`;
}

/** The connection's state: `short` is what a screen reader hears (once), `counting` what is seen. */
export function linkWords(link: LinkPhase, now: number): { short: string; counting: string } {
  const same = (text: string) => ({ short: text, counting: text });
  switch (link.phase) {
    case 'idle':
      return same(words().signedOut);
    case 'connecting':
      return same(link.attempt === 0 ? words().connecting : words().reconnecting);
    case 'online':
      return same(words().online);
    case 'waiting': {
      const counting = words().reconnectingIn(secondsLeft(link.until, now));
      return { short: words().connectionLost, counting };
    }
    case 'stopped':
      return same(words().offline);
  }
}
