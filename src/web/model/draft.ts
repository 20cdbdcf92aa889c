// How long a message may be, and what is said when it comes near to that.
import { words } from '../words/words.ts';

/** The service's own bound is not lower. Counted in UTF-16 units, as the service may count. */
export const MAX_CONTENT_LENGTH = 4000;

const NEAR = 500;

export function isTooLong(draft: string): boolean {
  return draft.trim().length > MAX_CONTENT_LENGTH;
}

/** Empty while there is plenty of room. */
export function countWords(draft: string): string {
  const left = MAX_CONTENT_LENGTH - draft.trim().length;
  if (left > NEAR) return '';
  return left >= 0 ? words().left(left) : words().tooLong(-left, MAX_CONTENT_LENGTH);
}
