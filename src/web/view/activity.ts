// Hears that somebody does something at the page, in whichever part of it.

/** No `scroll`: the page scrolls by itself, too, as with each message that comes. */
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchmove'] as const;

/** @param active - hears of each, so many times in a second */
export function onActivity(target: Pick<EventTarget, 'addEventListener'>, active: () => void): void {
  // while they go down, since who takes one for itself ends it; and scrolling waits for nobody
  for (const sign of SIGNS) target.addEventListener(sign, active, { capture: true, passive: true });
}
