// What goes wrong in a run beside the clients' own connections: one thing after the other, in the order of the seed.
import { setTimeout as after } from 'node:timers/promises';
import type { Random } from './random.ts';

/** Goes on until the signal fires; everything is well again when it is done. */
export type Trouble = (random: Random, signal: AbortSignal) => Promise<void>;

/** Something that goes wrong, and is mended when it is done. */
export interface Mishap {
  readonly name: string;
  happen(random: Random): Promise<void>;
}

export const noTrouble: Trouble = async () => {};

/**
 * Mishaps, one at a time, with pauses between them.
 *
 * @param pause - milliseconds from the end of one to the next
 * @param told - hears of each as it begins
 */
export const mishaps =
  (
    kinds: readonly Mishap[],
    pause: readonly [number, number],
    told: (name: string) => void = () => {},
  ): Trouble =>
  async (random, signal) => {
    while (await passed(random.between(...pause), signal)) {
      const mishap = random.of(kinds);
      told(mishap.name);
      await mishap.happen(random);
    }
  };

/** As {@link mishaps}, but each of them happens once before one happens again. */
export const rounds =
  (
    kinds: readonly Mishap[],
    pause: readonly [number, number],
    told: (name: string) => void = () => {},
  ): Trouble =>
  async (random, signal) => {
    let left: Mishap[] = [];
    while (await passed(random.between(...pause), signal)) {
      if (left.length === 0) left = [...kinds];
      const mishap = random.of(left);
      left = left.filter((one) => one !== mishap);
      told(mishap.name);
      await mishap.happen(random);
    }
  };

/** @returns whether the time passed before the signal fired */
const passed = (time: number, signal: AbortSignal): Promise<boolean> =>
  after(time, true, { signal }).catch(() => false);
