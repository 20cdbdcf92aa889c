// PORT: how the floors above count what happens, without knowing who reads it.

/** A number that only grows. `add` is called on hot paths and must cost nothing but an addition. */
export interface Counter {
  add(amount?: number): void;
}

/** What a label may be named and hold: few different values, never a user's text. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Where figures go. The same name and labels give the same counter; `gauge` asks `read` whenever
 * somebody looks, so that a figure which exists anyway costs nothing.
 */
export interface Metrics {
  counter(name: string, help: string, labels?: Labels): Counter;
  gauge(name: string, help: string, read: () => number): void;
}

const counter: Counter = Object.freeze({ add: () => {} });

/** Counts nothing: the default of the library. */
export const noMetrics: Metrics = Object.freeze({ counter: () => counter, gauge: () => {} });
