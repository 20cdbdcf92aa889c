// Waits for the signal that ends the service, and lets an impatient second one end the process.

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;
/** Under `npm start` one Ctrl-C arrives twice, from the terminal and from npm; within so many ms it is one. */
const ONE_KEYSTROKE = 500;

type Signal = keyof typeof CODES;

/** Where signals come from: the process. */
export interface SignalSource {
  on(signal: Signal, listener: () => void): unknown;
  /** Hears that who started the process, and was sent the signal in its place, has gone. */
  onAbandoned?(listener: () => void): void;
}

/** What waiting for a signal needs. */
export interface SignalWatch {
  readonly signals: SignalSource;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** A clock in ms. */
  readonly now: () => number;
}

/**
 * Waits for SIGINT or SIGTERM, or until nobody is left to pass one on; a second signal ends the process at once with 130 or 143.
 *
 * @returns resolves at the first signal
 */
export function signalled({ signals, exit, now }: SignalWatch): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const hear = (signal: Signal): void => {
      if (first === undefined) resolve();
      else if (signal === 'SIGTERM' || now() - first > ONE_KEYSTROKE) exit(CODES[signal]);
      first ??= now();
    };
    signals.on('SIGINT', () => hear('SIGINT'));
    signals.on('SIGTERM', () => hear('SIGTERM'));
    signals.onAbandoned?.(resolve); // counts for no signal: one that comes after it is the first
  });
}
