// What the client takes from its surroundings: time, randomness, keys; a test brings its own.

/** Time, randomness and keys. */
export interface World {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Calls back after some milliseconds; returns the way to call that off. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
  /** A text that no other call, page or client returns. */
  readonly newKey: () => string;
}

export const theWorld: World = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  newKey,
};

/** Browsers give pages of plain http no `randomUUID`; what it is made of they do. */
function newKey(): string {
  if (crypto.randomUUID !== undefined) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
