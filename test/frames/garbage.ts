// Asks V8 to collect garbage, for tests of what is held.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A weak reference is cleared in a later turn than the one that made it. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
}
