// Names that are shown to others: what they must not hold, so that each looks like what it is.

/** Control characters, halves of characters, line breaks, and what turns the direction of the text behind it. */
const misleading = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** What no user's name holds, whoever proves it: all that is not seen. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

const visible = /[^\p{C}\p{Z}]/u;

/** What such a name must be, to be said behind how long it may be. */
export const nameRule = 'something in it to be seen, and no control characters or turns of direction';

/** Whether a thing may be called so: an emoji may be joined from several, a name may be of any script. */
export const isShownName = (name: string): boolean => visible.test(name) && !misleading.test(name);

/** Whether somebody may be called so. */
export const isUserName = (name: string): boolean =>
  visible.test(name) && !hidden.test(name) && name.trim() === name;
