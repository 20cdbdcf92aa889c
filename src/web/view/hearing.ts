// What a screen reader hears of new messages: the log itself is silent, for it also shows what is only read again.
import type { MessageLine } from '../model/timeline.ts';
import { words } from '../words/words.ts';
import { make } from './dom.ts';

/** Of what comes at once no more than so many are read out. */
const MOST = 3;

/** Returns the step that tells of messages that came. */
export function hearing(region: HTMLElement): (came: readonly MessageLine[]) => void {
  return (came) => {
    const others = came.filter(({ own }) => !own);
    if (others.length === 0) return;
    const told =
      others.length > MOST
        ? [words().newMessages(others.length)]
        : others.map(({ sender, content, isForMe }) => {
            const text = words().heard(sender, content);
            return isForMe ? words().mentioned(text) : text;
          });
    region.replaceChildren(...told.map((text) => make('p', '', text)));
  };
}
