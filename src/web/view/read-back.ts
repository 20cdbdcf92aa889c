// Reads back page by page until a message is there; so far back as it is sensible, and while the same room is shown.
import type { Older } from '../model/room-log.ts';

/** What reading back stands on. */
export interface ReadingBack {
  /** The room that is shown, and what is known of older messages there. */
  place(): { readonly roomId: string; readonly older: Older | undefined };
  /** Asks for older messages of that room. @returns when they are there, or are not to be had */
  older(): Promise<void>;
  /** Shows the message. @returns whether it is there */
  find(): boolean;
  /** Waits until what came is drawn. */
  drawn(): Promise<void>;
  /** It takes a while. */
  going(): void;
}

/** So many pages are read at most. */
const MOST = 200;

export async function readBack({ place, older, find, drawn, going }: ReadingBack): Promise<void> {
  const { roomId } = place();
  for (let page = 0; page < MOST && !find(); page++) {
    const now = place();
    const isVain = now.older === undefined || now.older === 'none' || (page > 0 && now.older === 'failed');
    if (isVain || now.roomId !== roomId) return;
    going();
    await older();
    await drawn();
  }
}
