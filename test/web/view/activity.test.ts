// What counts as somebody being at the page, and what does not.
import { expect, it } from 'vitest';
import { onActivity } from '../../../src/web/view/activity.ts';

it('is what hands do, and not what the page does by itself', () => {
  const page = new EventTarget();
  let times = 0;
  onActivity(page, () => times++);
  const happens = (...names: readonly string[]): number => {
    times = 0;
    for (const name of names) page.dispatchEvent(new Event(name));
    return times;
  };
  expect(happens('pointermove', 'pointerdown', 'keydown', 'wheel', 'touchmove')).toBe(5);
  expect(happens('scroll', 'scrollend', 'focusin', 'visibilitychange', 'resize', 'input')).toBe(0);
});
