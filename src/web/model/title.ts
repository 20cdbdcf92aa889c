// What the page says of itself: the tab's title and the connection's state in words.
import { badge, secondsLeft } from './format.ts';
import type { LinkPhase } from './link-phase.ts';
import type { ChatState } from './state.ts';

export const PRODUCT = 'stompwire chat';

/** `(3) #general · stompwire chat`: the unread messages of all rooms, and the room. */
export function pageTitle(state: ChatState): string {
  if (state.user === undefined) return PRODUCT;
  const unread = state.rooms.reduce((sum, room) => sum + room.unread, 0);
  return `${unread > 0 ? `(${badge(unread)}) ` : ''}#${state.current} · ${PRODUCT}`;
}

/** The connection's state: `short` is what a screen reader hears (once), `counting` what is seen. */
export function linkWords(link: LinkPhase, now: number): { short: string; counting: string } {
  const same = (text: string) => ({ short: text, counting: text });
  switch (link.phase) {
    case 'idle':
      return same('Signed out');
    case 'connecting':
      return same(link.attempt === 0 ? 'Connecting…' : 'Reconnecting…');
    case 'online':
      return same('Online');
    case 'waiting': {
      const counting = `Reconnecting in ${secondsLeft(link.until, now)} s`;
      return { short: 'Connection lost, reconnecting', counting };
    }
    case 'stopped':
      return same('Offline');
  }
}
