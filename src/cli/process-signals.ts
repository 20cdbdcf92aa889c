// The signals of the real process; under npm, whose shell passes no SIGTERM on, also that this shell has ended.
import type { SignalSource } from './signals.ts';

/** How often is looked whether the parent is still there, in ms. */
const LOOK = 250;

/** What is needed of the process. */
export type SignalledProcess = SignalSource & Pick<NodeJS.Process, 'env' | 'ppid'>;

/**
 * The signals of a process, to be waited for.
 *
 * SIGTERM to `npm start` or `npx` ends npm and the shell between, and leaves the service behind with its ports taken.
 *
 * @param process - its `ppid` is looked at anew each time
 */
export function processSignals(process: SignalledProcess): SignalSource {
  return {
    on: (signal, listener) => process.on(signal, listener),
    onAbandoned: (listener) => {
      if (process.env.npm_lifecycle_event !== undefined) watchParent(process, listener);
    },
  };
}

function watchParent(process: SignalledProcess, listener: () => void): void {
  const parent = process.ppid;
  const look = (): void => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    listener();
  };
  const watch = setInterval(look, LOOK).unref();
}
